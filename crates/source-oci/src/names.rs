//! Sets of names, kept as hashes, because a layer can have millions.

use std::collections::HashSet;

/// A set of hashes: one that grows, and then one that takes no more room than it must.
#[derive(Debug)]
pub(crate) enum Names {
    Growing(HashSet<u64>),
    Settled(Box<[u64]>),
}

impl Default for Names {
    fn default() -> Self {
        Self::Growing(HashSet::new())
    }
}

impl FromIterator<u64> for Names {
    fn from_iter<T: IntoIterator<Item = u64>>(names: T) -> Self {
        let mut names = Self::Growing(names.into_iter().collect());
        names.settle();
        names
    }
}

impl Names {
    /// Adds one. Says whether it is new. A settled set takes none.
    pub(crate) fn insert(&mut self, name: u64) -> bool {
        match self {
            Self::Growing(names) => names.insert(name),
            Self::Settled(_) => false,
        }
    }

    pub(crate) fn contains(&self, name: u64) -> bool {
        match self {
            Self::Growing(names) => names.contains(&name),
            Self::Settled(names) => names.binary_search(&name).is_ok(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Growing(names) => names.len(),
            Self::Settled(names) => names.len(),
        }
    }

    /// Takes no more from here on.
    pub(crate) fn settle(&mut self) {
        if let Self::Growing(names) = self {
            let mut sorted: Vec<u64> = names.drain().collect();
            sorted.sort_unstable();
            *self = Self::Settled(sorted.into_boxed_slice());
        }
    }

    /// All of them, sorted, if it is settled.
    pub(crate) fn sorted(&self) -> &[u64] {
        match self {
            Self::Growing(_) => &[],
            Self::Settled(names) => names,
        }
    }
}
