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
    // As the specifications print them.
    ("6c96130f130ab0d6d158397e24d2bcc1c9a5e73ae081f6e983f1c7b545d24a4c", "the example token of RFC 6749"),
    ("00cf4c781dc37003f7c7dd7d4c9a6ef1e0f4c62d9a291aa8bc398774e3fefd32", "the example token of RFC 6749"),
    (
        "ca7459e2b26776de081b9a07e40227fd6cff232a1e3233ff6b6aa6d036ca9981",
        "the example credentials of RFC 6749",
    ),
    (
        "584b27d64ebc1b3341f7fc9a9c3f1a54422e9a1ca3079fd5531d9f489219f8d0",
        "the example credentials of RFC 6749",
    ),
    (
        "e9974c507d2a802143f614c878fcbb622a3800e05e6e0d329fee2c5b6b243329",
        "the example credentials of RFC 6749",
    ),
    (
        "53f5da0aaa93d64cd5772c554cbf940f0539e689dddbeb8f923eec3f72c02ea9",
        "the example credentials of RFC 6749",
    ),
    ("b8e148545b13c78bc74da2f1a7275dd71e56ddece129d7d2f7b3ecc06f7994da", "the example token of RFC 6750"),
    ("ea9bdfd02c0c412c8cc36ba67f6c17f9b314b2c518e63ff3776077d68245736d", "the example token of RFC 7009"),
    (
        "ad71fb4165536675d80a8bbfe957697e4b9e17b35d5500406abc219705337107",
        "the example token of OpenID Connect",
    ),
    (
        "9e309cccd311ea64d04133daf7760f71f38a566db7aa98b71e043ede9325680f",
        "the example token of OpenID Connect",
    ),
    (
        "cf4d418ed3de92d71f767db5391d5a2dacd40e1ce49e75d1137e2ecf4982d844",
        "the example credentials of RFC 7617",
    ),
    (
        "73f71af093fdf1541b2c376f03436d71d1209d8a181f87d36e53a44b87ac4c4f",
        "the example credentials of RFC 7617",
    ),
    (
        "cb87c87e4a138d9a72259d2a01bab15623c9846e568c1509b287721645a6ea53",
        "the example credentials of RFC 5849",
    ),
    (
        "649e1f5c769e718ba10d1a702a36499a731441d960b06da91c4c97786bf84595",
        "the example credentials of RFC 5849",
    ),
    (
        "4c20e6f5cc11b93731e74cbe20739821d61c3563c9f50ecb884a27cd369f01fb",
        "the example credentials of RFC 5849",
    ),
    (
        "6aa14267d94944e6b6483c81f5ad37f87bbc7e88aa368d4aba1e71e0b79cd8c4",
        "the example credentials of RFC 5849",
    ),
    (
        "bb9b1163338b2a51495834ad5c65420443d6327381cf0f94ebf92b117f209d72",
        "the example credentials of RFC 5849",
    ),
    ("8b1b17a9740c068accab5c3d0d652c8e3cc13206e70bb73b42ea41d4c2de3c12", "the example key of RFC 7515"),
    ("549c9390539efcfa01d2744e82e7da34409a63dd0feaf310f7a6e12551fe7668", "the example seed of RFC 6238"),
    (
        "8be5d113c0871ce1a122d68a7dff940ab7b09ad8dfcfd9a85aa5c1acc026279e",
        "the example seed of the key URI format",
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
