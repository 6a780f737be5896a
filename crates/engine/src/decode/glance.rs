//! What a few bytes rule out, told by tables without a branch.
//!
//! In each table a bit stands for a form, and a byte has the bits of the forms that allow it at its position: what all
//! tables allow may be there. Nothing that is worth decoding is ruled out; the rest is looked at again.

use super::base64::sextet;

type Table = [u8; 256];

const TEXT: u8 = 1;
const BROKEN_TEXT: u8 = 1 << 1;
const UTF16: u8 = 1 << 2;
const GZIP: u8 = 1 << 3;
const ZLIB: u8 = 1 << 4;
const HEX: u8 = 1 << 5;
const BYTE_ORDER_MARK: u8 = 1 << 6;
const PREFIXED_HEX: u8 = 1 << 7;

/// The forms of an encoded value. In base64, a plain first byte has its top bit clear and one of the two below it set,
/// and so on over the borders of characters; a line may break after the first byte.
const VALUE: [Table; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut at = 0;
        while at < 8 {
            tables[at][byte] = value_forms(at, byte as u8);
            at += 1;
        }
        byte += 1;
    }
    tables
};

const fn value_forms(at: usize, byte: u8) -> u8 {
    let fixed = match (at, byte) {
        (0, b'H') | (1, b'4') | (2, b's') | (3, b'I') => GZIP,
        (0 | 1, b'7') | (2, b'u') | (3, b'/') => BYTE_ORDER_MARK,
        (0, b'0') | (1, b'x') => PREFIXED_HEX,
        (0, b'e') | (1, b'A' | b'F' | b'J' | b'N') => ZLIB,
        (2, b'E'..=b'H' | b'4'..=b'7' | b'w'..=b'z' | b'o'..=b'r') => ZLIB,
        _ => 0,
    };
    let open = match at {
        0..=2 => 0,
        3 => ZLIB,
        _ => ZLIB | GZIP | BYTE_ORDER_MARK,
    };
    let high = matches!(byte, b'2'..=b'7');
    let low = byte.is_ascii_hexdigit();
    let hex = if at.is_multiple_of(2) { high } else { low };
    let hex = (if hex { HEX } else { 0 }) | (if hex && at >= 2 { PREFIXED_HEX } else { 0 });
    let Some(six) = sextet(byte) else { return fixed | open | hex };
    let (text, broken, wide) = match at {
        0 => (matches!(six, 2 | 8..=31), matches!(six, 8..=31), matches!(six, 8..=31)),
        1 => (matches!(six & 15, 2..=7), six & 15 == 0, six & 15 == 0),
        2 => (six & 2 == 0, six >= 32 && six & 2 == 0, six <= 1),
        4 => (matches!(six, 2 | 8..=31), matches!(six, 2 | 8..=31), six == 0),
        5 => (matches!(six & 15, 0 | 2..=7), matches!(six & 15, 0 | 2..=7), six <= 7),
        6 => (six & 2 == 0, six & 2 == 0, six & 3 == 0),
        7 => (true, true, six == 0),
        _ => (true, true, true),
    };
    let forms = (if text { TEXT } else { 0 })
        | (if broken { BROKEN_TEXT } else { 0 })
        | (if wide { UTF16 } else { 0 });
    fixed | open | hex | forms
}

/// Whether the first eight bytes of a token, the first of them lowest, may begin an encoded value, by half of them.
#[inline(always)]
pub(crate) fn may_begin_value(eight: u64) -> bool {
    let forms = |at: usize| VALUE[at][(eight >> (8 * at)) as usize & 0xFF];
    forms(0) & forms(1) & forms(2) & forms(3) != 0
}

/// The same by all of them.
#[inline]
pub(crate) fn may_be_value(eight: u64) -> bool {
    (0..8).fold(u8::MAX, |forms, at| forms & VALUE[at][(eight >> (8 * at)) as usize & 0xFF]) != 0
}

