//! What is the same for every stream.

use std::sync::Arc;

use crate::detect::{Detect, EngineDetector, Rules};
use crate::prefixes::Prefixes;
use crate::{Framing, KnownValues, Replacement};

/// What is masked, and by what: made once, shared by every stream, replaced as a whole on a reload.
#[derive(Debug)]
pub struct Setup {
    /// The rules.
    pub rules: Arc<Rules>,
    /// What stands in the place of a secret.
    pub replacement: Replacement,
    /// Values that are masked whatever they look like.
    pub known: KnownValues,
    /// How streams are framed.
    pub framing: Framing,
    /// Whether a line goes through as it is when looking at it failed.
    pub fail_open: bool,
    /// How much of an incomplete line is held back at most.
    pub hold_bytes: usize,
    pub(crate) prefixes: Prefixes,
}

impl Setup {
    /// These rules, masks that name them, no known values.
    #[must_use]
    pub fn new(rules: Arc<Rules>) -> Self {
        let prefixes = Prefixes::of(rules.engine());
        Self {
            rules,
            replacement: Replacement::default(),
            known: KnownValues::default(),
            framing: Framing::default(),
            fail_open: false,
            hold_bytes: 64 * 1024,
            prefixes,
        }
    }

    /// What finds secrets in one stream.
    pub(crate) fn detector(&self) -> Box<dyn Detect> {
        Box::new(EngineDetector::new(Arc::clone(&self.rules)))
    }
}
