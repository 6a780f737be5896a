//! Which entries of a pack are needed, where not all are.

use std::sync::atomic::{AtomicU8, Ordering};

use keysieve_finding::ObjectId;

use crate::store::Store;

/// It must be inflated, because it or what stands on it is looked at.
const MADE: u8 = 1;

/// It is looked at.
const LOOKED_AT: u8 = 2;

/// What of each entry of each pack is needed. A byte for each object.
pub(crate) struct Plan(Vec<Vec<AtomicU8>>);

impl Plan {
    /// One that needs nothing yet.
    pub(crate) fn of(store: &Store) -> Self {
        let none = |entries: usize| (0..entries).map(|_| AtomicU8::new(0)).collect();
        Self(store.packs.iter().map(|opened| none(opened.forest.len())).collect())
    }

    /// Decides for a root and all that stands on it.
    pub(crate) fn decide(&self, store: &Store, pack: u32, root: u32, wants: impl Fn(ObjectId, u32) -> bool) {
        let forest = &store.packs[pack as usize].forest;
        // Each with where its base stands in the list.
        let mut entries = vec![(root, 0)];
        let mut at = 0;
        while let Some(&(entry, _)) = entries.get(at) {
            entries.extend(forest.children(entry).map(|child| (forest.child(child), at)));
            at += 1;
        }
        let flags = &self.0[pack as usize];
        for &(entry, base) in entries.iter().rev() {
            let flag = &flags[entry as usize];
            if store.owned(pack, entry).is_some_and(|(id, number)| wants(id, number)) {
                flag.fetch_or(MADE | LOOKED_AT, Ordering::Relaxed);
            }
            if flag.load(Ordering::Relaxed) & MADE != 0 {
                flags[entries[base].0 as usize].fetch_or(MADE, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn is_made(&self, pack: u32, entry: u32) -> bool {
        self.0[pack as usize][entry as usize].load(Ordering::Relaxed) & MADE != 0
    }

    pub(crate) fn is_looked_at(&self, pack: u32, entry: u32) -> bool {
        self.0[pack as usize][entry as usize].load(Ordering::Relaxed) & LOOKED_AT != 0
    }
}
