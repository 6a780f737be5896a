//! Digests.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256, Sha512};

/// The name of a blob by its content: `sha256:` or `sha512:` and its hash in hexadecimal
/// (OCI image specification, descriptors).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(Arc<str>);

impl Digest {
    /// Reads a digest; nothing of another algorithm, length or spelling is one. So it can be part of a path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (algorithm, hex) = text.split_once(':')?;
        let length = match algorithm {
            "sha256" => 64,
            "sha512" => 128,
            _ => return None,
        };
        let right = hex.len() == length && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        right.then(|| Self(text.into()))
    }

    /// Of bytes, by SHA-256.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::sha256();
        hasher.update(bytes);
        hasher.finish()
    }

    /// `sha256` or `sha512`.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.0.split_once(':').map_or("", |(algorithm, _)| algorithm)
    }

    /// Its hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, shared.
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// What computes digests of its kind.
    pub(crate) fn hasher(&self) -> Hasher {
        if self.algorithm() == "sha512" { Hasher::Long(Sha512::new()) } else { Hasher::sha256() }
    }

    /// Whether bytes are what it names.
    pub(crate) fn is_of(&self, bytes: &[u8]) -> bool {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        hasher.finish() == *self
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a sha256 or sha512 digest"))
    }
}

/// What computes a digest.
#[derive(Clone, Debug)]
pub(crate) enum Hasher {
    Short(Sha256),
    Long(Sha512),
}

impl Hasher {
    pub(crate) fn sha256() -> Self {
        Self::Short(Sha256::new())
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Short(hasher) => hasher.update(bytes),
            Self::Long(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let (algorithm, hash) = match self {
            Self::Short(hasher) => ("sha256", hasher.finalize().to_vec()),
            Self::Long(hasher) => ("sha512", hasher.finalize().to_vec()),
        };
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Digest(format!("{algorithm}:{hex}").into())
    }
}

/// What a layer is called with all those below it, for each of them: its chain id (OCI image specification, `config.md`).
pub(crate) fn chain_ids(diff_ids: &[Digest]) -> Vec<Digest> {
    let mut chain: Vec<Digest> = Vec::with_capacity(diff_ids.len());
    for diff_id in diff_ids {
        chain.push(match chain.last() {
            None => diff_id.clone(),
            Some(below) => Digest::of(format!("{below} {diff_id}").as_bytes()),
        });
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_digest_is_one() {
        let digest = Digest::of(b"");
        assert_eq!(
            digest.as_str(),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(Digest::parse(digest.as_str()), Some(digest.clone()));
        assert!(digest.is_of(b"") && !digest.is_of(b"x"));
        for text in ["", "sha256:", "sha256:../../etc", &digest.as_str().to_uppercase(), "md5:00"] {
            assert_eq!(Digest::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_longer_digest_is_computed_where_one_is_asked_for() {
        let long = Digest::parse(&format!("sha512:{}", "0".repeat(128))).expect("a digest");
        let mut hasher = long.hasher();
        hasher.update(b"abc");
        let digest = hasher.finish();
        assert_eq!(digest.algorithm(), "sha512");
        assert!(digest.hex().starts_with("ddaf35a193617aba"));
    }

    #[test]
    fn a_chain_id_is_of_all_layers_up_to_one() {
        let [one, two] = [b"a", b"b"].map(|bytes| Digest::of(bytes));
        let both = Digest::of(format!("{one} {two}").as_bytes());
        assert_eq!(chain_ids(&[one.clone(), two]), [one, both]);
        assert!(chain_ids(&[]).is_empty());
    }
}
