//! Where the parts of names begin, eight bytes at a time.

use crate::context::starts_part;

const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Calls `found` for every place in `from..to` where a part of a name begins with a letter or a digit: what
/// [`starts_part`] says of each byte, at a fraction of the cost.
#[inline]
pub(crate) fn each_part(haystack: &[u8], from: usize, to: usize, mut found: impl FnMut(usize)) {
    let mut at = from;
    let mut one = |at: usize| {
        if haystack[at].is_ascii_alphanumeric() && starts_part(haystack, at) {
            found(at);
        }
    };
    while at < to && at < 2 {
        one(at);
        at += 1;
    }
    while at < to {
        // Two bytes before and one after tell what begins; at the end of the haystack they are looked at one by one.
        let Some(&bytes) = haystack[at - 2..].first_chunk::<11>() else { break };
        let mut starts = starts(bytes);
        if to - at < 8 {
            starts &= (1 << (8 * (to - at))) - 1;
        }
        while starts != 0 {
            found(at + starts.trailing_zeros() as usize / 8);
            starts &= starts - 1;
        }
        at += 8;
    }
    while at < to {
        if haystack[at].is_ascii_alphanumeric() && starts_part(haystack, at) {
            found(at);
        }
        at += 1;
    }
}

/// The high bit of each of the middle eight bytes where a part begins.
#[inline]
fn starts(bytes: [u8; 11]) -> u64 {
    let [a, b, c, d, e, f, g, h, i, j, k] = bytes;
    let two_before = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let before = u64::from_le_bytes([b, c, d, e, f, g, h, i]);
    let here = u64::from_le_bytes([c, d, e, f, g, h, i, j]);
    let after = u64::from_le_bytes([d, e, f, g, h, i, j, k]);
    let upper = between(here, b'A', b'Z');
    let letter = upper | between(here, b'a', b'z');
    let alphanumeric = letter | between(here, b'0', b'9');
    let upper_before = between(before, b'A', b'Z');
    let alphanumeric_before = upper_before | between(before, b'a', b'z') | between(before, b'0', b'9');
    let hump = upper & (!upper_before | between(after, b'a', b'z'));
    let escaped = letter & between(two_before, b'\\', b'\\');
    // After an escape a capital begins nothing of its own unless it is a hump.
    let escaped = escaped & !upper;
    alphanumeric & !alphanumeric_before | alphanumeric_before & (hump | escaped)
}

/// The high bit of each byte that lies between two ASCII bytes.
#[inline]
const fn between(bytes: u64, low: u8, high: u8) -> u64 {
    let seven = bytes & !HIGH;
    let at_least = seven + ONES * (0x80 - low as u64);
    let more = seven + ONES * (0x7f - high as u64);
    at_least & !more & !bytes & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_at_a_time_is_one_at_a_time(text in "[a-cA-C0-2\\\\ _é\"=-]{0,64}", from in 0_usize..70, to in 0_usize..70) {
            let text = text.as_bytes();
            let (from, to) = (from.min(text.len()), to.min(text.len()));
            let mut found = Vec::new();
            each_part(text, from, to, |at| found.push(at));
            let expected: Vec<usize> =
                (from..to).filter(|&at| text[at].is_ascii_alphanumeric() && starts_part(text, at)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
