//! What blobs are called, where that makes a difference.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::numbers::Bits;
use crate::quick_hash::Keys;

/// Which blobs have names of which classes: the names of one class are as good as each other, so one of them stands for
/// all. First the names are noted, then it is settled which classes they are of, and only then it is asked for.
#[derive(Default)]
pub(crate) struct Called {
    names: Mutex<Names>,
    /// Blobs and names by their numbers.
    noted: Mutex<HashSet<(u32, u32), Keys>>,
    /// Sorted; each with whether it is wanted.
    settled: Vec<(u32, u32, AtomicBool)>,
    /// The blobs that have names which make a difference.
    called: Option<Bits>,
    /// The class for each number, which is one more than its place here, and one of its names.
    classes: Vec<(u64, Arc<[u8]>)>,
}

#[derive(Default)]
struct Names {
    /// The number of each name: one more than its place in `all`.
    numbers: HashMap<Arc<[u8]>, u32>,
    all: Vec<Arc<[u8]>>,
}

impl Called {
    /// The number of a name, which is not 0.
    pub(crate) fn number(&self, name: &[u8]) -> u32 {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = names.numbers.get(name) {
            return *number;
        }
        let name: Arc<[u8]> = name.into();
        names.all.push(Arc::clone(&name));
        let number = u32::try_from(names.all.len()).unwrap_or(u32::MAX);
        names.numbers.insert(name, number);
        number
    }

    /// Notes that a blob of a number has the name of a number.
    pub(crate) fn note(&self, blob: u32, number: u32) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).insert((blob, number));
    }

    /// From here on it is asked for, of blobs with numbers below `blobs`. `class_of` says of which class a name is; those
    /// of class 0 make no difference.
    pub(crate) fn settle(&mut self, blobs: usize, class_of: impl Fn(&[u8]) -> u64) {
        let names = std::mem::take(&mut *self.names.lock().unwrap_or_else(PoisonError::into_inner)).all;
        let mut classes: Vec<(u64, Arc<[u8]>)> =
            names.iter().map(|name| (class_of(name), Arc::clone(name))).collect();
        let of_names: Vec<u64> = classes.iter().map(|(class, _)| *class).collect();
        // The first name of each class, whichever thread came upon it.
        classes.sort_unstable();
        classes.dedup_by_key(|(class, _)| *class);
        classes.retain(|(class, _)| *class != 0);
        let number = |name: u32| {
            let class = *of_names.get(name as usize - 1)?;
            classes.binary_search_by_key(&class, |(class, _)| *class).ok()
        };
        let noted = std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        let settled = noted.into_iter().filter_map(|(blob, name)| Some((blob, number(name)? as u32 + 1)));
        let mut settled: Vec<(u32, u32)> = settled.collect();
        settled.sort_unstable();
        settled.dedup();
        let mut called = Bits::new(blobs);
        settled.iter().for_each(|(blob, _)| _ = called.add(*blob));
        self.called = Some(called);
        self.settled =
            settled.into_iter().map(|(blob, class)| (blob, class, AtomicBool::new(true))).collect();
        self.classes = classes;
    }

    fn of(&self, blob: u32) -> &[(u32, u32, AtomicBool)] {
        let start = self.settled.partition_point(|(other, ..)| *other < blob);
        let length = self.settled[start..].iter().take_while(|(other, ..)| *other == blob).count();
        &self.settled[start..start + length]
    }

    /// Whether a blob has a name that makes a difference.
    pub(crate) fn is_called(&self, blob: u32) -> bool {
        self.called.as_ref().is_some_and(|called| called.has(blob))
    }

    /// Asks for each class of a blob whether it is wanted; says whether any is.
    pub(crate) fn choose(&self, blob: u32, wants: impl Fn(u64) -> bool) -> bool {
        let mut any = false;
        for (_, number, wanted) in self.of(blob) {
            let is_wanted = self.classes.get(*number as usize - 1).is_none_or(|(class, _)| wants(*class));
            wanted.store(is_wanted, Ordering::Relaxed);
            any |= is_wanted;
        }
        any
    }

    /// A name of each class of a blob that is wanted, with the number of the class.
    pub(crate) fn names(&self, blob: u32) -> impl Iterator<Item = (u32, Option<Arc<[u8]>>)> {
        let wanted = self.of(blob).iter().filter(|(.., wanted)| wanted.load(Ordering::Relaxed));
        wanted.filter_map(|(_, number, _)| {
            let (_, name) = self.classes.get(*number as usize - 1)?;
            Some((*number, Some(Arc::clone(name))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_called_by_one_name_of_each_class() {
        let mut called = Called::default();
        for name in [&b"b.sql"[..], b"c.txt", b"a.sql", b"x", b"b.sql"] {
            let number = called.number(name);
            called.note(1, number);
        }
        let none = called.number(b"x");
        called.note(3, none);
        called.settle(4, |name| match name {
            [.., b's', b'q', b'l'] => 7,
            [.., b't', b'x', b't'] => 9,
            _ => 0,
        });
        let names = |called: &Called| {
            called.names(1).filter_map(|(_, name)| Some(name?.to_vec())).collect::<Vec<_>>()
        };
        assert_eq!(names(&called), [b"a.sql", b"c.txt"]);
        assert!(called.is_called(1) && !called.is_called(2) && !called.is_called(3));
        assert!(called.choose(1, |class| class == 9));
        assert_eq!(names(&called), [b"c.txt"]);
        assert!(!called.choose(1, |_| false));
    }
}
