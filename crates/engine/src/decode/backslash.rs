//! Escapes that begin with a backslash, as C, JSON, JavaScript, Rust, Python and shells have them.

use super::hex;
use super::text::push_char;

/// Appends what the escape at the start of `bytes` stands for, and says how long it is.
pub(super) fn decode(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let letter = *bytes.get(1)?;
    let simple = match letter {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'e' => 0x1B,
        b'"' | b'\'' | b'\\' | b'/' | b'`' | b'$' => letter,
        b'x' => return push_byte(hex::pair(bytes.get(2..)?)?, 4, out),
        b'u' if bytes.get(2) == Some(&b'{') => return braced(bytes, out),
        b'u' => return four_digits(bytes, out),
        b'U' => return push_code(digits(bytes, 2..10)?, 10, out),
        b'0'..=b'3' => return push_byte(octal(bytes)?, 4, out),
        _ => return None,
    };
    push_byte(simple, 2, out)
}

/// Whether the escape at the start of `bytes`, which stands at `at` in `haystack`, is worth a view: it stands for
/// something that could be part of a secret, or ends a name of JSON in JSON. Line ends, tabs and quotes in strings are
/// everywhere, and rules see through them.
pub(super) fn is_mark(haystack: &[u8], at: usize) -> bool {
    let bytes = &haystack[at..];
    match bytes {
        [_, b'x', rest @ ..] => hex::pair(rest).is_some_and(is_plain),
        [_, b'u', b'0', b'0', rest @ ..] => hex::pair(rest).is_some_and(is_plain),
        [_, b'u', b'{', ..] => decode(bytes, &mut Vec::new()).is_some(),
        [_, b'U', b'0', b'0', b'0', b'0', b'0', b'0', rest @ ..] => hex::pair(rest).is_some_and(is_plain),
        [_, b'0'..=b'3', ..] => octal(bytes).is_some_and(is_plain),
        [_, b'"', b':', ..] | [_, b'"', b' ', b':', ..] => true,
        // `https:\/\/user:password@host`
        [_, b'/', b'\\', b'/', rest @ ..] => {
            let user = rest
                .iter()
                .take(128)
                .take_while(|byte| byte.is_ascii_graphic() && !b"\"'<>\\".contains(byte));
            at > 0 && haystack[at - 1] == b':' && user.into_iter().any(|&byte| byte == b'@')
        }
        [_, b'/', next, ..] => {
            next.is_ascii_alphanumeric() && at > 0 && haystack[at - 1].is_ascii_alphanumeric()
        }
        _ => false,
    }
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

fn push_byte(byte: u8, length: usize, out: &mut Vec<u8>) -> Option<usize> {
    out.push(byte);
    Some(length)
}

fn push_code(code: u32, length: usize, out: &mut Vec<u8>) -> Option<usize> {
    push_char(char::from_u32(code)?, out);
    Some(length)
}

fn octal(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [_, a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
            Some((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'))
        }
        _ => None,
    }
}

fn digits(bytes: &[u8], range: std::ops::Range<usize>) -> Option<u32> {
    bytes.get(range)?.iter().try_fold(0_u32, |code, &byte| Some(code << 4 | u32::from(hex::digit(byte)?)))
}

/// `\u0041`, and two of them for a character beyond the basic plane.
fn four_digits(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let code = digits(bytes, 2..6)?;
    if (0xD800..0xDC00).contains(&code) && bytes.get(6..8) == Some(b"\\u") {
        let low = digits(bytes, 8..12)?;
        if (0xDC00..0xE000).contains(&low) {
            return push_code(0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00), 12, out);
        }
    }
    push_code(code, 6, out)
}

/// `\u{41}`
fn braced(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let length = bytes[3..].iter().take(7).position(|&byte| byte == b'}').filter(|&length| length > 0)?;
    push_code(digits(bytes, 3..3 + length)?, length + 4, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_letter_is_read() {
        for text in ["\\x67", "\\u0067", "\\u{67}", "\\u{000067}", "\\U00000067", "\\147"] {
            let mut out = Vec::new();
            assert_eq!(decode(text.as_bytes(), &mut out), Some(text.len()), "{text}");
            assert_eq!(out, b"g", "{text}");
            assert!(is_mark(text.as_bytes(), 0), "{text}");
        }
        let mut out = Vec::new();
        assert_eq!(decode(b"\\ud83d\\udd11x", &mut out), Some(12));
        assert_eq!(out, "\u{1f511}".as_bytes());
    }

    #[test]
    fn what_is_no_escape_is_left() {
        for text in ["\\q", "\\x6", "\\u{}", "\\u{1234567}", "\\u00", "\\ud800", "\\400", "\\"] {
            assert_eq!(decode(text.as_bytes(), &mut Vec::new()), None, "{text}");
        }
    }
}
