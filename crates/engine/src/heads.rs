//! Which prefix rules could begin with these three bytes.

/// A table from three bytes to rules: a bitmap that fits the first-level cache says no, a sorted list says which.
#[derive(Debug)]
pub(crate) struct Heads {
    bitmap: Box<[u64; WORDS]>,
    /// Sorted by key; the rules of one key stand together, in the order of the rules.
    entries: Vec<(u32, u32)>,
}

const BITS: u32 = 16;
const WORDS: usize = 1 << (BITS - 6);

impl Heads {
    pub(crate) fn new(heads: impl Iterator<Item = ([u8; 3], u32)>) -> Self {
        let mut entries: Vec<(u32, u32)> = heads.map(|(head, rule)| (key(head), rule)).collect();
        entries.sort_unstable();
        entries.dedup();
        let mut bitmap = Box::new([0; WORDS]);
        for &(key, _) in &entries {
            let slot = slot(key);
            bitmap[slot >> 6] |= 1 << (slot & 63);
        }
        Self { bitmap, entries }
    }

    /// Whether any rule might begin with these three bytes.
    #[inline]
    pub(crate) fn maybe(&self, head: [u8; 3]) -> bool {
        let slot = slot(key(head));
        self.bitmap[slot >> 6] >> (slot & 63) & 1 == 1
    }

    /// The rules that begin with these three bytes.
    pub(crate) fn rules(&self, head: [u8; 3]) -> impl Iterator<Item = u32> + '_ {
        let key = key(head);
        let first = self.entries.partition_point(|entry| entry.0 < key);
        self.entries[first..].iter().take_while(move |entry| entry.0 == key).map(|entry| entry.1)
    }
}

const fn key(head: [u8; 3]) -> u32 {
    u32::from_le_bytes([head[0], head[1], head[2], 0])
}

const fn slot(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_what_was_put_in() {
        let heads = Heads::new([(*b"ghp", 3), (*b"ghp", 1), (*b"AKI", 2)].into_iter());
        assert!(heads.maybe(*b"ghp") && heads.maybe(*b"AKI"));
        assert_eq!(heads.rules(*b"ghp").collect::<Vec<_>>(), [1, 3]);
        assert_eq!(heads.rules(*b"ghx").count(), 0);
    }
}
