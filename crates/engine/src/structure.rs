//! What can be told from a secret's inner form.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use keysieve_rules::Structure;

use crate::Note;
use crate::placeholder::contains_folded;

/// What a structure says of a secret: `None` if it has not got that structure.
pub(crate) fn check(structure: Structure, secret: &[u8]) -> Option<Note> {
    match structure {
        Structure::Jwt => is_jwt(secret).then_some(Note::None),
        Structure::PrivateKey => key_block(secret),
        Structure::BasicAuth => is_basic(secret).then_some(Note::None),
        Structure::Base64 => decode(secret).map(|_| Note::None),
        Structure::Mnemonic => crate::mnemonic::is_mnemonic(secret).then_some(Note::None),
        // What stands before it decides, which the caller looks at.
        Structure::NamedKey => Some(Note::None),
    }
}

/// A header that is a JSON object with an algorithm, and a payload that is a JSON object (RFC 7519, RFC 7515).
fn is_jwt(secret: &[u8]) -> bool {
    let mut parts = secret.split(|&byte| byte == b'.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else { return false };
    let object = |part: &[u8]| -> Option<serde_json::Map<String, serde_json::Value>> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    // An encrypted token (RFC 7516) has a key in the place of the payload.
    let has_algorithm =
        object(header).is_some_and(|header| header.get("alg").is_some_and(serde_json::Value::is_string));
    has_algorithm && (parts.clone().count() >= 3 || object(payload).is_some())
}

/// A block with key material in it, not a description of one: at least 64 base64 characters, not all alike.
fn key_block(secret: &[u8]) -> Option<Note> {
    // A template of a block, to be filled, or one that was masked.
    if contains_folded(secret, b"{{") || contains_folded(secret, b"[redacted") {
        return None;
    }
    let material =
        secret.iter().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).count();
    let mut counts = [0_usize; 256];
    secret.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let varied = counts[usize::from(b'0')..].iter().filter(|&&count| count > 0).count() >= 16;
    if material < 64 || !varied {
        return None;
    }
    let encrypted = contains_folded(secret, b"ENCRYPTED") || contains_folded(secret, b"Encryption: aes");
    Some(if encrypted { Note::Encrypted } else { Note::Unencrypted })
}

/// Text with a user, a colon and a password.
fn is_basic(secret: &[u8]) -> bool {
    let Some(text) = decode(secret) else { return false };
    let printable = text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let colon = text.iter().position(|&byte| byte == b':');
    printable && colon.is_some_and(|colon| colon + 1 < text.len())
}

/// The password in Basic credentials.
pub(crate) fn basic_password(secret: &[u8]) -> Option<Vec<u8>> {
    let text = decode(secret)?;
    let colon = text.iter().position(|&byte| byte == b':')?;
    Some(text[colon + 1..].to_vec())
}

fn decode(secret: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(secret).or_else(|_| STANDARD_NO_PAD.decode(secret)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_needs_a_header_with_an_algorithm() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let good = format!("{}.{}.c2ln", part(r#"{"alg":"HS256"}"#), part(r#"{"sub":"1"}"#));
        let bad = format!("{}.{}.c2ln", part(r#"{"typ":"JWT"}"#), part(r#"{"sub":"1"}"#));
        assert_eq!(check(Structure::Jwt, good.as_bytes()), Some(Note::None));
        assert_eq!(check(Structure::Jwt, bad.as_bytes()), None);
    }

    #[test]
    fn a_masked_block_is_none() {
        let block =
            |line: &str| format!("-----BEGIN PRIVATE KEY-----\n{line}\n{line}\n-----END PRIVATE KEY-----");
        let body = STANDARD.encode("a body that is long enough, made up for 1 test: 0123456789 xyz");
        assert!(check(Structure::PrivateKey, block(&body).as_bytes()).is_some());
        assert!(check(Structure::PrivateKey, block("[REDACTED:private-key]").as_bytes()).is_none());
    }

    #[test]
    fn basic_credentials_are_text_with_a_colon() {
        let encode = |text: &str| STANDARD.encode(text);
        assert!(check(Structure::BasicAuth, encode("user:pass").as_bytes()).is_some());
        assert!(check(Structure::BasicAuth, encode("user:").as_bytes()).is_none());
        assert!(check(Structure::BasicAuth, encode("\u{1}\u{2}:x").as_bytes()).is_none());
    }
}
