//! JSON that is mostly token-shaped values.

use std::io::Write;

use crate::corpus::Corpus;
use crate::random::{ALNUM, HEX, LOWER, Random};

const NAMES: &[&str] = &[
    "id",
    "ref",
    "etag",
    "sha256",
    "cursor",
    "parent_id",
    "node",
    "digest",
    "revision",
    "checksum",
    "tenant",
    "object",
    "bucket_key",
    "session",
    "signature",
    "next_page_token",
];

/// One object a line, each of its strings a run of 16 bytes or more with digits: about 10,000 of them in a megabyte,
/// several times what real documents have. The design's worst case that is not hostile.
#[must_use]
pub fn dense_json(size: usize) -> Corpus {
    let mut random = Random::new(0xde05e);
    Corpus::fill("dense JSON", size, |out| {
        out.push(b'{');
        for field in 0..random.between(4, 9) {
            let name = random.pick(NAMES);
            let value = match random.below(5) {
                0 => random.uuid(),
                1 => random.word(HEX, 40),
                2 => random.word(HEX, 64),
                3 => {
                    let length = random.between(20, 120);
                    random.word(ALNUM, length)
                }
                _ => {
                    let (word, number) = (random.word(LOWER, 8), random.word(b"0123456789", 10));
                    format!("{word}-{number}")
                }
            };
            let comma = if field == 0 { "" } else { "," };
            let _ = write!(out, "{comma}\"{name}_{field}\":\"{value}\"");
            for short in 0..random.below(4) {
                let _ = write!(out, ",\"n{field}_{short}\":{}", random.below(100_000));
            }
        }
        out.extend_from_slice(b"}\n");
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_whole_line_is_an_object_whose_strings_are_long() {
        let corpus = dense_json(200_000);
        let whole = corpus.bytes.iter().rposition(|b| *b == b'\n').unwrap();
        let mut values = 0;
        for line in corpus.bytes[..whole].split(|b| *b == b'\n') {
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(line).unwrap();
            let strings: Vec<&str> = object.values().filter_map(serde_json::Value::as_str).collect();
            assert!(strings.iter().all(|string| string.len() >= 16));
            values += strings.len();
        }
        assert!((9_000..13_000).contains(&(values * 5)), "{} strings per MB", values * 5);
    }
}
