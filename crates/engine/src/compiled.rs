//! A rule made ready to run.

use std::sync::OnceLock;

use keysieve_checksum::Checksum;
use keysieve_finding::Span;
use keysieve_rules::{Left, Lookahead, Pattern, Rule, Shape};
use regex::bytes::{Regex, RegexBuilder};

use crate::begin::Begin;
use crate::boundary::starts_word;
use crate::context::starts_value;
use crate::form::{Spans, match_at, passes, secret_of};

/// How far a match without a bound of its own is followed: an open block, and an expression of a user's with an
/// unbounded repetition.
pub(crate) const OPEN_EXTENT: usize = 64 * 1024;

/// A rule made ready to run. Expressions are compiled when they are first needed, because most never are.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) rule: Rule,
    pub(crate) checksum: Option<Checksum>,
    begin: OnceLock<Begin>,
    anchored: OnceLock<Option<Regex>>,
    plain: OnceLock<Option<Regex>>,
    allow: OnceLock<Vec<Regex>>,
}

/// What looking at a candidate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    Yes(Spans),
    No,
    /// No, but the haystack ends before the longest match would.
    More,
}

impl Compiled {
    pub(crate) fn new(rule: Rule) -> Self {
        let checksum = rule.gates.checksum.as_ref().and_then(|gate| Checksum::by_name(&gate.name));
        Self {
            rule,
            checksum,
            begin: OnceLock::new(),
            anchored: OnceLock::new(),
            plain: OnceLock::new(),
            allow: OnceLock::new(),
        }
    }

    /// The longest match, in bytes.
    pub(crate) fn extent(&self) -> usize {
        self.rule.plan.extent.map_or(OPEN_EXTENT, |extent| extent as usize)
    }

    /// Whether a match may go on for so long that windows wait for it only where one has begun.
    pub(crate) fn is_open(&self) -> bool {
        self.rule.lookahead == Lookahead::Open || self.rule.plan.extent.is_none()
    }

    /// Whether a match may begin at `at`, by the bytes from there on: no more than a few look-ups.
    #[inline]
    pub(crate) fn may_begin(&self, haystack: &[u8], at: usize) -> bool {
        self.begin.get_or_init(|| Begin::of(&self.rule.plan)).may(haystack, at)
    }

    /// Whether a match may begin at `at`, by what stands before it.
    pub(crate) fn may_start(&self, haystack: &[u8], at: usize) -> bool {
        match self.rule.plan.left {
            Left::Any => true,
            Left::Word => starts_word(haystack, at),
            Left::Value => self.rule.plan.shapes.iter().any(|shape| self.allows_start(shape, haystack, at)),
        }
    }

    /// Whether this form of a value may begin here; the forms of a rule can begin with different bytes.
    fn allows_start(&self, shape: &Shape, haystack: &[u8], at: usize) -> bool {
        self.rule.plan.left != Left::Value
            || shape.elements.first().is_some_and(|element| starts_value(haystack, at, &element.set))
    }

    /// Whether the rule matches at `at`, and there only.
    pub(crate) fn confirm(&self, haystack: &[u8], at: usize) -> Confirmed {
        let found = if self.rule.plan.shapes.is_empty() {
            self.confirm_expression(haystack, at)
        } else {
            self.rule
                .plan
                .shapes
                .iter()
                .filter(|shape| self.allows_start(shape, haystack, at))
                .find_map(|shape| match_at(shape, haystack, at))
        };
        match found {
            Some(spans) if !spans.whole.is_empty() => Confirmed::Yes(spans),
            _ if self.is_open() && haystack.len() - at < self.extent() => Confirmed::More,
            _ => Confirmed::No,
        }
    }

    fn confirm_expression(&self, haystack: &[u8], at: usize) -> Option<Spans> {
        let plan = &self.rule.plan;
        if !passes(&plan.gate, haystack, at) {
            return None;
        }
        let anchored =
            self.anchored.get_or_init(|| compile(&format!("\\A(?:{})", self.rule.plan.body))).as_ref()?;
        // One byte more, for a `\b` at the end.
        let end = haystack.len().min(at.saturating_add(self.extent()).saturating_add(1));
        let window = &haystack[at..end];
        // A search without groups costs a tenth of one with them.
        let whole = anchored.find(window)?;
        if let Some(tail) = &plan.tail {
            let whole = Span::new(at, at + whole.end());
            return Some(Spans { whole, secret: secret_of(tail, haystack, whole) });
        }
        let captures = anchored.captures(window)?;
        Some(spans(&captures, at))
    }

    /// The expression over a whole haystack.
    pub(crate) fn plain(&self) -> Option<&Regex> {
        self.plain.get_or_init(|| compile(&self.rule.expression())).as_ref()
    }

    /// What a match of the expression over a whole haystack spans.
    pub(crate) fn spans(&self, captures: &regex::bytes::Captures<'_>) -> Spans {
        let mut spans = spans(captures, 0);
        // The group that took part.
        if !matches!(self.rule.pattern, Pattern::Regex(_))
            && let Some(group) = captures.iter().skip(1).flatten().next()
        {
            spans.secret = Span::new(group.start(), group.end());
            if self.rule.plan.left == Left::Value {
                spans.whole = spans.secret;
            }
        }
        spans
    }

    /// The expressions of `allow`.
    pub(crate) fn allow(&self) -> &[Regex] {
        self.allow.get_or_init(|| {
            self.rule.gates.allow_regexes.iter().filter_map(|expression| compile(expression)).collect()
        })
    }
}

/// Compiles as rules are: bytes, Unicode off.
pub(crate) fn compile(expression: &str) -> Option<Regex> {
    RegexBuilder::new(expression).unicode(false).size_limit(32 << 20).build().ok()
}

/// What a match of an expression spans, moved by `offset`.
pub(crate) fn spans(captures: &regex::bytes::Captures<'_>, offset: usize) -> Spans {
    let span = |found: regex::bytes::Match<'_>| Span::new(found.start() + offset, found.end() + offset);
    let whole = captures.get(0).map_or(Span::new(offset, offset), span);
    let secret = captures.name("secret").filter(|found| !found.is_empty()).or_else(|| other_secret(captures));
    Spans { whole, secret: secret.map_or(whole, span) }
}

/// In expressions of other tools the secret is the first group that captured anything: `secret2`, `secret3`, …
fn other_secret<'h>(captures: &regex::bytes::Captures<'h>) -> Option<regex::bytes::Match<'h>> {
    // Ours have one group, so there is nothing to look for.
    (captures.len() > 2).then_some(())?;
    captures.iter().skip(1).flatten().find(|found| !found.is_empty())
}
