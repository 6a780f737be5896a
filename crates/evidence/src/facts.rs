//! What a secret says of itself.

use crate::{aws, certificate, gcp, jwt, key, known, sas};

/// What a secret says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What it is: `JWT, alg HS256, issuer https://…`, `RSA private key, 2048 bits, not encrypted`.
    pub structure: Option<String>,
    /// Whose it is; of a certificate, the common name of its subject.
    pub account: Option<String>,
    /// The day on which it expires, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// The SHA-256 of the public half (SubjectPublicKeyInfo, RFC 5280), in hex.
    pub public_key: Option<String>,
    /// What it is known as, if it is one that everybody knows.
    pub known: Option<&'static str>,
}

/// Examines a secret. `around` is what stands before and after it, for secrets that are a part of something.
#[must_use]
pub fn examine(secret: &[u8], around: &[u8]) -> Facts {
    let mut facts = if secret.starts_with(b"eyJ") {
        jwt::examine(secret)
    } else if certificate::is_one(secret) {
        return certificate::examine(secret);
    } else if secret.starts_with(b"-----BEGIN ") {
        Facts { account: gcp::account(around), ..key::examine(secret) }
    } else if matches!(secret.first_chunk(), Some(b"AKIA" | b"ASIA")) {
        aws::examine(secret)
    } else {
        sas::examine(secret, around)
    };
    facts.known = facts.known.or_else(|| known::of_secret(secret));
    facts
}

/// Where a part stands that is not empty.
pub(crate) fn find(haystack: &[u8], part: &[u8]) -> Option<usize> {
    haystack.windows(part.len().max(1)).position(|window| window == part)
}