/// The forms of an escape: percent, reference by number, reference by name, `\x`, `\u` and `\U`, octal, `\"` before a
/// colon, and a slash or the end of a line.
const ESCAPE: [Table; 3] = {
    let mut tables = [[0; 256]; 3];
    let mut byte = 0;
    while byte < 256 {
        let at = byte as u8;
        tables[0][byte] = match at {
            b'%' => 1,
            b'&' => 0b110,
            b'\\' => 0b1111_1000,
            _ => 0,
        };
        tables[1][byte] = (if at.is_ascii_digit() && at >= b'2' && at <= b'7' { 1 } else { 0 })
            | (if at == b'#' { 1 << 1 } else { 0 })
            | (if at.is_ascii_alphabetic() { 1 << 2 } else { 0 })
            | (if at == b'x' { 1 << 3 } else { 0 })
            | (if at == b'u' || at == b'U' { 1 << 4 } else { 0 })
            | (if at == b'0' || at == b'1' { 1 << 5 } else { 0 })
            | (if at == b'"' { 1 << 6 } else { 0 })
            | (if at == b'/' || at == b'\n' || at == b'\r' { 1 << 7 } else { 0 });
        tables[2][byte] = (if at.is_ascii_hexdigit() { 1 } else { 0 })
            | (if at.is_ascii_digit() || at == b'x' || at == b'X' { 1 << 1 } else { 0 })
            // quot amp apos lt gt equals colon sol plus lowbar period dollar commat num excl percnt
            | (if matches!(at | 0x20, b'u' | b'm' | b'p' | b't' | b'q' | b'o' | b'l' | b'e' | b'x') { 1 << 2 } else { 0 })
            | (if at.is_ascii_digit() && at >= b'2' && at <= b'7' { 1 << 3 } else { 0 })
            | (if at == b'0' || at == b'{' { 1 << 4 } else { 0 })
            | (if at.is_ascii_digit() && at <= b'7' { 1 << 5 } else { 0 })
            | (if at == b':' || at == b' ' { 1 << 6 } else { 0 })
            | 1 << 7;
        byte += 1;
    }
    tables
};

/// Whether what stands at `at` may be an escape that is worth a view.
#[inline]
pub(crate) fn may_be_escape(haystack: &[u8], at: usize) -> bool {
    let Some([a, b, c]) = haystack[at..].first_chunk::<3>() else { return false };
    ESCAPE[0][usize::from(*a)] & ESCAPE[1][usize::from(*b)] & ESCAPE[2][usize::from(*c)] != 0
}

const QUOTE: u8 = 1;
const COLOUR: u8 = 1 << 1;
const ZERO_WIDTH: u8 = 1 << 2;
const SOFT: u8 = 1 << 3;
const SOFT_CR: u8 = 1 << 4;
const EQUALS: u8 = 1 << 5;

/// What joins two strings, and the blanks around it.
const fn is_gap(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b'\r' | b'+' | b'.' | b'&' | b'~' | b'<' | b'>' | b'|' | b'^' | b'\\' | b'_'
    )
}

/// The forms of what joins a run to the text before it, from its last byte to its last but two.
const BEFORE: [Table; 3] = {
    let mut tables = [[0; 256]; 3];
    let mut byte = 0;
    while byte < 256 {
        let at = byte as u8;
        let quote = matches!(at, b'"' | b'\'' | b'`');
        tables[0][byte] = (if quote { QUOTE } else { 0 })
            | (if matches!(at, b'[' | b';') { COLOUR } else { 0 })
            | (if matches!(at, 0x80..=0xBF) { ZERO_WIDTH } else { 0 })
            | (if at == b'\n' { SOFT | SOFT_CR } else { 0 })
            | (if at == b'=' { EQUALS } else { 0 });
        tables[1][byte] = (if is_gap(at) || matches!(at, b'f' | b'b' | b'r' | b'u' | b'L' | b'@' | b'$') {
            QUOTE
        } else {
            0
        }) | (if at == 0x1B || at == b';' || at.is_ascii_digit() { COLOUR } else { 0 })
            | (if matches!(at, 0x80 | 0x81 | 0xBB | 0xC2) { ZERO_WIDTH } else { 0 })
            | (if at == b'=' { SOFT } else { 0 })
            | (if at == b'\r' { SOFT_CR } else { 0 })
            | EQUALS;
        tables[2][byte] = (if is_gap(at) || quote { QUOTE } else { 0 })
            | (if at == b'=' { SOFT_CR } else { 0 })
            | COLOUR
            | ZERO_WIDTH
            | SOFT
            | EQUALS;
        byte += 1;
    }
    tables
};

/// Whether what stands before the run at `at` may join it to the text before that.
#[inline]
pub(crate) fn may_join_before(haystack: &[u8], at: usize) -> bool {
    let Some(&[c, b, a]) = at.checked_sub(3).and_then(|far| haystack[far..].first_chunk::<3>()) else {
        return at > 1;
    };
    let forms = BEFORE[0][usize::from(a)] & BEFORE[1][usize::from(b)] & BEFORE[2][usize::from(c)];
    // `=3D`
    let equals = if haystack[at] == b'3' { 0xFF } else { !EQUALS };
    forms & equals != 0
}

