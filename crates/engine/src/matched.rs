//! What the engine says.

use keysieve_finding::{Confidence, Span};

use crate::Score;

/// A match: small, owns nothing, speaks of the haystack that was scanned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// Which rule, as an index for [`Engine::rule`](crate::Engine::rule).
    pub rule: u32,
    /// The whole match.
    pub span: Span,
    /// The secret in it.
    pub secret: Span,
    /// How sure it is.
    pub confidence: Confidence,
    /// The secret's Shannon entropy, in bits per byte.
    pub entropy: f64,
    /// What its checksum says.
    pub checksum: Checked,
    /// What is to be said of it.
    pub note: Note,
    /// For what is assigned to a name: how likely it is a secret.
    pub score: Option<Score>,
    /// For a context rule: which of its words, and where it stands.
    pub context: Option<(u16, Span)>,
}

/// What a checksum says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checked {
    /// The format has none.
    #[default]
    None,
    /// It is right: the token was issued, or made by someone who knows how.
    Valid,
    /// It is wrong.
    Invalid,
}

/// What is to be said of a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Nothing.
    #[default]
    None,
    /// It says of itself that it is an example, as those in providers' documentation do.
    DocumentationExample,
    /// The key block says that it is encrypted.
    Encrypted,
    /// The key block is not, so whoever reads it has the key.
    Unencrypted,
}
