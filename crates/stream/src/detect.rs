//! The seam to whatever finds secrets, and the engine behind it.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use keysieve_engine::{Engine, Match, Note, Scratch};
use keysieve_evidence::examine;
use keysieve_finding::{Confidence, FileKind, RuleInfo, Secret, SecretKind, Severity, Span};

use crate::{Hit, Label};

/// How much before and after a secret is looked at for what it is a part of.
const AROUND: usize = 1024;

/// Finds what is to be masked.
pub trait Detect: Send {
    /// Appends what is found in `haystack` and begins in `range`, in any order. `last` says that nothing follows that
    /// could change it; else the result is up to where everything is known.
    fn detect(&mut self, haystack: &[u8], range: Range<usize>, last: bool, hits: &mut Vec<Hit>) -> usize;

    /// Forgets whatever a panic may have left behind.
    fn recover(&mut self);
}

/// The rules, and which of their findings are masked.
#[derive(Debug)]
pub struct Rules {
    engine: Engine,
    infos: Vec<Arc<RuleInfo>>,
    specificity: Vec<u8>,
    counts: Vec<bool>,
    min_confidence: Confidence,
    min_severity: Severity,
}

impl Rules {
    /// All findings of medium confidence and above.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        let infos = engine.rules().map(|rule| Arc::new(rule.info.clone())).collect();
        let specificity = (0_u32..).take(engine.len()).map(|rule| engine.specificity(rule)).collect();
        let counts = engine.rules().map(|rule| !rule.witness).collect();
        let (min_confidence, min_severity) = (Confidence::Medium, Severity::Low);
        Self { engine, infos, specificity, counts, min_confidence, min_severity }
    }

    /// Masks only what is so sure and so bad.
    #[must_use]
    pub fn at_least(mut self, confidence: Confidence, severity: Severity) -> Self {
        (self.min_confidence, self.min_severity) = (confidence, severity);
        self
    }

    /// Masks only what the rules with these ids find.
    #[must_use]
    pub fn only(mut self, ids: &BTreeSet<String>) -> Self {
        let chosen = self.engine.rules().map(|rule| !rule.witness && ids.contains(&rule.info.id));
        self.counts = chosen.collect();
        self
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

/// The engine as a [`Detect`].
pub struct EngineDetector {
    rules: Arc<Rules>,
    scratch: Scratch,
    matches: Vec<Match>,
}

impl fmt::Debug for EngineDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineDetector").finish_non_exhaustive()
    }
}

impl EngineDetector {
    /// With these rules.
    #[must_use]
    pub fn new(rules: Arc<Rules>) -> Self {
        let scratch = Scratch::new(&rules.engine);
        Self { rules, scratch, matches: Vec::new() }
    }

    /// A match as something to be masked; `None` if a report would not mention it.
    fn hit(&self, haystack: &[u8], found: &Match) -> Option<Hit> {
        let rules = &self.rules;
        let info = &rules.infos[found.rule as usize];
        let confidence = match found.score {
            Some(score) if found.note == Note::None => score.confidence(FileKind::Unknown)?,
            _ => found.confidence,
        };
        let decoded = self.scratch.decoded(found);
        let secret = decoded.unwrap_or(&haystack[found.secret.range()]);
        let around = match decoded {
            Some(_) => secret,
            None => {
                let from = found.secret.start.saturating_sub(AROUND);
                &haystack[from..haystack.len().min(found.secret.end + AROUND)]
            }
        };
        let known = examine(secret, around).known.is_some();
        let hidden = widen(haystack, found.hidden());
        Some(Hit {
            end: found.span.end.max(hidden.end),
            span: hidden.range(),
            secret: found.secret.range(),
            label: Label::Rule(Arc::clone(info)),
            rank: rules.specificity[found.rule as usize],
            confidence: if known { Confidence::Low } else { confidence },
            value: Secret::new(secret, info.kind.mask()),
            plain: decoded.is_none(),
        })
    }

    /// Leaves of matches with overlapping secrets the one that a report would mention.
    fn settle(&self, matches: &mut Vec<Match>) {
        if matches.len() < 2 {
            return;
        }
        let direct: BTreeSet<(u32, Span)> = matches
            .iter()
            .filter(|found| found.decoded.is_none())
            .map(|found| (found.rule, found.secret))
            .collect();
        let plain = |found: &Match| found.decoded.is_some_and(|decoded| decoded.plain);
        matches.retain(|found| !plain(found) || !direct.contains(&(found.rule, found.secret)));
        matches.sort_by_key(|found| {
            let inner = found.decoded.map_or(found.secret, |decoded| decoded.secret);
            let distance = found.context.map_or(0, |(_, word)| inner.start.saturating_sub(word.start));
            (
                Reverse(self.rules.specificity[found.rule as usize]),
                found.decoded.is_none(),
                distance,
                Reverse(found.secret.len()),
                found.secret.start,
                found.rule,
            )
        });
        let mut taken = std::collections::BTreeMap::new();
        matches.retain(|found| {
            let (start, end) = (found.secret.start, found.secret.end);
            let free = taken.range(..end).next_back().is_none_or(|(_, &other)| other <= start);
            if free {
                taken.insert(start, end);
            }
            free
        });
    }
}

impl Detect for EngineDetector {
    fn detect(&mut self, haystack: &[u8], range: Range<usize>, last: bool, hits: &mut Vec<Hit>) -> usize {
        let rules = Arc::clone(&self.rules);
        let mut matches = std::mem::take(&mut self.matches);
        matches.clear();
        let sure = rules.engine.scan_part(haystack, range, last, &mut self.scratch, |found| {
            matches.push(found);
            ControlFlow::Continue(())
        });
        if !matches.is_empty() {
            matches.retain(|found| {
                rules.counts[found.rule as usize]
                    && found.score.is_none_or(|score| {
                        found.note != Note::None || score.confidence(FileKind::Unknown).is_some()
                    })
            });
            self.settle(&mut matches);
            let kept = matches.iter().filter_map(|found| self.hit(haystack, found));
            let floor = |hit: &Hit| {
                hit.confidence >= rules.min_confidence && hit.label.severity() >= rules.min_severity
            };
            hits.extend(kept.filter(floor));
        }
        self.matches = matches;
        sure
    }

    fn recover(&mut self) {
        self.scratch = Scratch::new(&self.rules.engine);
    }
}

/// Whether a hit is a key block as it stands, whose lines are masked one by one.
pub(crate) fn is_key_block(hit: &Hit) -> bool {
    hit.plain && matches!(&hit.label, Label::Rule(info) if info.kind == SecretKind::PrivateKey)
}

/// Widens a span to the boundaries of characters.
fn widen(haystack: &[u8], span: Span) -> Span {
    let inside = |at: usize| haystack.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let start = (span.start.saturating_sub(3)..=span.start).rev().find(|&at| !inside(at));
    let end = (span.end..=span.end + 3).find(|&at| !inside(at));
    Span::new(start.unwrap_or(span.start), end.unwrap_or(span.end).min(haystack.len()))
}
