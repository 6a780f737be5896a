//! The masks of one block.

/// Bytes that one [`Block`] describes.
pub const BLOCK: usize = 64;

/// Bytes of [`Block::token`] that a [`Block::start`] promises from its position on.
pub const TOKEN: usize = 16;

/// What is known of 64 positions in a row; bit 0 is the first of them.
///
/// Bytes past the haystack's end count as 0, as does the one before its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The 16 bytes from here on are token bytes, this one is a word byte, and the one before it is none.
    pub start: u64,
    /// The 16 bytes from here on are token bytes, and the one before it is none.
    pub run: u64,
    /// A stem may stand here. No true position is missing, but some are too many: see [`Kernel`](crate::Kernel).
    pub stem: u64,
    /// The byte is one of `A-Z a-z 0-9 + / _ . ~ -`.
    pub token: u64,
    /// The byte is one of `A-Z a-z 0-9 _`.
    pub word: u64,
    /// The byte is one of `0-9`.
    pub digit: u64,
    /// A part of a name starts here: a letter or digit after a byte that is neither, a capital where camelCase begins a
    /// new word, or a small letter right after an escape such as `\n`.
    pub part: u64,
    /// The byte is a line feed.
    pub line: u64,
    /// The byte is one that escapes begin with: `\`, `%` or `&`.
    pub escape: u64,
}

impl Block {
    /// Forgets every position from `bit` on; `bit` is below 64.
    pub(crate) fn truncate(&mut self, bit: usize) {
        let keep = (1 << bit) - 1;
        self.start &= keep;
        self.run &= keep;
        self.stem &= keep;
        self.token &= keep;
        self.word &= keep;
        self.digit &= keep;
        self.part &= keep;
        self.line &= keep;
        self.escape &= keep;
    }
}
