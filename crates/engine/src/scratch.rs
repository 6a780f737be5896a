//! What changes while the engine scans.

use keysieve_finding::Span;
use keysieve_kernel::Block;

use crate::context::{Pointer, Seen};
use crate::{Engine, Match};

/// Before any match.
const NOWHERE: Span = Span::new(0, 0);

/// The memory that scanning needs: one for each thread, used again for every haystack.
#[derive(Debug)]
pub struct Scratch {
    pub(crate) blocks: Vec<Block>,
    pub(crate) seen: Seen,
    /// For each rule its last match, whether the gates let it through or not: as in `regex`, matches of one rule do
    /// not overlap.
    pub(crate) last: Vec<Span>,
    pub(crate) matches: Vec<Match>,
    pub(crate) pointers: Vec<Pointer>,
}

impl Scratch {
    /// For this engine.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self {
            blocks: Vec::new(),
            seen: Seen::default(),
            last: vec![NOWHERE; engine.len()],
            matches: Vec::new(),
            pointers: Vec::new(),
        }
    }

    pub(crate) fn reset(&mut self, rules: usize) {
        self.seen.clear();
        self.matches.clear();
        self.last.clear();
        self.last.resize(rules, NOWHERE);
    }
}
