//! A log that knows which of its bytes are secret.

use std::ops::Range;

/// What must become of a stretch of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It must go, and at least one mask must stand in its place.
    Masked,
    /// It must go; it is the rest of a secret whose mask stands before it in the line.
    Gone,
}

/// A log that knows which of its bytes are secret.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) text: Vec<u8>,
    /// What must go, in order, and never over the end of a line.
    pub(crate) secrets: Vec<(Range<usize>, Fate)>,
}

impl Log {
    pub(crate) fn stays(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn stays_raw(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    pub(crate) fn goes(&mut self, text: &str) {
        self.ends(text, Fate::Masked);
    }

    pub(crate) fn ends(&mut self, text: &str, fate: Fate) {
        let start = self.text.len();
        self.stays(text);
        self.secrets.push((start..self.text.len(), fate));
    }

    /// A secret, with what stands before and after it.
    pub(crate) fn around(&mut self, before: &str, secret: &str, after: &str) {
        self.stays(before);
        self.goes(secret);
        self.stays(after);
    }

    /// Fills the line that is being written with words, until the next byte stands at a multiple of `size`, less `before`.
    pub(crate) fn pad(&mut self, size: usize, before: usize) {
        while !(self.text.len() + before).is_multiple_of(size) {
            let word = if (self.text.len() + before).is_multiple_of(7) { " " } else { "w" };
            self.stays(word);
        }
    }
}
