//! What is encoded at a place.

use super::base64::Value;
use super::piece::Kind;
use super::{Budget, backslash, base64, concatenation, hex, html, invisible, percent, quoted};
use crate::context::is_token;

/// What a byte may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    Nothing,
    Escape,
    Token,
}

/// For each byte what it may begin.
pub(super) const BEGINS: [Begins; 256] = {
    let mut table = [Begins::Nothing; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'\\' | b'%' | b'&' | b'=' | b'"' | b'\'' | b'`' | 0x1B | 0xE2 | 0xEF | 0xC2 => Begins::Escape,
            other if is_token(other) => Begins::Token,
            _ => Begins::Nothing,
        };
        byte += 1;
    }
    table
};

/// Reads the encodings of one stretch.
pub(super) struct Reader<'a> {
    pub(super) haystack: &'a [u8],
    /// Whether the stretch has shown itself to be quoted-printable.
    pub(super) quoted: bool,
}

impl Reader<'_> {
    /// Appends what the escape at `at` stands for; says what it is and how long.
    pub(super) fn escape(&mut self, at: usize, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let bytes = &self.haystack[at..];
        match bytes[0] {
            b'\\' => match concatenation::continuation(self.haystack, at) {
                Some(length) => Some((Kind::Continuation, length)),
                None => backslash::decode(bytes, out).map(|length| (Kind::Escape, length)),
            },
            b'%' => percent::decode(bytes).map(|byte| {
                out.push(byte);
                (Kind::Percent, 3)
            }),
            b'&' => html::decode(bytes, out).map(|length| (Kind::Html, length)),
            b'=' => {
                self.quoted |= quoted::is_mark(self.haystack, at);
                let (byte, length) = quoted::decode(bytes).filter(|_| self.quoted)?;
                out.extend(byte);
                Some((Kind::QuotedPrintable, length))
            }
            b'"' | b'\'' | b'`' => {
                concatenation::decode(self.haystack, at).map(|length| (Kind::Concatenation, length))
            }
            0x1B => invisible::ansi(bytes).map(|length| (Kind::Ansi, length)),
            _ => invisible::zero_width(bytes).map(|length| (Kind::ZeroWidth, length)),
        }
    }

    /// Appends what the encoded value at `at` says, if there is one.
    pub(super) fn value(&mut self, at: usize, budget: Budget, out: &mut Vec<u8>) -> Option<Found> {
        let bytes = &self.haystack[at..];
        if !hex::may_start(bytes) && !base64::starts(bytes) || self.adds(at + base64::run(self.haystack, at))
        {
            return None;
        }
        match hex::decode(bytes, out) {
            Some(digits) => Some(Found::Hex(digits)),
            None => base64::decode(self.haystack, at, budget, out).map(Found::Base64),
        }
    }

    /// Whether an escape at `at` adds to the value that ends there: then it must be undone before the value is.
    fn adds(&mut self, at: usize) -> bool {
        if self.haystack.get(at).is_none_or(|&byte| BEGINS[usize::from(byte)] != Begins::Escape) {
            return false;
        }
        let (quoted, mut out) = (self.quoted, Vec::new());
        let added = self.escape(at, &mut out).is_some();
        // The look ahead changes nothing.
        self.quoted = quoted;
        added
            && out
                .first()
                .is_none_or(|&byte| base64::is_character(byte) || matches!(byte, b'=' | b'\n' | b'\r'))
    }
}

/// An encoded value.
pub(super) enum Found {
    /// So many digits.
    Hex(usize),
    Base64(Value),
}
