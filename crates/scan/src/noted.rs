//! What was found in a layer, as a cache keeps it: what a report says that masks secrets, and nothing else of them.

use std::collections::HashSet;
use std::sync::Arc;

use keysieve_engine::{Engine, Scratch};
use keysieve_finding::{
    Confidence, Evidence, Fingerprint, FingerprintKey, Location, Origin, Secret, Snippet,
};
use keysieve_policy::{Hints, Policy};
use serde::{Deserialize, Serialize};

use crate::attribution::number;
use crate::below::Below;
use crate::merge::{GUESSABLE, bits};
use crate::redact::is_masked;
use crate::run::Rules;
use crate::sighting::{Prints, Sighting};

/// What was found in a layer.
#[derive(Debug, Serialize, Deserialize)]
struct Noted<'a> {
    /// What else must be the same for it to hold.
    under: &'a str,
    seen: Vec<Seen>,
}

/// A [`Sighting`] without its secret.
#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    rule: u32,
    distance: u64,
    decoded: Option<bool>,
    span: (u64, u64),
    confidence: Confidence,
    /// What the mask shows of the secret.
    shown: Vec<u8>,
    /// The secret's fingerprint, in which it cannot be guessed, and those under former ids of the rule.
    prints: Vec<String>,
    evidence: Evidence,
    name: Vec<u8>,
    ordinal: u64,
    hints: Option<Vec<(usize, Option<bool>)>>,
    /// The file, which of that path it is, and what in it.
    file: Vec<u8>,
    nth: u32,
    entries: Vec<Vec<u8>>,
    /// From and to: line, column, column in UTF-16, byte.
    start: [u64; 4],
    end: [u64; 4],
    binary: bool,
    decoded_by: Vec<String>,
    snippet: Option<Snippet>,
}

/// Notes and recalls what was found in layers.
#[derive(Debug)]
pub(crate) struct Notes {
    key: FingerprintKey,
    /// What must be the same besides the rules: the key, and what the configuration excepts.
    under: String,
    /// Whether nothing is recalled, because somebody wants to know the secrets themselves.
    wants_values: bool,
}

impl Notes {
    pub(crate) fn new(key: &FingerprintKey, policy: &Policy, wants_values: bool) -> Self {
        let excepts = blake3::hash(format!("{:?} {}", policy.allows, policy.inline_allow).as_bytes());
        let under = format!("{} {}", key.check(), &excepts.to_hex()[..16]);
        let by_value = policy.baselines.iter().any(|baseline| baseline.asks_for_values());
        Self { key: key.clone(), under, wants_values: wants_values || by_value }
    }

    /// What a later run needs to say the same of a layer, with what lies below the floors; `None` if it has to see for
    /// itself: the secret could be guessed from its fingerprint, or there is one in a name.
    pub(crate) fn note(&self, rules: &Rules<'_>, mut seen: Vec<Sighting>) -> Option<(Below, Vec<u8>)> {
        number(&mut seen);
        let is_part = |sighting: &Sighting| !rules.engine.rule(sighting.rule).part_of.is_empty();
        let alone = rules.policy.composite.is_empty() && !seen.iter().any(is_part);
        let below = if alone { Below::take(rules, &mut seen) } else { Below::default() };
        let mut scratch = Scratch::new(rules.engine);
        let mut safe = HashSet::new();
        let mut kept = Vec::with_capacity(seen.len());
        for sighting in &seen {
            let origin = &sighting.location.origin;
            if !safe.contains(origin) {
                if is_masked(rules.engine, &mut scratch, &origin.path()) {
                    return None;
                }
                safe.insert(origin.clone());
            }
            kept.push(self.seen(rules.engine, sighting)?);
        }
        let noted = Noted { under: &self.under, seen: kept };
        Some((below, serde_json::to_vec(&noted).ok()?))
    }

