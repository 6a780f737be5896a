//! One match at one place, with all that is lost when its bytes are gone.

use keysieve_engine::Score;
use keysieve_finding::{Confidence, Evidence, Fingerprint, Location, Secret};
use keysieve_policy::{Hints, InlineAllow};

/// One match at one place, with all that is lost when its bytes are gone.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    /// The rule's index.
    pub(crate) rule: u32,
    /// How specific the rule is.
    pub(crate) specificity: u8,
    /// How far the word stands from the value, for a context rule.
    pub(crate) distance: u64,
    /// If it stands behind encodings: whether only what is around it does.
    pub(crate) decoded: Option<bool>,
    /// The secret's bytes in the decoded object.
    pub(crate) span: (u64, u64),
    pub(crate) confidence: Confidence,
    pub(crate) secret: Secret,
    /// Its fingerprints, where the secret itself is not known.
    pub(crate) prints: Option<Box<Prints>>,
    pub(crate) evidence: Evidence,
    pub(crate) location: Location,
    /// The name that the value is assigned to, if there is one: part of the fingerprint of short secrets.
    pub(crate) name: Box<[u8]>,
    /// Which of the values that the rule finds under this name in this object it is, from 0.
    pub(crate) ordinal: Option<u64>,
    /// What its confidence was judged by, where the kind of file is part of it.
    pub(crate) score: Option<Score>,
    /// The comment in its line that allows it.
    pub(crate) inline: Option<Box<InlineAllow>>,
    /// The exceptions of the configuration that may allow it.
    pub(crate) hints: Option<Box<Hints>>,
}

/// What identifies a secret without revealing it.
#[derive(Clone, Debug)]
pub(crate) struct Prints {
    pub(crate) own: Fingerprint,
    /// Those under former ids of its rule.
    pub(crate) former: Vec<Fingerprint>,
}
