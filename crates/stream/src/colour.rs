//! Sequences that colour a terminal, in the midst of a secret: the secret goes, they stay.
//!
//! Source: ECMA-48, control sequences: `ESC [`, parameters, and a final byte.

use std::ops::Range;

/// The longest that is kept; what is longer colours nothing.
const LONGEST: usize = 24;

/// Cuts a text into what is no sequence and the sequences, in order: each part with whether it is one.
pub(crate) fn parts(text: &[u8]) -> impl Iterator<Item = (Range<usize>, bool)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        let (length, coloured) = match sequence(rest) {
            Some(length) => (length, true),
            None => (
                memchr::memchr_iter(0x1B, rest)
                    .find(|&at| sequence(&rest[at..]).is_some())
                    .unwrap_or(rest.len()),
                false,
            ),
        };
        at += length;
        Some((start..at, coloured))
    })
}

/// How long the sequence is that a text begins with.
fn sequence(text: &[u8]) -> Option<usize> {
    let body = text.strip_prefix(b"\x1b[")?;
    let parameters =
        body.iter().take(LONGEST).take_while(|byte| byte.is_ascii_digit() || b";:?".contains(byte)).count();
    let last = body.get(parameters)?;
    (0x40..0x7F).contains(last).then_some(parameters + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_told_from_what_they_colour() {
        let of = |text: &'static str| -> Vec<(&str, bool)> {
            parts(text.as_bytes()).map(|(range, coloured)| (&text[range], coloured)).collect()
        };
        assert_eq!(
            of("ab\x1b[1;31mcd\x1b[0m"),
            [("ab", false), ("\x1b[1;31m", true), ("cd", false), ("\x1b[0m", true)]
        );
        assert_eq!(of("a\x1bb\x1b[3"), [("a\x1bb\x1b[3", false)]);
        assert_eq!(of(""), []);
    }
}
