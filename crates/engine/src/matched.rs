//! What the engine says.

use keysieve_finding::{Confidence, Span};

use crate::{Chain, Score};

/// A match: small, owns nothing, speaks of the haystack that was scanned. Of a match that stands behind encodings, the
/// spans say where the encoded bytes are, in whole groups where the encoding has groups.
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
    /// For a context rule: which of its words, and where it stands: in the haystack, or among what was decoded.
    pub context: Option<(u16, Span)>,
    /// What it is when its encodings are undone, if it stands behind any.
    pub decoded: Option<Decoded>,
}

impl Match {
    /// What must not be shown of the haystack: the secret, and the whole of every encoded value that it is in.
    #[must_use]
    pub fn hidden(&self) -> Span {
        self.decoded.map_or(self.secret, |decoded| decoded.hidden)
    }
}

/// A match behind encodings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The secret among what was decoded: [`Step::decoded`](crate::Step::decoded).
    pub secret: Span,
    /// Where the text begins there in which the match was found.
    pub view: usize,
    /// What of the haystack must not be shown.
    pub hidden: Span,
    /// What was undone.
    pub chain: Chain,
    /// Whether the secret itself stands in the haystack as it is, and only what is around it was decoded. There may be a
    /// match that needs no decoding in the same place.
    pub plain: bool,
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
