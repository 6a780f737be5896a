//! GitLab's routable tokens.
//!
//! `prefix`, base64url payload without padding, `.`, version (`01`), `.`, the payload's length (base 36, two
//! characters), CRC-32 of all that stands before it (base 36, seven characters). The payload is 16 random bytes, the
//! routing text (`c:1\no:1\nu:7`), and the text's length in one byte. The first tokens had no version.

use crate::digits::{self, BASE36};

const LENGTH: usize = 2;
const CRC: usize = 7;
const RANDOM: usize = 16;

/// Appends version, length and checksum to `prefix` + `payload`.
pub(crate) fn complete(prefix: &str, payload: &str) -> String {
    let length = digits::encode(payload.len() as u64, BASE36, LENGTH);
    let head = format!("{prefix}{payload}.01.{length}");
    let crc = digits::encode(u64::from(crc32fast::hash(head.as_bytes())), BASE36, CRC);
    format!("{head}{crc}")
}

/// A payload with the routing text of an organization and a user.
pub(crate) fn payload(random: &mut dyn FnMut() -> u64) -> String {
    let mut bytes: Vec<u8> = (0..RANDOM).map(|_| random().to_le_bytes()[3]).collect();
    let routing = format!("o:{}\nu:{}", digits::encode(random() % 1296, BASE36, 1), random() % 36);
    bytes.extend_from_slice(routing.as_bytes());
    bytes.push(u8::try_from(routing.len()).unwrap_or(u8::MAX));
    base64url(&bytes)
}

/// Whether the checksum and the stated length of the payload are right.
pub(crate) fn verify(token: &[u8]) -> bool {
    let Some(crc_at) = token.len().checked_sub(CRC) else { return false };
    let (head, crc) = token.split_at(crc_at);
    if digits::decode(crc, BASE36) != Some(u64::from(crc32fast::hash(head))) {
        return false;
    }
    let Some(length_at) = head.len().checked_sub(LENGTH) else { return false };
    let (head, length) = head.split_at(length_at);
    let Some(length) = digits::decode(length, BASE36) else { return false };
    let Some(head) = head.strip_suffix(b".01.").or_else(|| head.strip_suffix(b".")) else { return false };
    // The prefix is not fixed: an instance can put its own before GitLab's.
    usize::try_from(length).is_ok_and(|length| length > 0 && length < head.len())
        && head[head.len() - length as usize..].iter().all(|&b| is_base64url(b))
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0u32, |group, &byte| group << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(group >> (18 - 6 * position) & 63) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_has_no_padding() {
        assert_eq!(base64url(b"f"), "Zg");
        assert_eq!(base64url(b"fo"), "Zm8");
        assert_eq!(base64url(b"foo\xff\xfe"), "Zm9v__4");
    }

    #[test]
    fn tokens_of_the_first_form_had_no_version() {
        let payload = payload(&mut || 0x1234_5678_9abc_def0);
        let head = format!("glpat-{payload}.{}", digits::encode(payload.len() as u64, BASE36, LENGTH));
        let crc = digits::encode(u64::from(crc32fast::hash(head.as_bytes())), BASE36, CRC);
        assert!(verify(format!("{head}{crc}").as_bytes()));
    }

    #[test]
    fn a_wrong_length_fails_even_with_a_right_checksum() {
        let head = format!("glpat-{}.01.zz", "a".repeat(40));
        let crc = digits::encode(u64::from(crc32fast::hash(head.as_bytes())), BASE36, CRC);
        assert!(!verify(format!("{head}{crc}").as_bytes()));
    }
}
