//! Versions of an object: what was looked at in one of them need not be looked at again in the next.
//!
//! What the engine says of a place depends on the bytes near it: on no more than [`BEFORE`] bytes before it and
//! [`AFTER`] bytes behind it, unless it leaves a *trace* there. It leaves one where a rule matched, where something
//! encoded begins, and where it had to look further to say that there is nothing. So a place that was copied from
//! another version together with what is near it, and at which there is no trace, is as good as looked at.
//!
//! A trace covers the whole of a match, because what stands in it and is none while the match stands may be one when the
//! match is gone.

use std::ops::Range;

use crate::compiled::Compiled;
use crate::context::is_token;
use crate::decode;
use crate::{Engine, Place, Scratch};

/// How far before a place what stands there may matter: names and the words before them, the words before a value, an
/// escape sequence, what joins two strings.
const BEFORE: usize = 384;

/// How far behind a place what stands there may matter, if it leaves no trace: the extent of most rules, and a name with
/// what is assigned to it.
pub(crate) const AFTER: usize = 1280;

/// The longest match of a rule that may be told from so few bytes, with what is looked at behind a match.
pub(crate) const NEAR: usize = AFTER - 64;

/// How far back a run of token bytes is followed, so that what its end says is said of all of it.
const RUN: usize = 2048;

/// The kernel describes so many bytes at once, counted from the begin of the object.
const BLOCK: usize = keysieve_kernel::BLOCK;

/// A part of a version that stands in another one, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it stands in the other one.
    pub from: usize,
    /// Where it stands in this one.
    pub to: usize,
    /// Its length.
    pub length: usize,
}

/// What is kept of an object that was looked at as a whole, for its other versions.
#[derive(Clone, Debug)]
pub struct Traces {
    place: Place,
    length: usize,
    /// Sorted and disjoint.
    spans: Vec<Range<u32>>,
}

impl Traces {
    /// The parts of another version that must be looked at: `copied` are the parts that it has from this one, in order.
    fn due(&self, copied: &[Copied], haystack: &[u8]) -> Vec<Range<usize>> {
        let length = haystack.len();
        let mut due = Vec::new();
        let mut at = 0;
        for part in copied {
            let end = part.to + part.length;
            let (begins, ends) =
                (part.to == 0 && part.from == 0, end == length && part.from + part.length == self.length);
            let sure =
                if begins { 0 } else { part.to + BEFORE }..if ends { end } else { end.saturating_sub(AFTER) };
            if sure.start >= sure.end {
                continue;
            }
            due.push(at..sure.start);
            let first = self.spans.partition_point(|span| span.end as usize <= part.from);
            for span in &self.spans[first..] {
                let (from, to) = (span.start as usize, (span.end as usize).min(part.from + part.length));
                if from >= part.from + part.length {
                    break;
                }
                let from = from.max(part.from);
                due.push(from - part.from + part.to..to - part.from + part.to);
            }
            at = sure.end;
        }
        due.push(at..length);
        joined(due, haystack)
    }
}

/// Ranges made so large that the engine's loops see in them what they would see in the whole, sorted and joined.
fn joined(mut ranges: Vec<Range<usize>>, haystack: &[u8]) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let mut all: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        let done = all.last().map_or(0, |last| last.end);
        let end = range.end.next_multiple_of(BLOCK).min(haystack.len());
        if end <= done {
            continue;
        }
        let far = range.start.saturating_sub(RUN).max(done);
        let run =
            haystack[far..range.start.max(far)].iter().rev().take_while(|&&byte| is_token(byte)).count();
        let start = (range.start.max(far) - run) / BLOCK * BLOCK;
        match all.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => all.push(start..end),
        }
    }
    all
}

