//! Numbers in the digits that tokens use.

/// `0-9A-Za-z`, the order of GitHub's and npm's base 62.
pub(crate) const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// `0-9a-z`, Ruby's `to_s(36)`.
pub(crate) const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Writes `number` in the given digits, left-padded with the zero digit to `width`.
pub(crate) fn encode(mut number: u64, digits: &[u8], width: usize) -> String {
    let base = digits.len() as u64;
    let mut reversed = Vec::with_capacity(width);
    while number > 0 || reversed.len() < width {
        reversed.push(char::from(digits[(number % base) as usize]));
        number /= base;
    }
    reversed.iter().rev().collect()
}

/// Reads a number; `None` where a byte is no digit or the number does not fit.
pub(crate) fn decode(text: &[u8], digits: &[u8]) -> Option<u64> {
    text.iter().try_fold(0u64, |number, byte| {
        let digit = digits.iter().position(|known| known == byte)?;
        number.checked_mul(digits.len() as u64)?.checked_add(digit as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_padded_on_the_left() {
        assert_eq!(encode(0, BASE62, 6), "000000");
        assert_eq!(encode(61, BASE62, 2), "0z");
        assert_eq!(encode(u64::from(u32::MAX), BASE36, 7), "1z141z3");
        assert_eq!(encode(36 * 36, BASE36, 2), "100");
    }

    #[test]
    fn numbers_read_back() {
        assert_eq!(decode(b"1z141z3", BASE36), Some(u64::from(u32::MAX)));
        assert_eq!(decode(b"1Z141z3", BASE36), None);
        assert_eq!(decode(&[b'z'; 20], BASE62), None);
    }
}
