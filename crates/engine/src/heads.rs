//! Which prefix rules could begin with these bytes.

use keysieve_rules::{Driver, Rule};

use crate::begin::Literal;

/// A table from the first bytes of a token to the rules that begin so: a bitmap of three bytes that fits the
/// first-level cache says no, and of what passes, the literal beginning of each rule, up to eight bytes of it.
#[derive(Debug)]
pub(crate) struct Heads {
    bitmap: Box<[u64; WORDS]>,
    /// Sorted by the hash of their first three bytes, then by rule.
    entries: Box<[Entry]>,
    /// For each slot where its entries begin; one more for the end of the last.
    first: Box<[u32]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    rule: u32,
    key: u64,
    mask: u64,
}

const BITS: u32 = 16;
const WORDS: usize = 1 << (BITS - 6);
/// Bits of a slot's number.
const SLOT: u32 = 12;

impl Heads {
    /// Of the rules that a prefix drives.
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut bitmap = Box::new([0; WORDS]);
        let mut slots: Vec<(usize, Entry)> = Vec::new();
        for (index, rule) in (0_u32..).zip(rules) {
            let Driver::Prefix(heads) = &rule.plan.driver else { continue };
            let mut literals: Vec<(u64, u64)> =
                Literal::all(&rule.plan).into_iter().map(Literal::exact).collect();
            literals.sort_unstable();
            literals.dedup();
            for head in heads {
                let three = u64::from(u32::from_le_bytes([head[0], head[1], head[2], 0]));
                let hash = hash(three as u32);
                bitmap[(hash >> (32 - BITS) >> 6) as usize] |= 1 << (hash >> (32 - BITS) & 63);
                for &(key, mask) in &literals {
                    if (key ^ three) & mask & 0xFF_FFFF == 0 {
                        let (key, mask) = (key & mask | three, mask | 0xFF_FFFF);
                        slots.push(((hash >> (32 - SLOT)) as usize, Entry { rule: index, key, mask }));
                    }
                }
            }
        }
        slots.sort_unstable();
        slots.dedup();
        let mut first = vec![0_u32; (1 << SLOT) + 1].into_boxed_slice();
        for &(slot, _) in &slots {
            first[slot + 1] += 1;
        }
        for slot in 1..first.len() {
            first[slot] += first[slot - 1];
        }
        Self { bitmap, entries: slots.into_iter().map(|(_, entry)| entry).collect(), first }
    }

    /// Whether anything might begin with the first three of these bytes.
    #[inline]
    pub(crate) fn maybe(&self, head: u64) -> bool {
        let slot = hash(head as u32 & 0xFF_FFFF) >> (32 - BITS);
        self.bitmap[(slot >> 6) as usize] >> (slot & 63) & 1 == 1
    }

    /// The rules that begin so, in order; one that can begin in more than one way may be named more than once.
    #[inline]
    pub(crate) fn of(&self, head: u64) -> impl Iterator<Item = u32> + '_ {
        let slot = (hash(head as u32 & 0xFF_FFFF) >> (32 - SLOT)) as usize;
        self.entries[self.first[slot] as usize..self.first[slot + 1] as usize]
            .iter()
            .filter(move |entry| head & entry.mask == entry.key)
            .map(|entry| entry.rule)
    }
}

/// The eight bytes at a place, as one number; zeros past the end.
#[inline]
pub(crate) fn eight(haystack: &[u8], at: usize) -> u64 {
    match haystack[at..].first_chunk::<8>() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => haystack[at..].iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte)),
    }
}

const fn hash(three: u32) -> u32 {
    three.wrapping_mul(0x9E37_79B1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    #[test]
    fn a_rule_is_named_where_its_literal_beginning_stands() {
        let rules = Engine::builtin_rules();
        let heads = Heads::new(&rules);
        let named = |text: &[u8]| -> Vec<&str> {
            let head = eight(text, 0);
            if !heads.maybe(head) {
                return Vec::new();
            }
            heads.of(head).map(|rule| rules[rule as usize].info.id.as_str()).collect()
        };
        assert!(named(b"ghp_0123").contains(&"github-pat"));
        assert!(!named(b"ghpx0123").contains(&"github-pat"));
        assert!(named(b"AKIA").contains(&"aws-access-key-id"));
        assert!(named(b"api.shop").is_empty());
    }
}