    fn seen(&self, engine: &Engine, sighting: &Sighting) -> Option<Seen> {
        let info = &engine.rule(sighting.rule).info;
        let (secret, location) = (&sighting.secret, &sighting.location);
        if !self.key.is_custom() && bits(sighting) < GUESSABLE {
            return None;
        }
        let print = |id: &String| Fingerprint::of_secret(&self.key, id, secret.expose()).to_string();
        let Origin::Image { path, nth, .. } = location.origin.outermost() else { return None };
        let hints = match &sighting.hints {
            Some(hints) => Some(hints.noted()?),
            None => None,
        };
        Some(Seen {
            rule: sighting.rule,
            distance: sighting.distance,
            decoded: sighting.decoded,
            span: sighting.span,
            confidence: sighting.confidence,
            shown: secret.expose()[..Secret::shown(secret.expose(), secret.kind())].to_vec(),
            prints: std::iter::once(&info.id).chain(&info.aliases).map(print).collect(),
            evidence: sighting.evidence.clone(),
            name: sighting.name.to_vec(),
            ordinal: sighting.ordinal?,
            hints,
            file: path.to_vec(),
            nth: *nth,
            entries: entries(&location.origin),
            start: [location.line, location.column, location.utf16_column, location.byte_start],
            end: [location.end_line, location.end_column, location.utf16_end_column, location.byte_end],
            binary: location.binary,
            decoded_by: location.decoded_by.clone(),
            snippet: location.snippet.clone(),
        })
    }

    /// What was noted of a layer, which is called `blob` now; `None` if it has to be read again.
    pub(crate) fn recall(&self, rules: &Rules<'_>, blob: &Arc<str>, noted: &[u8]) -> Option<Vec<Sighting>> {
        if noted.is_empty() {
            return Some(Vec::new());
        }
        if self.wants_values {
            return None;
        }
        let noted: Noted<'_> = serde_json::from_slice(noted).ok()?;
        if noted.under != self.under {
            return None;
        }
        noted.seen.into_iter().map(|seen| sighting(rules, blob, seen)).collect()
    }
}

/// What stands between a file of a layer and what it was found in, from the outside to the inside.
fn entries(origin: &Origin) -> Vec<Vec<u8>> {
    match origin {
        Origin::Entry { outer, path } => {
            let mut names = entries(outer);
            names.push(path.to_vec());
            names
        }
        _ => Vec::new(),
    }
}

fn sighting(rules: &Rules<'_>, blob: &Arc<str>, seen: Seen) -> Option<Sighting> {
    if seen.rule as usize >= rules.engine.len() {
        return None;
    }
    let mut prints =
        seen.prints.iter().map(|print| print.parse().ok()).collect::<Option<Vec<Fingerprint>>>()?;
    if prints.is_empty() {
        return None;
    }
    let prints = Box::new(Prints { own: prints.remove(0), former: prints });
    let file = Origin::Image { blob: Arc::clone(blob), path: seen.file.into(), nth: seen.nth };
    let within = |outer, path: Vec<u8>| Origin::Entry { outer: Arc::new(outer), path: path.into() };
    let origin = seen.entries.into_iter().fold(file, within);
    let mut evidence = seen.evidence;
    let today = rules.policy.today.to_string();
    evidence.expired = evidence.expires.as_ref().map(|day| *day < today);
    let ([line, column, utf16_column, byte_start], [end_line, end_column, utf16_end_column, byte_end]) =
        (seen.start, seen.end);
    let location = Location {
        origin,
        path: String::new(),
        line,
        column,
        end_line,
        end_column,
        utf16_column,
        utf16_end_column,
        byte_start,
        byte_end,
        binary: seen.binary,
        decoded_by: seen.decoded_by,
        snippet: seen.snippet,
        git: None,
        layer: None,
    };
    Some(Sighting {
        rule: seen.rule,
        specificity: rules.specificity(seen.rule),
        distance: seen.distance,
        decoded: seen.decoded,
        span: seen.span,
        confidence: seen.confidence,
        secret: Secret::withheld(&seen.shown, rules.engine.rule(seen.rule).info.kind.mask()),
        prints: Some(prints),
        evidence,
        location,
        name: seen.name.into(),
        ordinal: Some(seen.ordinal),
        score: None,
        inline: None,
        hints: seen.hints.map(|hints| Box::new(Hints::of_noted(&hints))),
    })
}
