//! Tokens `prefix + body + CRC-32`, of fixed lengths.

use crate::digits::{self, BASE62};

/// How many characters GitHub's and npm's tokens have before the checksum.
pub(crate) const BASE62_BODY: usize = 30;
const BASE62_CRC: usize = 6;

/// How many characters a Grafana service account token has between its underscores.
pub(crate) const GRAFANA_BODY: usize = 32;
const GRAFANA_CRC: usize = 8;

/// The CRC-32 of the body in base 62.
pub(crate) fn base62(body: &str) -> String {
    digits::encode(u64::from(crc32fast::hash(body.as_bytes())), BASE62, BASE62_CRC)
}

/// Whether `rest`, the token after its prefix, is a body and its CRC-32 in base 62.
pub(crate) fn verify_base62(rest: &[u8]) -> bool {
    if rest.len() != BASE62_BODY + BASE62_CRC || !rest.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let (body, crc) = rest.split_at(BASE62_BODY);
    digits::decode(crc, BASE62) == Some(u64::from(crc32fast::hash(body)))
}

/// The CRC-32 of everything before the last underscore, its lowest byte first, in lower-case hex.
pub(crate) fn grafana(head: &[u8]) -> String {
    format!("{:08x}", crc32fast::hash(head).swap_bytes())
}

/// Whether the token is `glsa_` + body + `_` + its checksum.
pub(crate) fn verify_grafana(token: &[u8], prefix: &[u8]) -> bool {
    let head_len = prefix.len() + GRAFANA_BODY;
    if token.len() != head_len + 1 + GRAFANA_CRC || token[head_len] != b'_' {
        return false;
    }
    let head = &token[..head_len];
    head.starts_with(prefix)
        && head[prefix.len()..].iter().all(u8::is_ascii_alphanumeric)
        && token[head_len + 1..] == *grafana(head).as_bytes()
}
