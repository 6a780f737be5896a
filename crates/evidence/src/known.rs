//! Secrets that everybody knows, because documentation shows them or software ships with them. They are told by digests,
//! so that none of them stands here.

use sha2::{Digest as _, Sha256};

/// SHA-256 of a secret, of the claims of a token in base64, or of the public half of a key; and what it is.
const KNOWN: &[(&str, &str)] = &[
    // Checked by their signatures, with the keys that stand beside them.
    ("3373cfa8cfd3d25622125d01af103fd4727b8d44648999185b68346ab5f4d59d", "the sample token of jwt.io"),
    ("9cad21446b79d6b1604a6f3e50d15769c94a1b6ed0f3f49ebf871f7ecca7fdb8", "the sample token of jwt.io"),
    ("25be1edd45a3a982faa1861a20949eb23625d150d1926403060937ade7f2a1de", "the sample token of jwt.io"),
    ("32cd61d7a4d1ae9f72ad09c70f50f173085e9c22160afd84edb169af126796a0", "the example token of RFC 7519"),
    (
        "2cafc0970149a84f3b9e62eaf169f36f59907a3b3e31f7b82e68c69cd27f7326",
        "the test key of Stripe's documentation",
    ),
    (
        "f2d6ca16515033e5dce14eba840b979d27b5cbae24bb3e5bf484339667f86397",
        "the test key of Stripe's documentation",
    ),
    // Checked by the fingerprint that Vagrant publishes.
    ("bde93142b0780b2a66d27977d35f4f542e71cc538d491fe6609e2380b747a027", "Vagrant's insecure key"),
];

/// The digest, in hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn of_secret(secret: &[u8]) -> Option<&'static str> {
    of_digest(&digest(secret))
}

/// By the claims of a token, whatever it is signed with.
pub(crate) fn of_claims(claims: &[u8]) -> Option<&'static str> {
    of_digest(&digest(claims))
}

pub(crate) fn of_digest(digest: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == digest).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn the_sample_of_jwt_io_is_known_by_its_claims() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#);
        assert_eq!(of_claims(claims.as_bytes()), Some("the sample token of jwt.io"));
        assert_eq!(of_claims(b"other"), None);
    }

    #[test]
    fn digests_are_whole_and_differ() {
        let mut all: Vec<&str> = KNOWN.iter().map(|(digest, _)| *digest).collect();
        assert!(all.iter().all(|digest| digest.len() == 64));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), KNOWN.len());
    }
}