/// The forms of what joins a run to the text after it.
const AFTER: [Table; 3] = {
    let mut tables = [[0; 256]; 3];
    let mut byte = 0;
    while byte < 256 {
        let at = byte as u8;
        let quote = matches!(at, b'"' | b'\'' | b'`');
        tables[0][byte] = (if quote { QUOTE } else { 0 })
            | (if at == 0x1B { COLOUR } else { 0 })
            | (if matches!(at, 0xE2 | 0xEF | 0xC2) { ZERO_WIDTH } else { 0 })
            | (if at == b'=' { SOFT | SOFT_CR | EQUALS } else { 0 });
        tables[1][byte] = (if is_gap(at) { QUOTE } else { 0 })
            | (if at == b'[' { COLOUR } else { 0 })
            | (if matches!(at, 0x80 | 0x81 | 0xBB | 0xAD) { ZERO_WIDTH } else { 0 })
            | (if at == b'\n' { SOFT } else { 0 })
            | (if at == b'\r' { SOFT_CR } else { 0 })
            | (if at == b'3' { EQUALS } else { 0 });
        tables[2][byte] =
            (if is_gap(at) || quote || matches!(at, b'f' | b'b' | b'r' | b'u' | b'L' | b'@' | b'$') {
                QUOTE
            } else {
                0
            }) | (if at.is_ascii_alphanumeric() { SOFT } else { 0 })
                | (if at == b'\n' { SOFT_CR } else { 0 })
                | (if at == b'D' { EQUALS } else { 0 })
                | COLOUR
                | ZERO_WIDTH;
        byte += 1;
    }
    tables
};

/// Whether what stands at `end`, where a run ends, may join it to the text after that.
#[inline]
pub(crate) fn may_join_after(haystack: &[u8], end: usize) -> bool {
    let Some([a, b, c]) = haystack[end..].first_chunk::<3>() else { return end + 1 < haystack.len() };
    AFTER[0][usize::from(*a)] & AFTER[1][usize::from(*b)] & AFTER[2][usize::from(*c)] != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decode::{backslash, base64, concatenation, hex, html, percent};

    fn eight(bytes: &[u8]) -> u64 {
        bytes.iter().take(8).rev().fold(0, |all, &byte| all << 8 | u64::from(byte))
    }

    #[test]
    fn nothing_worth_decoding_is_ruled_out() {
        use ::base64::Engine as _;
        use ::base64::engine::general_purpose::STANDARD;
        for text in
            ["password = x", "{\n  \"a\": 1, ", "a\r\nb\r\nc d e f", "\tindented text", "- a\n- b\n- c\n"]
        {
            let encoded = STANDARD.encode(text.repeat(2));
            assert!(may_be_value(eight(encoded.as_bytes())), "{text:?}");
            let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(
                may_be_value(eight(hex.as_bytes())),
                !text.as_bytes()[..4].iter().any(u8::is_ascii_control),
                "{text:?}"
            );
        }
        for bytes in
            [&b"\x1f\x8b\x08\0\0\0\0\0"[..], b"\x78\x9c\x01\x02\x03\x04", b"\xef\xbb\xbfabc", b"a\0b\0c\0d\0"]
        {
            assert!(may_be_value(eight(STANDARD.encode(bytes).as_bytes())), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn a_value_that_starts_may_be_one(text in "[ -~\n\t]{12,20}") {
            use ::base64::Engine as _;
            let encoded = ::base64::engine::general_purpose::STANDARD.encode(&text);
            let early = text.as_bytes()[..6].iter().position(u8::is_ascii_control);
            if base64::starts(encoded.as_bytes()) && early.is_none() {
                prop_assert!(may_be_value(eight(encoded.as_bytes())));
            }
            if hex::may_start(encoded.as_bytes()) {
                prop_assert!(may_be_value(eight(encoded.as_bytes())));
            }
        }

        #[test]
        fn an_escape_that_is_a_mark_may_be_one(text in "[a-z\\\\%&#0-9;:\"/ uxUqlp{}\n]{4,20}") {
            let text = text.as_bytes();
            for at in 0..text.len() - 3 {
                let is_mark = match text[at] {
                    b'%' => percent::is_mark(&text[at..]),
                    b'&' => html::is_mark(&text[at..]),
                    b'\\' => backslash::is_mark(text, at) || concatenation::continuation(text, at).is_some(),
                    _ => false,
                };
                prop_assert!(!is_mark || may_be_escape(text, at), "{}", text[at..].escape_ascii());
            }
        }
    }
}
