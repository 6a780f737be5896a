//! Four bytes that announce something.

/// A set of bytes. Those above 0x7F are in it all together or not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ByteSet {
    ascii: u128,
    beyond: bool,
}

impl ByteSet {
    /// Every byte.
    pub const ANY: Self = Self { ascii: u128::MAX, beyond: true };
    /// `0-9`.
    pub const DIGITS: Self = Self::of(b"0123456789");

    /// The set of these bytes; one above 0x7F brings all of those.
    pub const fn of(bytes: &[u8]) -> Self {
        let mut set = Self { ascii: 0, beyond: false };
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at].is_ascii() {
                set.ascii |= 1 << bytes[at];
            } else {
                set.beyond = true;
            }
            at += 1;
        }
        set
    }

    /// The byte in upper and in lower case.
    pub const fn either_case(byte: u8) -> Self {
        Self::of(&[byte.to_ascii_lowercase(), byte.to_ascii_uppercase()])
    }

    /// What is in one of the two.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { ascii: self.ascii | other.ascii, beyond: self.beyond | other.beyond }
    }

    /// Whether the byte is in it.
    pub const fn contains(self, byte: u8) -> bool {
        if byte.is_ascii() { self.ascii >> byte & 1 == 1 } else { self.beyond }
    }

    /// Whether the bytes above 0x7F are in it.
    pub(crate) fn beyond_ascii(self) -> bool {
        self.beyond
    }

    /// Its ASCII bytes that have this upper half, one bit for each lower half.
    pub(crate) fn ascii_row(self, high: u32) -> u16 {
        (self.ascii >> (16 * high)) as u16
    }
}

/// Four bytes in a row, each out of a set: `pass` in either case, a digit before `:AA`.
///
/// At the haystack's end the bytes that are not there count as 0, so that a stem ending in [`ByteSet::ANY`] still
/// stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stem(pub [ByteSet; 4]);

impl Stem {
    /// These four bytes, letters in either case.
    pub const fn word(word: [u8; 4]) -> Self {
        let [a, b, c, d] = word;
        Self([
            ByteSet::either_case(a),
            ByteSet::either_case(b),
            ByteSet::either_case(c),
            ByteSet::either_case(d),
        ])
    }

    /// These four bytes and no others.
    pub const fn exact(bytes: [u8; 4]) -> Self {
        let [a, b, c, d] = bytes;
        Self([ByteSet::of(&[a]), ByteSet::of(&[b]), ByteSet::of(&[c]), ByteSet::of(&[d])])
    }

    /// Whether these four bytes are it.
    pub fn matches(&self, four: [u8; 4]) -> bool {
        self.0.iter().zip(four).all(|(set, byte)| set.contains(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_in_either_case() {
        let stem = Stem::word(*b"aPi_");
        assert!(stem.matches(*b"api_") && stem.matches(*b"API_"));
        assert!(!stem.matches(*b"api-"));
        assert!(!Stem::exact(*b"AKIA").matches(*b"akia"));
    }

    #[test]
    fn bytes_above_ascii_are_one() {
        assert!(ByteSet::of(b"\xC3").contains(0xA9));
        assert!(ByteSet::ANY.contains(0xFF) && ByteSet::ANY.contains(0));
        assert!(!ByteSet::DIGITS.or(ByteSet::of(b"x")).contains(0x80));
    }
}
