//! Which rules or words could begin with these bytes.

/// A table from the first bytes of something to what it could be: a bitmap that fits the first-level cache says no, a
/// list says which.
#[derive(Debug)]
pub(crate) struct Heads {
    bitmap: Box<[u64; WORDS]>,
    /// For each slot where its entries begin; one more for the end of the last.
    first: Box<[u32]>,
    /// Sorted by slot, then by key; what shares a key stands together, in order.
    entries: Vec<(u32, u32)>,
}

const BITS: u32 = 16;
const WORDS: usize = 1 << (BITS - 6);

impl Heads {
    pub(crate) fn new(entries: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut entries: Vec<(u32, u32)> = entries.collect();
        entries.sort_unstable_by_key(|&(key, value)| (slot(key), key, value));
        entries.dedup();
        let mut bitmap = Box::new([0; WORDS]);
        for &(key, _) in &entries {
            let slot = slot(key);
            bitmap[slot >> 6] |= 1 << (slot & 63);
        }
        let mut first = vec![0_u32; (1 << BITS) + 1];
        for &(key, _) in &entries {
            first[slot(key) + 1] += 1;
        }
        for slot in 1..first.len() {
            first[slot] += first[slot - 1];
        }
        Self { bitmap, first: first.into_boxed_slice(), entries }
    }

    /// The key of the first three bytes.
    #[inline]
    pub(crate) const fn key(head: [u8; 3]) -> u32 {
        u32::from_le_bytes([head[0], head[1], head[2], 0])
    }

    /// Whether anything might begin so.
    #[inline]
    pub(crate) fn maybe(&self, key: u32) -> bool {
        let slot = slot(key);
        self.bitmap[slot >> 6] >> (slot & 63) & 1 == 1
    }

    /// What begins so.
    pub(crate) fn of(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let slot = slot(key);
        let entries: &[(u32, u32)] = if self.maybe(key) {
            &self.entries[self.first[slot] as usize..self.first[slot + 1] as usize]
        } else {
            &[]
        };
        entries.iter().filter(move |entry| entry.0 == key).map(|entry| entry.1)
    }
}

const fn slot(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_what_was_put_in() {
        let [github, aws] = [Heads::key(*b"ghp"), Heads::key(*b"AKI")];
        let heads = Heads::new([(github, 3), (github, 1), (aws, 2)].into_iter());
        assert!(heads.maybe(github) && heads.maybe(aws));
        assert_eq!(heads.of(github).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(heads.of(Heads::key(*b"ghx")).count(), 0);
    }
}
