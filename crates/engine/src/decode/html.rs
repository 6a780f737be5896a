//! Character references of HTML and XML.

use super::text::push_char;

/// The names that stand for characters which secrets and what is around them are made of.
const NAMES: &[(&[u8], char)] = &[
    (b"quot;", '"'),
    (b"amp;", '&'),
    (b"apos;", '\''),
    (b"lt;", '<'),
    (b"gt;", '>'),
    (b"nbsp;", ' '),
    (b"equals;", '='),
    (b"colon;", ':'),
    (b"sol;", '/'),
    (b"plus;", '+'),
    (b"lowbar;", '_'),
    (b"period;", '.'),
    (b"dollar;", '$'),
    (b"commat;", '@'),
    (b"num;", '#'),
    (b"excl;", '!'),
    (b"percnt;", '%'),
    (b"newline;", '\n'),
];

/// The longest reference.
const LONGEST: usize = 12;

/// Appends what the reference at the start of `bytes` stands for, and says how long it is.
pub(super) fn decode(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let (character, length) = read(bytes)?;
    push_char(character, out);
    Some(length)
}

/// Whether the reference is worth a view: a letter or digit written so, a quote, or a bracket before a value.
pub(super) fn is_mark(bytes: &[u8]) -> bool {
    // Most are none, as in C and JavaScript.
    let may_be = bytes.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'#')
        && bytes.iter().take(LONGEST).any(|&byte| byte == b';');
    let Some((character, length)) = may_be.then(|| read(bytes)).flatten() else { return false };
    match character {
        '&' => matches!(bytes.get(length), Some(b'#' | b'q' | b'a' | b'l' | b'g')),
        '<' | ' ' => false,
        '>' => bytes.get(length).is_some_and(u8::is_ascii_alphanumeric),
        other => other.is_ascii_graphic(),
    }
}

fn read(bytes: &[u8]) -> Option<(char, usize)> {
    let rest = bytes.strip_prefix(b"&")?;
    if let Some(number) = rest.strip_prefix(b"#") {
        let (number, radix, before) = match number {
            [b'x' | b'X', digits @ ..] => (digits, 16, 3),
            digits => (digits, 10, 2),
        };
        let length = number.iter().take(8).position(|&byte| byte == b';')?;
        let code = u32::from_str_radix(std::str::from_utf8(&number[..length]).ok()?, radix).ok()?;
        return Some((char::from_u32(code).filter(|_| number[0] != b'+')?, before + length + 1));
    }
    let name = |name: &[u8]| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    NAMES.iter().find(|(text, _)| name(text)).map(|(text, character)| (*character, text.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_by_number_and_by_name() {
        for (text, character) in [("&#103;", 'g'), ("&#x67;", 'g'), ("&quot;", '"'), ("&AMP;", '&')] {
            assert_eq!(read(text.as_bytes()), Some((character, text.len())), "{text}");
        }
        for text in ["&#;", "&#x;", "&#+3;", "&#99999999;", "& amp;", "&ampx", "&"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
