//! Quoted-printable (RFC 2045, section 6.7).

use super::hex;

/// What `=3D` or a soft line break at the start of `bytes` stands for, and how long it is.
pub(super) fn decode(bytes: &[u8]) -> Option<(Option<u8>, usize)> {
    match bytes {
        [b'=', b'\n', ..] => Some((None, 2)),
        [b'=', b'\r', b'\n', ..] => Some((None, 3)),
        // Digits above nine are capitals there, which tells them from much else that follows an equals sign.
        [b'=', a, b, ..] if ![a, b].iter().any(|digit| digit.is_ascii_lowercase()) => {
            hex::pair(&[*a, *b]).map(|byte| (Some(byte), 3))
        }
        _ => None,
    }
}

/// How long lines are that a soft break ends, in bytes with the equals sign: at most 76, and writers fill them.
const LINE: std::ops::RangeInclusive<usize> = 60..=76;

/// Whether what stands at `at` says that the text around is quoted-printable: an equals sign written so, or a soft line
/// break in the middle of a token. Base64 ends with such a sign, too, but seldom where lines are broken.
pub(super) fn is_mark(haystack: &[u8], at: usize) -> bool {
    let joins = |length: usize| {
        at > 0
            && haystack[at - 1].is_ascii_alphanumeric()
            && haystack.get(at + length).is_some_and(u8::is_ascii_alphanumeric)
            && LINE.contains(&line(haystack, at))
    };
    match decode(&haystack[at..]) {
        Some((Some(byte), _)) => byte == b'=',
        Some((None, length)) => joins(length),
        None => false,
    }
}

/// How many bytes the line has up to the one at `at`, and with it; not counted further than is of interest.
fn line(haystack: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(*LINE.end());
    at + 1 - memchr::memrchr(b'\n', &haystack[from..at]).map_or(from, |newline| from + newline + 1)
}