impl Engine {
    /// Finds every match in a whole haystack and puts it into `scratch.matches`, sorted; what was copied from a version
    /// of which there are traces is not looked at again. Leaves the traces of this one.
    pub(crate) fn run_version(
        &self,
        place: &Place,
        haystack: &[u8],
        base: Option<(&Traces, &[Copied])>,
        scratch: &mut Scratch,
    ) -> Option<Traces> {
        let length = haystack.len();
        // Rules that are searched for in the whole haystack leave no traces.
        let anywhere = |rule: &u32| self.rules[*rule as usize].rule.keywords_anywhere;
        if !self.searched().is_empty() || place.rules().iter().any(anywhere) || u32::try_from(length).is_err()
        {
            self.run(place, haystack, 0..length, true, scratch);
            return None;
        }
        let due = match base.filter(|(traces, _)| traces.place == *place) {
            Some((traces, copied)) => traces.due(copied, haystack),
            None => vec![0..length; usize::from(length > 0)],
        };
        for range in &due {
            self.direct(&Place::nowhere(), haystack, range.clone(), true, scratch);
        }
        self.placed_in(place, haystack, &due, scratch);
        if self.decode_depth > 0 {
            scratch.marks.leave_traces(&mut scratch.traces);
            decode::decode(self, haystack, 0..length, true, scratch);
        }
        scratch.matches.sort_by_key(|found| (found.span.start, found.rule, found.span.end));
        let spans = std::mem::take(&mut scratch.traces);
        Some(Traces { place: place.clone(), length, spans: disjoint(spans) })
    }

    /// The rules of a place, in some parts of a haystack. Those whose matches may be long are searched for in all of it
    /// where a keyword of theirs stands; so it leaves a trace there.
    fn placed_in(&self, place: &Place, haystack: &[u8], parts: &[Range<usize>], scratch: &mut Scratch) {
        if place.rules().is_empty() {
            return;
        }
        let search = self.placed.search(place.rules());
        let mut everywhere: Vec<u32> = Vec::new();
        // A match that begins in a part ends so far behind it at most, and its keyword too.
        let rules = place.rules().iter().map(|rule| &self.rules[*rule as usize]);
        let reach = rules.map(|rule| if rule.is_near() { rule.extent() } else { AFTER }).max().unwrap_or(0);
        for part in parts {
            let seen = &haystack[..haystack.len().min(part.end + reach)];
            for (rule, keywords) in search.due(seen, part.start) {
                if self.rules[rule as usize].is_near() {
                    self.search_around((rule, &keywords), haystack, part, scratch);
                    continue;
                }
                // What stands behind the part is another one's.
                let own = keywords.into_iter().take_while(|&at| at < part.end);
                let before = scratch.traces.len();
                scratch.traces.extend(own.map(|at| at..at + 1));
                everywhere.extend((scratch.traces.len() > before).then_some(rule));
            }
        }
        everywhere.sort_unstable();
        everywhere.dedup();
        for rule in everywhere.iter().chain(search.always()) {
            self.search_in(*rule, haystack, 0..haystack.len(), scratch);
        }
    }

    /// Searches for a rule in a part of a haystack, near the keywords: each match holds one.
    pub(crate) fn search_around(
        &self,
        (rule, keywords): (u32, &[usize]),
        haystack: &[u8],
        part: &Range<usize>,
        scratch: &mut Scratch,
    ) {
        let extent = self.rules[rule as usize].extent();
        let around = |at: usize| at.saturating_sub(extent).max(part.start)..part.end.min(at + 1);
        let mut windows =
            keywords.iter().map(|&at| around(at)).filter(|window| !window.is_empty()).peekable();
        while let Some(mut window) = windows.next() {
            while let Some(next) = windows.next_if(|next| next.start <= window.end) {
                window.end = next.end;
            }
            // A byte more, for what a match ends before.
            let seen = &haystack[..haystack.len().min(window.end + extent + 1)];
            self.search_in(rule, seen, window, scratch);
        }
    }
}

impl Compiled {
    /// Whether a match is told from no more than [`AFTER`] bytes.
    pub(crate) fn is_near(&self) -> bool {
        !self.is_open() && self.extent() <= NEAR
    }
}

/// The same spans, sorted, none touching another.
fn disjoint(mut spans: Vec<Range<usize>>) -> Vec<Range<u32>> {
    spans.sort_unstable_by_key(|span| span.start);
    let mut all: Vec<Range<u32>> = Vec::with_capacity(spans.len());
    for span in spans {
        let (start, end) = (place(span.start), place(span.end));
        match all.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => all.push(start..end),
        }
    }
    all
}

/// Traces are kept of objects only whose places have 32 bits.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
