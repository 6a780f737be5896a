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

/// Whether what stands at `at` says that the text around is quoted-printable: an equals sign written so, or a soft line
/// break in the middle of a token.
pub(super) fn is_mark(haystack: &[u8], at: usize) -> bool {
    let joins = |length: usize| {
        at > 0
            && haystack[at - 1].is_ascii_alphanumeric()
            && haystack.get(at + length).is_some_and(u8::is_ascii_alphanumeric)
    };
    match decode(&haystack[at..]) {
        Some((Some(byte), _)) => byte == b'=',
        Some((None, length)) => joins(length),
        None => false,
    }
}
