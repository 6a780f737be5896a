//! The plain version: every rule's expression over the whole haystack, one after the other.

use std::ops::Range;

use keysieve_finding::Span;
use keysieve_rules::Pattern;

use crate::compiled::Compiled;
use crate::context::{assigned, starts_part, word_at};
use crate::form::Spans;
use crate::generic;
use crate::judge::{assigned_match, judge};
use crate::words::is_whole;
use crate::{Engine, Match, Place};

impl Engine {
    /// Every match in a haystack, found without kernel, drivers, shapes and tables: what [`Engine::scan`] must find,
    /// slowly. For tests and benches.
    #[must_use]
    pub fn oracle(&self, haystack: &[u8]) -> Vec<Match> {
        self.oracle_at(&Place::nowhere(), haystack)
    }

    /// As [`Engine::oracle`], for [`Engine::scan_at`].
    #[must_use]
    pub fn oracle_at(&self, place: &Place, haystack: &[u8]) -> Vec<Match> {
        let mut all = Vec::new();
        for (index, compiled) in (0_u32..).zip(&self.rules) {
            if !place.holds(index, !compiled.rule.paths.is_empty()) {
                continue;
            }
            if let Pattern::Assignment(kind) = compiled.rule.pattern {
                for at in 0..haystack.len() {
                    generic::judge_anywhere(haystack, at, |judged| {
                        if judged.kind == kind {
                            all.push(assigned_match(index, haystack, at, &judged));
                        }
                    });
                }
                continue;
            }
            compiled.each_match(haystack, 0..haystack.len(), |spans, context| {
                all.extend(judge(index, compiled, haystack, spans, context));
            });
        }
        all.sort_by_key(|found| (found.span.start, found.rule, found.span.end));
        all
    }
}

impl Compiled {
    /// Calls `found` for each match that starts in `range`, from left to right, not overlapping, and says
    /// which was the last.
    pub(crate) fn each_match(
        &self,
        haystack: &[u8],
        range: Range<usize>,
        mut found: impl FnMut(Spans, Option<(u16, Span)>),
    ) -> Span {
        let mut last = Span::new(range.start, range.start);
        let Some(expression) = self.plain() else { return last };
        let mut at = range.start;
        while at < range.end {
            let Some(captures) = expression.captures_at(haystack, at) else { break };
            let spans = self.spans(&captures);
            if spans.whole.start >= range.end {
                break;
            }
            let context = self.context_before(haystack, spans.whole.start);
            let starts = self.may_start(haystack, spans.whole.start);
            let is_context = matches!(self.rule.pattern, Pattern::Context(_));
            if !starts || spans.whole.is_empty() || is_context && context.is_none() {
                at = spans.whole.start + 1;
                continue;
            }
            found(spans, context);
            at = spans.whole.end;
            last = spans.whole;
        }
        last
    }

    /// The nearest word before a context rule's value, if what the rule asks for stands there.
    fn context_before(&self, haystack: &[u8], at: usize) -> Option<(u16, Span)> {
        let Pattern::Context(pattern) = &self.rule.pattern else { return None };
        if pattern.operator && !assigned(haystack, at) {
            return None;
        }
        // No further back than words may stand: a line can be as long as its object.
        let near = at.saturating_sub(usize::from(pattern.within));
        let first = memchr::memrchr(b'\n', &haystack[near..at]).map_or(near, |newline| near + newline + 1);
        (first..at).rev().filter(|&place| starts_part(haystack, place)).find_map(|place| {
            (0_u16..).zip(&pattern.words).find_map(|(number, word)| {
                let end = word_at(haystack, place, word.as_bytes())?;
                (end <= at && is_whole(haystack, end, word.as_bytes()))
                    .then_some((number, Span::new(place, end)))
            })
        })
    }
}
