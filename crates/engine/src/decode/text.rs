//! Whether bytes are text.

/// Whether a text may hold this byte: no control character but those of lines, tabs and terminals.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x1B)
}

/// Whether the bytes are the beginning of a text: valid UTF-8 as far as they go, without control characters.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    if bytes.iter().all(|&byte| is_plain(byte)) {
        return true;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        // A character that is cut at the end is none that is wrong.
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return false,
    };
    // Random bytes are valid UTF-8 now and then, but not with plain letters for the most part.
    let plain = bytes.iter().filter(|&&byte| is_plain(byte)).count();
    2 * plain >= bytes.len() && bytes[..valid].iter().all(|&byte| byte >= 0x80 || is_plain(byte))
}

/// Whether the bytes are the beginning of a text of Latin letters in UTF-16, little-endian.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xff\xfe").unwrap_or(bytes);
    bytes.len() >= 8 && bytes.chunks_exact(2).all(|pair| pair[1] == 0 && is_plain(pair[0]))
}

/// Appends UTF-16 as UTF-8.
pub(super) fn push_utf16(bytes: &[u8], out: &mut Vec<u8>) {
    let bytes = bytes.strip_prefix(b"\xff\xfe").unwrap_or(bytes);
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    for character in char::decode_utf16(units) {
        push_char(character.unwrap_or(char::REPLACEMENT_CHARACTER), out);
    }
}

pub(super) fn push_char(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_told_from_what_is_none() {
        assert!(is_text(b"key=value\n") && is_text("größe: 鍵 and more".as_bytes()));
        assert!(is_text(&"größe".as_bytes()[..3]), "a character may be cut at the end");
        assert!(!is_text(b"key\0value") && !is_text(&[0x9f, 0x86, 0xd0, 0x81]));
        assert!(is_utf16(b"a\0b\0c\0d\0") && !is_utf16(b"abcdefgh"));
    }
}
