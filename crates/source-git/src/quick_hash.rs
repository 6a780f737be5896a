//! A hash that takes a few steps for a name, and that nobody outside can foresee.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Drawn anew in each run: a repository may name things as somebody likes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys([u64; 2]);

impl Default for Keys {
    fn default() -> Self {
        let random = RandomState::new();
        Self([0, 1].map(|key: u64| random.hash_one(key)))
    }
}

impl Keys {
    /// The hash of some bytes.
    pub(crate) fn hash(self, bytes: &[u8]) -> u64 {
        let mut hasher = self.build_hasher();
        hasher.write(bytes);
        hasher.finish()
    }
}

impl BuildHasher for Keys {
    type Hasher = QuickHasher;

    fn build_hasher(&self) -> QuickHasher {
        QuickHasher { keys: *self, state: self.0[0] }
    }
}

/// See [`Keys`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuickHasher {
    keys: Keys,
    state: u64,
}

impl QuickHasher {
    fn add(&mut self, word: u64) {
        self.state = folded(self.state ^ word, self.keys.0[1]);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        let last = rest.iter().rev().fold(0, |last, byte| last << 8 | u64::from(*byte));
        // How many bytes there are counts, too.
        self.add(last | (bytes.len() as u64) << 56);
    }

    fn write_u32(&mut self, number: u32) {
        self.add(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    fn finish(&self) -> u64 {
        folded(self.state, self.keys.0[0])
    }
}

/// A product of which every bit depends on every bit of both.
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b | 1);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_that_differ_have_other_hashes() {
        let keys = Keys::default();
        let names: Vec<Vec<u8>> = (0..5000_u32)
            .map(|number| number.to_string().into_bytes())
            .chain((0..40).map(|length| vec![0; length]))
            .collect();
        let hashes: HashSet<u64> = names.iter().map(|name| keys.hash(name)).collect();
        assert_eq!(hashes.len(), names.len());
        let slots: HashSet<u64> = hashes.iter().map(|hash| hash % 4096).collect();
        assert!(slots.len() > 2500, "{} slots", slots.len());
    }
}
