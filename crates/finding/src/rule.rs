//! What a report says of a rule.

use serde::{Deserialize, Serialize};

use crate::{Confidence, MaskKind, Severity};

/// What kind of secret a rule finds; decides how much of it may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// Issued by a machine.
    #[default]
    Token,
    /// Chosen by a person: nothing of it is ever shown.
    Password,
    /// A private key block.
    PrivateKey,
}

impl SecretKind {
    /// How much a mask may show. A key block shows nothing: its first line is public knowledge, its second is not.
    #[must_use]
    pub const fn mask(self) -> MaskKind {
        match self {
            Self::Token => MaskKind::Token,
            Self::Password | Self::PrivateKey => MaskKind::Password,
        }
    }
}

/// What is known of a rule apart from how it matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// Provider first, kebab case, never reused: `github-pat`.
    pub id: String,
    /// For people: `GitHub personal access token (classic)`.
    pub name: String,
    /// Whose credential it is: `GitHub`.
    pub provider: String,
    /// How much harm a live one does.
    pub severity: Severity,
    /// How sure a match is before any evidence.
    pub confidence: Confidence,
    /// What kind of secret it is.
    pub kind: SecretKind,
    /// What the secret opens and how to rotate it.
    pub about: String,
    /// The provider's page on it.
    pub docs: String,
    /// Former ids, whose fingerprints and suppressions still count.
    pub aliases: Vec<String>,
}

/// A certificate (RFC 5280) for the public half of a private key that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Where it was seen: a path, as locations have it.
    pub path: String,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The common name of its subject; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whether that day has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<bool>,
}

/// What speaks for a finding, all of it found offline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Shannon entropy of the secret, in bits per byte, rounded to two places.
    pub entropy: f64,
    /// Whether the checksum inside the token is right; absent where the format has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<bool>,
    /// What its structure says, such as `JWT, alg HS256` or `encrypted`; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structure: Option<String>,
    /// Whose it is, such as `AWS account 123456789012`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The day on which it expires, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whether that day has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<bool>,
    /// The SHA-256 of the public half of a key (SubjectPublicKeyInfo), in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// A certificate for that public half which the same scan has seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// The word near it that a context rule went by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Why it counts less than the rule says, such as `documentation example`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
