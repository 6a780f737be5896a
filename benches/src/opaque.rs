//! Bytes without words.

use crate::corpus::Corpus;
use crate::random::{BASE64, Random};

/// Base64 in lines of 76 (RFC 2045), as in mail and in certificates: one run after the other, none of them a token.
#[must_use]
pub fn base64_text(size: usize) -> Corpus {
    let mut random = Random::new(0xba5e64);
    Corpus::fill("base64", size, |out| {
        for _ in 0..19 {
            let bits = random.next();
            out.extend((0..4).map(|i| BASE64[(bits >> (6 * i)) as usize & 63]));
        }
        out.push(b'\n');
    })
}

/// Every byte as likely as every other: what compressed and encrypted files look like.
#[must_use]
pub fn random_bytes(size: usize) -> Corpus {
    let mut random = Random::new(0x4a11d0);
    Corpus::fill("random bytes", size, |out| out.extend_from_slice(&random.next().to_le_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_in_lines_of_76() {
        let text = base64_text(77 * 3);
        assert!(text.bytes.split_inclusive(|b| *b == b'\n').all(|line| line.len() == 77));
        assert!(text.bytes.iter().all(|b| *b == b'\n' || BASE64.contains(b)));
    }

    #[test]
    fn random_bytes_hold_every_byte_about_as_often() {
        let mut counts = [0_usize; 256];
        for byte in random_bytes(256_000).bytes {
            counts[usize::from(byte)] += 1;
        }
        assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
    }
}
