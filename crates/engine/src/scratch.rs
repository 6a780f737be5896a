//! What changes while the engine scans.

use std::ops::Range;

use keysieve_finding::Span;
use keysieve_kernel::Block;

use crate::context::{Pointer, Seen};
use crate::decode::{Decoding, Marks};
use crate::generic::Names;
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
    /// What the names read last say.
    pub(crate) names: Names,
    /// Where something encoded may begin.
    pub(crate) marks: Marks,
    /// What was decoded.
    pub(crate) decoding: Decoding,
    /// Where other versions of the haystack must be looked at again: see [`versions`](crate::versions).
    pub(crate) traces: Vec<Range<usize>>,
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
            names: Names::default(),
            marks: Marks::default(),
            decoding: Decoding::default(),
            traces: Vec::new(),
        }
    }

    /// The secret of a match of the last scan as it is when its encodings are undone; `None` if it stands in the haystack
    /// as it is.
    #[must_use]
    pub fn decoded(&self, found: &Match) -> Option<&[u8]> {
        self.decoding.arena.get(found.decoded?.secret.range())
    }

    pub(crate) fn reset(&mut self, rules: usize) {
        self.seen.clear();
        self.matches.clear();
        self.marks.clear();
        self.decoding.clear();
        self.traces.clear();
        self.last.clear();
        self.last.resize(rules, NOWHERE);
    }
}
