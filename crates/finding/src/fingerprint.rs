//! What identifies a finding without revealing it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use zeroize::Zeroize;

/// The key that makes fingerprints useless to those who do not have it.
#[derive(Clone)]
pub struct FingerprintKey {
    key: [u8; 32],
    custom: bool,
}

impl FingerprintKey {
    /// Derives a key from a passphrase of the user's, of any length.
    #[must_use]
    pub fn from_passphrase(passphrase: &[u8]) -> Self {
        Self { key: blake3::derive_key("keysieve 2026-11 fingerprint key", passphrase), custom: true }
    }

    /// 64 bits, in hex, that tell whether another key is the same one, and nothing else of it.
    #[must_use]
    pub fn check(&self) -> String {
        let check = Fingerprint::keyed(self, &[b"keysieve key check"]);
        check.0[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether it is the user's own, rather than the documented default that everyone knows.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        self.custom
    }
}

impl Default for FingerprintKey {
    /// The documented default: the key derived from the empty passphrase. It keeps fingerprints stable between
    /// machines, and keeps nobody from guessing short values; so [`Fingerprint::of_place`] stands in for those.
    fn default() -> Self {
        Self { custom: false, ..Self::from_passphrase(b"") }
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FingerprintKey({})", if self.custom { "custom" } else { "default" })
    }
}

impl Drop for FingerprintKey {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// `ks1:` and 128 bits of keyed BLAKE3 in hex. The same secret under the same rule and key has the same fingerprint
/// wherever it stands, so it survives moved lines and renamed files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Of a rule's id and the secret.
    #[must_use]
    pub fn of_secret(key: &FingerprintKey, rule: &str, secret: &[u8]) -> Self {
        Self::keyed(key, &[rule.as_bytes(), b"\0", secret])
    }

    /// Of a rule's id and a place, for secrets so short that a known key would let anyone guess them: the path, the
    /// name that the value is assigned to, and which of its kind it is there (0 for the first).
    #[must_use]
    pub fn of_place(key: &FingerprintKey, rule: &str, path: &[u8], name: &[u8], ordinal: u64) -> Self {
        let ordinal = ordinal.to_string();
        Self::keyed(key, &[rule.as_bytes(), b"\0place\0", path, b"\0", name, b"\0", ordinal.as_bytes()])
    }

    fn keyed(key: &FingerprintKey, parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&key.key);
        for part in parts {
            hasher.update(part);
        }
        let mut bits = [0; 16];
        bits.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(bits)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ks1:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Self, ParseFingerprintError> {
        let digits = text.strip_prefix("ks1:").ok_or(ParseFingerprintError)?;
        if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ParseFingerprintError);
        }
        let bits = u128::from_str_radix(digits, 16).map_err(|_| ParseFingerprintError)?;
        Ok(Self(bits.to_be_bytes()))
    }
}

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseFingerprintError;

impl fmt::Display for ParseFingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a fingerprint; one is `ks1:` and 32 hexadecimal digits")
    }
}

impl std::error::Error for ParseFingerprintError {}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_depends_on_key_rule_and_secret_only() {
        let key = FingerprintKey::default();
        let other = FingerprintKey::from_passphrase(b"ours");
        let print = Fingerprint::of_secret(&key, "acme-key", b"value");
        assert_eq!(print, Fingerprint::of_secret(&key, "acme-key", b"value"));
        assert_ne!(print, Fingerprint::of_secret(&key, "acme-key2", b"value"));
        assert_ne!(print, Fingerprint::of_secret(&other, "acme-key", b"value"));
        assert_eq!(print.to_string().len(), "ks1:".len() + 32);
        assert_eq!(print.to_string().parse(), Ok(print));
        assert_eq!("ks1:+123456789abcdef0123456789abcdef".parse::<Fingerprint>(), Err(ParseFingerprintError));
        assert_ne!(key.check(), other.check());
    }

    #[test]
    fn the_default_key_is_not_the_users() {
        assert!(!FingerprintKey::default().is_custom());
        assert!(FingerprintKey::from_passphrase(b"x").is_custom());
    }
}
