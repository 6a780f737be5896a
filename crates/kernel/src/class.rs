//! The classes of bytes, and how a position's class becomes the start of a token.

/// The byte is part of a token.
pub(crate) const TOKEN: u8 = 1;
/// The byte is part of a word.
pub(crate) const WORD: u8 = 2;
/// The byte is a capital letter.
pub(crate) const UPPER: u8 = 4;
/// The byte is a small letter.
pub(crate) const LOWER: u8 = 8;
/// The byte is a backslash.
pub(crate) const BACKSLASH: u8 = 0x10;
/// The byte is a line feed.
pub(crate) const LINE: u8 = 0x20;
/// The byte begins a percent escape or a character reference.
pub(crate) const REFERENCE: u8 = 0x40;
/// The byte is a digit. The top bit, because moving top bits into a mask is one instruction.
pub(crate) const DIGIT: u8 = 0x80;

/// The classes of every byte, as a union of the above.
pub(crate) const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT | WORD | TOKEN,
            b'A'..=b'Z' => UPPER | WORD | TOKEN,
            b'a'..=b'z' => LOWER | WORD | TOKEN,
            b'_' => WORD | TOKEN,
            b'\\' => BACKSLASH,
            b'\n' => LINE,
            b'%' | b'&' => REFERENCE,
            b'+' | b'/' | b'.' | b'~' | b'-' => TOKEN,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// The class masks of 64 positions.
#[derive(Clone, Copy, Default)]
pub(crate) struct Classes {
    pub(crate) token: u64,
    pub(crate) word: u64,
    pub(crate) digit: u64,
    pub(crate) upper: u64,
    pub(crate) lower: u64,
    pub(crate) backslash: u64,
    pub(crate) line: u64,
    pub(crate) reference: u64,
}

impl Classes {
    /// What one byte is.
    pub(crate) fn of(byte: u8) -> Self {
        let class = CLASSES[usize::from(byte)];
        let bit = |of: u8| u64::from(class & of != 0);
        Self {
            token: bit(TOKEN),
            word: bit(WORD),
            digit: bit(DIGIT),
            upper: bit(UPPER),
            lower: bit(LOWER),
            backslash: bit(BACKSLASH),
            line: bit(LINE),
            reference: bit(REFERENCE),
        }
    }

    /// What the last two bytes before a place are, in the two top positions.
    pub(crate) fn before(haystack: &[u8], at: usize) -> Self {
        let mut all = Self::default();
        for back in 1..=2 {
            let Some(before) = at.checked_sub(back) else { break };
            let one = Self::of(haystack[before]);
            let shift = 64 - back as u32;
            all.token |= one.token << shift;
            all.word |= one.word << shift;
            all.digit |= one.digit << shift;
            all.upper |= one.upper << shift;
            all.lower |= one.lower << shift;
            all.backslash |= one.backslash << shift;
            all.line |= one.line << shift;
            all.reference |= one.reference << shift;
        }
        all
    }

    /// The letters and digits.
    #[inline(always)]
    fn alphanumeric(self) -> u64 {
        self.upper | self.lower | self.digit
    }

    /// The positions where a part of a name starts; `behind` and `ahead` are the 64 positions before and after.
    #[inline(always)]
    pub(crate) fn parts(self, behind: Self, ahead: Self) -> u64 {
        let before = self.alphanumeric() << 1 | behind.alphanumeric() >> 63;
        let upper_before = self.upper << 1 | behind.upper >> 63;
        let lower_after = self.lower >> 1 | ahead.lower << 63;
        let escapes = self.backslash << 2 | behind.backslash >> 62;
        let hump = self.upper & (!upper_before | lower_after);
        self.alphanumeric() & (!before | hump | self.lower & escapes)
    }

    /// The positions where a token starts, and those where a run of token bytes does. `ahead` are the token bytes of the
    /// 64 positions that follow; bit 63 of `words` and of `tokens` says whether the byte before the first is a word
    /// byte and a token byte.
    #[inline(always)]
    pub(crate) fn starts(self, ahead: u64, words: u64, tokens: u64) -> (u64, u64) {
        // Zeros shifted in from the top end every run at bit 63, so the last 16 positions get a word of their own, in
        // which the runs go on. Two short chains of 64-bit steps beat one of 128-bit shifts.
        let runs = sixteen(self.token) | sixteen(self.token >> 48 | ahead << 16) << 48;
        let start = runs & self.word & !(self.word << 1 | words >> 63);
        (start, runs & !(self.token << 1 | tokens >> 63))
    }
}

/// The bits from which on 16 in a row are set.
#[inline(always)]
fn sixteen(bits: u64) -> u64 {
    let bits = bits & bits >> 1;
    let bits = bits & bits >> 2;
    let bits = bits & bits >> 4;
    bits & bits >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_sixteen_is_found_at_every_position() {
        for at in 0..64 {
            for length in 0..40 {
                let token: u128 = ((1 << length) - 1) << at;
                let classes = Classes { token: token as u64, word: 1 << at, ..Classes::default() };
                let expected = if length >= 16 { 1 << at } else { 0 };
                assert_eq!(
                    classes.starts((token >> 64) as u64, 0, 0),
                    (expected, expected),
                    "{length} at {at}"
                );
            }
        }
    }

    #[test]
    fn a_word_byte_before_the_block_takes_away_its_first_start() {
        let classes = Classes { token: u64::MAX >> 1, word: 0b1001, ..Classes::default() };
        assert_eq!(classes.starts(0, 0, 0), (0b1001, 1));
        assert_eq!(classes.starts(0, 1 << 63, 0), (0b1000, 1));
        assert_eq!(classes.starts(0, 0, 1 << 63), (0b1001, 0));
    }
}
