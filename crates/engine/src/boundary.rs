//! What stands to the left of a match.

/// `[A-Za-z0-9_]`
pub(crate) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The letters that stand for one character after a backslash, in JSON, C and shells.
const fn is_escape_letter(byte: u8) -> bool {
    matches!(byte, b'a' | b'b' | b'e' | b'f' | b'n' | b'r' | b't' | b'v' | b'0')
}

/// Whether a word may begin at `at`: the start of the haystack, after a byte that is no word byte, or after the end
/// of an escape sequence.
pub(crate) fn starts_word(haystack: &[u8], at: usize) -> bool {
    match at.checked_sub(1) {
        None => true,
        Some(before) => !is_word(haystack[before]) || ends_escape(haystack, at),
    }
}

/// Whether an escape sequence ends at `at`: `\n` and its like, `\x22`, `\u0022`, `\042`, `%3D`.
pub(crate) fn ends_escape(haystack: &[u8], at: usize) -> bool {
    let before = &haystack[at.saturating_sub(6)..at];
    let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    match before {
        [.., b'\\', letter] if is_escape_letter(*letter) => true,
        [.., b'%', a, b] if hex(&[*a, *b]) => true,
        [.., b'\\', b'x', a, b] if hex(&[*a, *b]) => true,
        [.., b'\\', a, b, c] if [a, b, c].iter().all(|digit| (b'0'..=b'7').contains(digit)) => true,
        [b'\\', b'u', digits @ ..] if digits.len() == 4 && hex(digits) => true,
        _ => false,
    }
}

/// How many bytes after a token start that follows `\` or `%` a token may begin because an escape sequence ends
/// there; the marks themselves only show where the sequence begins.
pub(crate) fn escape_lengths(haystack: &[u8], start: usize) -> impl Iterator<Item = usize> + '_ {
    let lengths: &[usize] = match start.checked_sub(1).map(|before| haystack[before]) {
        Some(b'\\') => &[1, 3, 5],
        Some(b'%') => &[2],
        _ => &[],
    };
    lengths
        .iter()
        .copied()
        .filter(move |length| start + length < haystack.len() && ends_escape(haystack, start + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_may_follow_an_escape_sequence() {
        for text in ["\\nX", "\\x22X", "\\u0022X", "\\042X", "%3DX", " X", "-X", "X"] {
            assert!(starts_word(text.as_bytes(), text.len() - 1), "{text}");
        }
        for text in ["aX", "_X", "\\qX", "%3X", "\\x2X", "\\u022X", "nX"] {
            assert!(!starts_word(text.as_bytes(), text.len() - 1), "{text}");
        }
    }
}
