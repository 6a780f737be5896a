//! Keys in base 32 that end with a CRC-16: those of NATS (its "nkeys") and of Stellar (its "strkeys").

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// How many bytes of key material there are.
const SEED: usize = 32;

/// The bytes before the key material of a Stellar secret seed.
pub(crate) const STELLAR: &[u8] = &[18 << 3];

/// The bytes before the key material of a NATS seed: the seed's own kind, and the kind of what it makes.
pub(crate) fn nats(prefix: &[u8]) -> Option<[u8; 2]> {
    let &[b'S', kind] = prefix else { return None };
    let kind = match kind {
        b'U' => 20 << 3,
        b'A' => 0,
        b'O' => 14 << 3,
        b'N' => 13 << 3,
        b'C' => 2 << 3,
        b'X' => 23 << 3,
        _ => return None,
    };
    Some([(18 << 3) | (kind >> 5), (kind & 31) << 3])
}

/// Whether a token is base 32 of `version`, 32 bytes and their CRC-16.
pub(crate) fn verify(version: &[u8], token: &[u8]) -> bool {
    let Some(bytes) = decode(token) else { return false };
    let Some((checked, sum)) = bytes.split_last_chunk::<2>() else { return false };
    checked.len() == version.len() + SEED
        && checked.starts_with(version)
        && crc16(checked) == u16::from_le_bytes(*sum)
}

/// The token of a body as [`body`] makes it.
pub(crate) fn complete(version: &[u8], body: &str) -> String {
    let digits: Vec<u8> =
        body.bytes().map(|digit| char::from(digit).to_digit(16).unwrap_or(0) as u8).collect();
    let mut bytes = version.to_vec();
    bytes.extend(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]));
    bytes.extend(crc16(&bytes).to_le_bytes());
    encode(&bytes)
}

/// Key material in hex.
pub(crate) fn body(random: &mut dyn FnMut() -> u64) -> String {
    (0..SEED).map(|_| format!("{:02x}", random() >> 56)).collect()
}

/// CRC-16/XMODEM: polynomial 0x1021, from zero.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, &byte| {
        (0..8).fold(
            crc ^ u16::from(byte) << 8,
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }
            },
        )
    })
}

fn encode(bytes: &[u8]) -> String {
    let (mut bits, mut held, mut text) = (0_u32, 0, String::new());
    for &byte in bytes {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
        }
    }
    if held > 0 {
        text.push(char::from(ALPHABET[(bits << (5 - held) & 31) as usize]));
    }
    text
}

/// `None` for another alphabet, and where bits that belong to no byte are set.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for &letter in text {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(digit);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xFF) as u8);
        }
    }
    (held < 5 && bits & ((1 << held) - 1) == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_the_catalogue() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
    }

    #[test]
    fn base_32_is_read_back() {
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(37)).collect();
            assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes));
        }
        assert_eq!(encode(b"foobar"), "MZXW6YTBOI");
    }
}
