//! What blobs are called, where that makes a difference.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use keysieve_finding::ObjectId;

/// Which blobs have names of which classes: the names of one class are as good as each other, so one of them stands for
/// all. First it is noted, then it is settled, and only then it is asked for.
#[derive(Default)]
pub(crate) struct Called {
    classes: Mutex<Classes>,
    noted: Mutex<HashSet<(ObjectId, u32)>>,
    /// Sorted; each with whether it is wanted.
    settled: Vec<(ObjectId, u32, AtomicBool)>,
    /// The class and the name for each number, which is one more than its place here.
    names: Vec<(u64, Arc<[u8]>)>,
}

#[derive(Default)]
struct Classes {
    numbers: HashMap<u64, u32>,
    names: Vec<(u64, Arc<[u8]>)>,
}

impl Called {
    /// The number of a class, of which this is a name; 0 is that of names that make no difference.
    pub(crate) fn class(&self, class: u64, name: &[u8]) -> u32 {
        if class == 0 {
            return 0;
        }
        let mut classes = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
        let Classes { numbers, names } = &mut *classes;
        let number = *numbers.entry(class).or_insert_with(|| {
            names.push((class, name.into()));
            u32::try_from(names.len()).unwrap_or(u32::MAX)
        });
        // The same one, whichever thread was the first.
        if let Some((_, known)) = names.get_mut(number as usize - 1)
            && *name < **known
        {
            *known = name.into();
        }
        number
    }

    /// Notes that a blob has a name of the class with a number.
    pub(crate) fn note(&self, blob: ObjectId, number: u32) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).insert((blob, number));
    }

    /// From here on it is asked for.
    pub(crate) fn settle(&mut self) {
        let noted = std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        self.settled = noted.into_iter().map(|(blob, class)| (blob, class, AtomicBool::new(true))).collect();
        self.settled.sort_unstable_by_key(|(blob, class, _)| (*blob, *class));
        self.names = std::mem::take(&mut self.classes.lock().unwrap_or_else(PoisonError::into_inner).names);
    }

    fn of(&self, blob: ObjectId) -> &[(ObjectId, u32, AtomicBool)] {
        let start = self.settled.partition_point(|(other, ..)| *other < blob);
        let length = self.settled[start..].iter().take_while(|(other, ..)| *other == blob).count();
        &self.settled[start..start + length]
    }

    /// Whether a blob has a name that makes a difference.
    pub(crate) fn is_called(&self, blob: ObjectId) -> bool {
        !self.of(blob).is_empty()
    }

    /// Asks for each class of a blob whether it is wanted; says whether any is.
    pub(crate) fn choose(&self, blob: ObjectId, wants: impl Fn(u64) -> bool) -> bool {
        let mut any = false;
        for (_, number, wanted) in self.of(blob) {
            let is_wanted = self.names.get(*number as usize - 1).is_none_or(|(class, _)| wants(*class));
            wanted.store(is_wanted, Ordering::Relaxed);
            any |= is_wanted;
        }
        any
    }

    /// A name of each class of a blob that is wanted, with the number of the class.
    pub(crate) fn names(&self, blob: ObjectId) -> impl Iterator<Item = (u32, Option<Arc<[u8]>>)> {
        let wanted = self.of(blob).iter().filter(|(.., wanted)| wanted.load(Ordering::Relaxed));
        wanted.filter_map(|(_, number, _)| {
            let (_, name) = self.names.get(*number as usize - 1)?;
            Some((*number, Some(Arc::clone(name))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_called_by_one_name_of_each_class() {
        let id = |byte: u8| ObjectId::from_bytes(&[byte; 20]).expect("a name");
        let mut called = Called::default();
        let (one, other) = (called.class(7, b"b.sql"), called.class(9, b"c.txt"));
        assert_eq!((called.class(7, b"a.sql"), called.class(0, b"x")), (one, 0));
        called.note(id(1), one);
        called.note(id(1), other);
        called.note(id(1), one);
        called.settle();
        let names = |called: &Called| {
            called.names(id(1)).filter_map(|(_, name)| Some(name?.to_vec())).collect::<Vec<_>>()
        };
        assert_eq!(names(&called), [b"a.sql", b"c.txt"]);
        assert!(called.is_called(id(1)) && !called.is_called(id(2)));
        assert!(called.choose(id(1), |class| class == 9));
        assert_eq!(names(&called), [b"c.txt"]);
        assert!(!called.choose(id(1), |_| false));
    }
}
