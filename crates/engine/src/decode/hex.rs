//! Hexadecimal digits.

use super::LONGEST_VALUE;
use super::text::is_text;

/// The fewest digits: sixteen bytes, so that no digest is text by chance.
const LEAST: usize = 32;

/// The value of a hex digit.
pub(super) const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte that two digits say.
pub(super) const fn pair(bytes: &[u8]) -> Option<u8> {
    if let [high, low, ..] = bytes
        && let (Some(high), Some(low)) = (digit(*high), digit(*low))
    {
        return Some(high << 4 | low);
    }
    None
}

/// Whether digits that say text could begin here, told from the first eight.
pub(super) fn may_start(bytes: &[u8]) -> bool {
    bytes.len() >= LEAST
        && bytes[..8].chunks_exact(2).all(|two| pair(two).is_some_and(|byte| is_text(&[byte])))
}

/// Appends the text that the digits at the start of `bytes` say, and says how many they are: `None` if it is no text. Of
/// more digits than [`LONGEST_VALUE`] only so many are read.
pub(super) fn decode(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    if !may_start(bytes) {
        return None;
    }
    let start = out.len();
    let bytes = &bytes[..bytes.len().min(LONGEST_VALUE)];
    let digits = bytes.iter().take_while(|&&byte| digit(byte).is_some()).count();
    if digits < LEAST || digits % 2 == 1 {
        return None;
    }
    out.extend(bytes[..digits].chunks_exact(2).filter_map(pair));
    if is_text(&out[start..]) {
        Some(digits)
    } else {
        out.truncate(start);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_say_text_are_decoded_and_digests_are_not() {
        let text = "password = hunter2-of-7kQ";
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut out = Vec::new();
        assert_eq!(decode(format!("{hex}\"").as_bytes(), &mut out), Some(hex.len()));
        assert_eq!(out, text.as_bytes());
        assert_eq!(decode(b"9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d65", &mut out), None);
        assert_eq!(out.len(), text.len());
    }

    #[test]
    fn of_endless_digits_only_so_many_are_read() {
        let mut out = Vec::new();
        assert_eq!(decode(&vec![b'7'; LONGEST_VALUE + 100], &mut out), Some(LONGEST_VALUE));
    }
}
