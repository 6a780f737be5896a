//! Findings as a baseline is made of them.

use std::collections::BTreeMap;

use keysieve_finding::{Fingerprint, FingerprintKey};

use super::own::{self, Line};
use super::{Baseline, Place};
use crate::Attributes;

/// Every finding of a run that a baseline may hold, known ones too.
#[derive(Debug, Default)]
pub struct Record {
    findings: Vec<Found>,
}

/// A finding, and which entry of which baseline knows it.
#[derive(Debug)]
struct Found {
    print: Fingerprint,
    rule: String,
    path: String,
    known: Option<(usize, usize)>,
}

impl Record {
    /// Notes a place, and which entry of which baseline knows it.
    pub(crate) fn add(&mut self, place: &Place<'_>, known: Option<(usize, usize)>) {
        self.findings.push(Found {
            print: place.fingerprint,
            rule: place.rule.id.clone(),
            path: place.path.to_owned(),
            known,
        });
    }

    /// How many findings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many of them no baseline knows.
    #[must_use]
    pub fn new_ones(&self) -> usize {
        self.findings.iter().filter(|found| found.known.is_none()).count()
    }

    /// The text of a baseline of these findings: of all of them, or only of those that `baselines` know. What their
    /// entries say of themselves stays.
    #[must_use]
    pub fn to_baseline(&self, key: &FingerprintKey, baselines: &[Baseline], only_known: bool) -> String {
        let mut lines: BTreeMap<(&str, &str, Fingerprint), (u64, Attributes)> = BTreeMap::new();
        for Found { print, rule, path, known } in &self.findings {
            if only_known && known.is_none() {
                continue;
            }
            let (count, attributes) = lines.entry((path, rule, *print)).or_default();
            *count += 1;
            let entry = known.and_then(|(baseline, entry)| baselines.get(baseline)?.entries.get(entry));
            if let Some(entry) = entry.filter(|_| *attributes == Attributes::default()) {
                *attributes = entry.attributes.clone();
            }
        }
        let lines = lines.iter().map(|((path, rule, print), (count, attributes))| Line {
            path,
            rule,
            print: *print,
            count: *count,
            attributes,
        });
        own::write(key, lines)
    }
}
