//! What was there before.

mod detect_secrets;
mod gitleaks;
mod gitleaks_ignore;
mod own;
mod read;
mod record;
mod report;
mod sarif;
mod settle;

use std::sync::atomic::{AtomicU64, Ordering};

use keysieve_finding::{Fingerprint, FingerprintKey, RuleInfo, Secret};

use crate::{Attributes, Date};

pub use record::Record;

/// What was there before: findings that are known, and not new.
///
/// Our own format is made to be committed: one entry a line, sorted, so that a change of one finding changes one line;
/// no line numbers, no time, no secret. Reports and baselines of other tools are read too, see [`Baseline::read`].
///
/// A finding that moved is not new: a place that matches no entry uses up one of the same secret whose own place does
/// not hold it any more. Only what is left over is new.
#[derive(Debug)]
pub struct Baseline {
    name: String,
    key: FingerprintKey,
    entries: Vec<BaselineEntry>,
    /// Whether a secret that is known anywhere is known everywhere.
    by_secret: bool,
}

/// One entry of a [`Baseline`]: a secret at a path.
#[derive(Debug)]
pub struct BaselineEntry {
    what: What,
    /// The id of the rule, as the file names it.
    rule: String,
    path: String,
    /// How often it is there.
    count: u64,
    attributes: Attributes,
    /// How often it was found in this run.
    used: AtomicU64,
}

/// What an entry knows of its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// Our fingerprint.
    Print(Fingerprint),
    /// The secret itself: reports of tools that do not mask.
    Value(Secret),
    /// Its SHA-1.
    Sha1([u8; 20]),
    /// Only the line that it stands on.
    Line(u64),
}

impl BaselineEntry {
    fn new(what: What, rule: &str, path: &str, count: u64) -> Self {
        let (rule, path) = (rule.to_owned(), path.to_owned());
        Self { what, rule, path, count, attributes: Attributes::default(), used: AtomicU64::new(0) }
    }

    /// The path that it is about.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The id of the rule, as the file names it.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Why it is there, whom to ask, how long it counts.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// How often it was found so far.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether it stands for any number of findings.
    fn is_endless(&self) -> bool {
        self.count == u64::MAX
    }
}

impl Baseline {
    fn new(name: &str, key: &FingerprintKey, entries: Vec<BaselineEntry>) -> Self {
        Self { name: name.to_owned(), key: key.clone(), entries, by_secret: false }
    }

    /// Lets a secret that is known at one path be known at every other too.
    #[must_use]
    pub fn by_secret(mut self, by_secret: bool) -> Self {
        self.by_secret = by_secret;
        self
    }

    /// Takes a directory off the front of its paths: for a run whose names start in that directory.
    pub fn strip(&mut self, directory: &str) {
        for entry in &mut self.entries {
            let rest = entry.path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
            if let Some(rest) = rest.map(str::to_owned) {
                entry.path = rest;
            }
        }
    }

    /// What errors call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it knows secrets themselves, or hashes of them that are not ours: then what is found is known to it only
    /// by its value.
    #[must_use]
    pub fn asks_for_values(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.what, What::Value(_) | What::Sha1(_)))
    }

    /// Its entries, in order.
    #[must_use]
    pub fn entries(&self) -> &[BaselineEntry] {
        &self.entries
    }

    /// The entries that no longer count.
    pub fn expired(&self, today: Date) -> impl Iterator<Item = &BaselineEntry> {
        self.entries.iter().filter(move |entry| entry.attributes.expired(today))
    }

    /// How many findings it knows that are not there any more. Ask after a run over everything.
    #[must_use]
    pub fn gone(&self) -> u64 {
        let counted = self.entries.iter().filter(|entry| !entry.is_endless());
        counted.map(|entry| entry.count.saturating_sub(entry.used())).sum()
    }
}

/// A place that would be reported, as baselines see it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The rule that found it.
    pub rule: &'a RuleInfo,
    /// Its secret.
    pub secret: &'a Secret,
    /// What identifies it.
    pub fingerprint: Fingerprint,
    /// Where the fingerprint is of a place rather than of the value: the name that the value is assigned to, and which
    /// one of its kind it is.
    pub unvalued: Option<(&'a [u8], u64)>,
    /// Where the secret is withheld, its fingerprints under the former ids of its rule.
    pub former: &'a [Fingerprint],
    /// Its path, made safe to show.
    pub path: &'a str,
    /// Its line.
    pub line: u64,
}
