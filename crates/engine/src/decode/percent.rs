//! Percent-encoding (RFC 3986, section 2.1).

use super::hex;

/// The byte that `%41` at the start of `bytes` says.
pub(super) fn decode(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [b'%', rest @ ..] => hex::pair(rest),
        _ => None,
    }
}

/// Whether it is worth a view: it says something that a text is made of.
pub(super) fn is_mark(bytes: &[u8]) -> bool {
    decode(bytes).is_some_and(|byte| byte.is_ascii_graphic())
}
