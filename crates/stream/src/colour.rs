//! Sequences for a terminal, in the midst of a secret: the secret goes, they stay.
//!
//! Source: ECMA-48. A control sequence is `ESC [`, parameters, and a final byte; an operating system command, such as a
//! link or a window's title, `ESC ]` and a text, which `ESC \` or BEL ends; a character set is chosen by `ESC (` and a byte.

use std::ops::Range;

/// The longest control sequence that is kept; what is longer colours nothing.
const LONGEST: usize = 24;

/// The longest command that is kept: links hold addresses.
const LONGEST_COMMAND: usize = 4096;

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
    match text.get(..2)? {
        b"\x1b[" => control(&text[2..]),
        b"\x1b]" => command(&text[2..]),
        b"\x1b(" | b"\x1b)" => text.get(2).filter(|byte| byte.is_ascii_alphanumeric()).map(|_| 1),
        _ => None,
    }
    .map(|length| length + 2)
}

fn control(body: &[u8]) -> Option<usize> {
    let parameters =
        body.iter().take(LONGEST).take_while(|byte| byte.is_ascii_digit() || b";:?".contains(byte)).count();
    let last = body.get(parameters)?;
    (0x40..0x7F).contains(last).then_some(parameters + 1)
}

fn command(body: &[u8]) -> Option<usize> {
    let body = &body[..body.len().min(LONGEST_COMMAND)];
    let end = memchr::memchr3(0x07, 0x1B, b'\n', body)?;
    match body[end] {
        0x07 => Some(end + 1),
        0x1B => (body.get(end + 1) == Some(&b'\\')).then_some(end + 2),
        _ => None,
    }
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
        assert_eq!(
            of("a\x1b]8;;http://b\x1b\\c\x1b]0;title\x07d\x1b(B"),
            [
                ("a", false),
                ("\x1b]8;;http://b\x1b\\", true),
                ("c", false),
                ("\x1b]0;title\x07", true),
                ("d", false),
                ("\x1b(B", true)
            ]
        );
        for text in ["a\x1bb\x1b[3", "a\x1b]0;never ended", "a\x1b]0;a line\n\x07", "a\x1b]0;\x1b[0"] {
            assert_eq!(of(text), [(text, false)]);
        }
        assert_eq!(of(""), []);
    }
}
