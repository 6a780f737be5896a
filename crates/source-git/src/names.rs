//! Names that were seen before.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::quick_hash::Keys;

/// Into how many parts the set is divided, so that threads seldom wait for each other.
const PARTS: usize = 64;

/// Which names were seen before, by a hash of 64 bits that nobody outside can foresee.
#[derive(Debug)]
pub(crate) struct Names {
    keys: Keys,
    parts: Vec<Mutex<HashSet<u64>>>,
}

impl Names {
    pub(crate) fn new() -> Self {
        Self { keys: Keys::default(), parts: (0..PARTS).map(|_| Mutex::default()).collect() }
    }

    /// Whether a name is seen for the first time; `recent` spares looking for what the same thread saw just now.
    pub(crate) fn is_new(&self, name: &[u8], recent: &mut Recent) -> bool {
        let hash = self.keys.hash(name);
        let slot = &mut recent.0[(hash >> 8) as usize % RECENT];
        if std::mem::replace(slot, hash) == hash {
            return false;
        }
        let part = &self.parts[hash as usize % PARTS];
        part.lock().unwrap_or_else(PoisonError::into_inner).insert(hash)
    }
}

const RECENT: usize = 4096;

/// The hashes that a thread saw last.
#[derive(Debug)]
pub(crate) struct Recent(Box<[u64]>);

impl Recent {
    pub(crate) fn new() -> Self {
        Self(vec![0; RECENT].into_boxed_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_new_once_whoever_saw_it() {
        let names = Names::new();
        let (mut one, mut other) = (Recent::new(), Recent::new());
        assert!(names.is_new(b"a", &mut one) && names.is_new(b"b", &mut one));
        assert!(!names.is_new(b"a", &mut one) && !names.is_new(b"a", &mut other));
    }
}
