//! A set of bytes.

use std::fmt;

use regex_syntax::hir::ClassBytes;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A set of bytes, one bit each.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ByteSet([u64; 4]);

/// As 32 bytes at once: there are thousands in the pack, and every run reads them.
impl Serialize for ByteSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = [0; 32];
        for (eight, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            eight.copy_from_slice(&word.to_le_bytes());
        }
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for ByteSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = ByteSet;

            fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
                text.write_str("32 bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<ByteSet, E> {
                let (words, rest) = bytes.as_chunks::<8>();
                let words: Result<[[u8; 8]; 4], _> = words.try_into();
                match words {
                    Ok(words) if rest.is_empty() => Ok(ByteSet(words.map(u64::from_le_bytes))),
                    _ => Err(E::invalid_length(bytes.len(), &self)),
                }
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

impl ByteSet {
    /// The bytes for which `member` holds.
    #[must_use]
    pub fn of(member: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::default();
        for byte in 0..=u8::MAX {
            if member(byte) {
                set.insert(byte);
            }
        }
        set
    }

    /// The bytes of a class.
    #[must_use]
    pub(crate) fn of_class(class: &ClassBytes) -> Self {
        let mut set = Self::default();
        for range in class.ranges() {
            for byte in range.start()..=range.end() {
                set.insert(byte);
            }
        }
        set
    }

    /// One byte alone.
    #[must_use]
    pub fn byte(byte: u8) -> Self {
        let mut set = Self::default();
        set.insert(byte);
        set
    }

    /// Adds a byte.
    pub const fn insert(&mut self, byte: u8) {
        self.0[(byte >> 6) as usize] |= 1 << (byte & 63);
    }

    /// Whether it holds a byte.
    #[must_use]
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] >> (byte & 63) & 1 == 1
    }

    /// Those of its bytes that the other does not hold.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    /// How many bytes it holds.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.0[0].count_ones() + self.0[1].count_ones() + self.0[2].count_ones() + self.0[3].count_ones()
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every byte of it is in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, theirs)| mine & !theirs == 0)
    }

    /// Whether no byte is in both.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(mine, theirs)| mine & theirs == 0)
    }

    /// The bytes in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut set = *self;
        for (mine, theirs) in set.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
        set
    }

    /// The bytes it holds, in order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        // Word by word: sets are small, and every run reads thousands.
        (0_u8..4).zip(self.0).flat_map(|(word, bits)| {
            let mut rest = bits;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as u8)?;
                rest &= rest - 1;
                Some(word * 64 + bit)
            })
        })
    }

    /// As a class of an expression, negated where that is said.
    #[must_use]
    pub fn to_class(&self, negated: bool) -> String {
        let mut class = String::from(if negated { "[^" } else { "[" });
        for byte in self.iter() {
            class.push_str(&format!("\\x{byte:02X}"));
        }
        class.push(']');
        class
    }
}

impl fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> = self.iter().collect();
        write!(f, "[{}]", bytes.escape_ascii())
    }
}
