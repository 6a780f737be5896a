//! What changes while the engine scans.

use std::ops::Range;

use keysieve_finding::Span;
use keysieve_kernel::Block;

use crate::context::{Pointer, Seen};
use crate::decode::{Decoding, Marks};
use crate::generic::Names;
use crate::sieve::Sieve;
use crate::{Engine, Match};

/// Before any match.
const NOWHERE: Span = Span::new(0, 0);

/// The memory that scanning needs: one for each thread, used again for every haystack.
#[derive(Debug)]
pub struct Scratch {
    pub(crate) blocks: Vec<Block>,
    pub(crate) sieve: Sieve,
    /// Offsets of where an escape sequence ends and a token may begin.
    pub(crate) escaped: Vec<u32>,
    pub(crate) seen: Seen,
    /// For each rule its last match, whether the gates let it through or not: as in `regex`, matches of one rule do
    /// not overlap.
    pub(crate) last: Last,
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
    /// For any engine.
    #[must_use]
    pub fn new(_: &Engine) -> Self {
        Self {
            blocks: Vec::new(),
            sieve: Sieve::default(),
            escaped: Vec::new(),
            seen: Seen::default(),
            last: Last::default(),
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
        self.last.reset(rules);
    }
}

/// The last match of each rule.
#[derive(Debug, Default)]
pub(crate) struct Last {
    spans: Vec<Span>,
    /// Whether any is not [`NOWHERE`]: most haystacks have no match, and there are many rules.
    any: bool,
}

impl Last {
    fn reset(&mut self, rules: usize) {
        if self.any || self.spans.len() != rules {
            self.spans.clear();
            self.spans.resize(rules, NOWHERE);
            self.any = false;
        }
    }

    #[inline]
    pub(crate) fn get(&self, rule: u32) -> Span {
        self.spans[rule as usize]
    }

    pub(crate) fn set(&mut self, rule: u32, span: Span) {
        self.spans[rule as usize] = span;
        self.any = true;
    }

    /// The rules that matched, with their last matches.
    pub(crate) fn matched(&self) -> impl Iterator<Item = (u32, Span)> + '_ {
        let all = if self.any { self.spans.as_slice() } else { &[] };
        (0_u32..).zip(all.iter().copied()).filter(|(_, span)| *span != NOWHERE)
    }
}
