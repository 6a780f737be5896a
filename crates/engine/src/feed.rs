//! An object in windows.

use keysieve_finding::Span;

use crate::compiled::OPEN_EXTENT;
use crate::engine::LOOKBEHIND;
use crate::{Copied, Engine, Match, Place, Scratch, Traces};

/// What is kept of an object between its windows: the end of what was seen, as far as a match could still begin in it
/// or look back on it.
#[derive(Debug, Default)]
pub struct Feed {
    place: Place,
    /// Bytes from `base` on.
    kept: Vec<u8>,
    /// Where in the object `kept` begins.
    base: u64,
    /// How many bytes of `kept` are done: only looked back on.
    done: usize,
    /// How many bytes must be kept before it is worth looking again.
    wanted: usize,
    /// The rules whose last match ends in what is not done: how far in.
    overlaps: Vec<(u32, usize)>,
    /// Up to where in the object everything that is encoded has been seen to.
    covered: u64,
}

/// A part of an object in which all matches are known.
#[derive(Debug)]
pub struct Step<'a> {
    /// The bytes, some before and after that part included, so that a line can be shown around a match.
    pub haystack: &'a [u8],
    /// Where in the object they begin.
    pub base: u64,
    /// The matches, in the order of their starts; their spans are of `haystack`. Those behind encodings may start past
    /// `sure`.
    pub matches: &'a [Match],
    /// What was decoded, for the matches behind encodings.
    pub decoded: &'a [u8],
    /// Up to where in `haystack` all matches are known: what is behind it may hold secrets that are not among them.
    pub sure: usize,
    /// Where in the object the next step's bytes begin.
    pub next: u64,
}

impl<'a> Step<'a> {
    /// Of an object that was scanned as a whole.
    fn of_whole(bytes: &'a [u8], scratch: &'a Scratch) -> Self {
        Self {
            haystack: bytes,
            base: 0,
            matches: &scratch.matches,
            decoded: &scratch.decoding.arena,
            sure: bytes.len(),
            next: bytes.len() as u64,
        }
    }
}

/// Small windows are gathered until there is so much, so that what overlaps is a small part of it.
const LEAST: usize = 64 * 1024;

impl Feed {
    /// For a new object for which no rule holds that asks for a path.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// For a new object at a place.
    #[must_use]
    pub fn at(place: Place) -> Self {
        Self { place, ..Self::default() }
    }

    /// Takes the next window of the object and hands out the matches that are now certain. An object of one window is
    /// scanned where it lies, without a copy.
    pub fn window(
        &mut self,
        engine: &Engine,
        bytes: &[u8],
        last: bool,
        scratch: &mut Scratch,
        mut found: impl FnMut(Step<'_>),
    ) {
        scratch.reset(engine.len());
        if last && self.kept.is_empty() && self.base == 0 {
            engine.run(&self.place, bytes, 0..bytes.len(), true, scratch);
            found(Step::of_whole(bytes, scratch));
            return;
        }
        self.kept.extend_from_slice(bytes);
        if self.wanted == 0 {
            self.wanted = LEAST + engine.reach();
        }
        if !last && self.kept.len() < self.wanted {
            return;
        }
        let end = if last { self.kept.len() } else { self.kept.len() - engine.reach() };
        for &(rule, length) in &self.overlaps {
            scratch.last.set(rule, Span::new(self.done, self.done + length));
        }
        scratch.decoding.covered =
            usize::try_from(self.covered.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let sure = engine.run(&self.place, &self.kept, self.done..end, last, scratch);
        let next = self.base + sure.saturating_sub(LOOKBEHIND) as u64;
        found(Step {
            haystack: &self.kept,
            base: self.base,
            matches: &scratch.matches,
            decoded: &scratch.decoding.arena,
            sure,
            next,
        });
        self.covered = self.base + scratch.decoding.covered as u64;
        // An open block is looked at again when its end must be in sight.
        let open = if sure < end { OPEN_EXTENT.max(scratch.decoding.wanted) } else { 0 };
        self.keep(sure, scratch);
        self.wanted = self.done + open.max(LEAST + engine.reach());
    }

    /// Takes an object as a whole, of which there may be traces of another version; leaves its own, if it can.
    pub fn version(
        &mut self,
        engine: &Engine,
        bytes: &[u8],
        base: Option<(&Traces, &[Copied])>,
        scratch: &mut Scratch,
        found: impl FnOnce(Step<'_>),
    ) -> Option<Traces> {
        scratch.reset(engine.len());
        let traces = engine.run_version(&self.place, bytes, base, scratch);
        found(Step::of_whole(bytes, scratch));
        traces
    }

    /// Drops what no later match can need.
    fn keep(&mut self, sure: usize, scratch: &Scratch) {
        let drop = sure.saturating_sub(LOOKBEHIND);
        self.overlaps.clear();
        for (rule, span) in scratch.last.matched() {
            if span.start < sure && span.end > sure {
                self.overlaps.push((rule, span.end - sure));
            }
        }
        self.kept.drain(..drop);
        self.base += drop as u64;
        self.done = sure - drop;
    }
}
