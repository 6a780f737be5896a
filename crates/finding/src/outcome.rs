//! All that a run has to say.

use std::sync::Arc;

use serde::Serialize;

use crate::{
    Allowed, Confidence, Evidence, Fingerprint, Image, Location, RuleInfo, Secret, Severity, SkipClass,
    SkipReason,
};

/// One secret, found by one rule, at one or more places.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that says so; the most specific one where several do.
    pub rule: Arc<RuleInfo>,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The secret.
    pub secret: Secret,
    /// What identifies it without revealing it.
    pub fingerprint: Fingerprint,
    /// What speaks for it.
    pub evidence: Evidence,
    /// Where it stands, sorted; never empty, at most [`Finding::MAX_LOCATIONS`].
    pub locations: Vec<Location>,
    /// In how many places it stands, those left out of `locations` included.
    pub total_locations: u64,
}

impl Finding {
    /// How many places of one secret are kept.
    pub const MAX_LOCATIONS: usize = 1000;
}

/// A skip as a report shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SkipRecord {
    /// The object's path, made safe like [`Location::path`].
    pub path: String,
    /// Why.
    pub reason: SkipReason,
    /// Whether it was wanted.
    pub class: SkipClass,
    /// What was said of it.
    pub detail: String,
}

/// How many findings were kept out of the report, and by what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Suppressed {
    /// By a comment in the line.
    pub inline: u64,
    /// By an entry of an ignore file.
    pub ignore_file: u64,
    /// By an exception of the configuration.
    pub config: u64,
    /// Because a baseline knows it.
    pub baseline: u64,
    /// Below the confidence asked for.
    pub confidence: u64,
    /// Below the severity asked for.
    pub severity: u64,
}

impl Suppressed {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.inline + self.ignore_file + self.config + self.baseline + self.confidence + self.severity
    }
}

/// What was done. It holds no wall time: the same input gives the same numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Objects scanned.
    pub objects: u64,
    /// Bytes scanned, as stored.
    pub bytes: u64,
    /// Objects left out by an ignore file or an option.
    pub excluded: u64,
    /// Objects that were asked for and could not be looked at.
    pub gaps: u64,
    /// Findings kept out of the report.
    pub suppressed: Suppressed,
}

/// All that a run has to say, in the order in which reports say it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was scanned, for people: the arguments.
    pub targets: Vec<String>,
    /// Sorted by their first location: path bytes, first byte, rule id.
    pub findings: Vec<Finding>,
    /// What was kept out of `findings` on purpose, place by place in the same order; only if it was asked for.
    pub allowed: Vec<Allowed>,
    /// The images that were scanned, in the order in which they were asked for.
    pub images: Vec<Arc<Image>>,
    /// Sorted. Ignored files are counted in `stats`, and listed only where the source names them one by one.
    pub skips: Vec<SkipRecord>,
    /// What was done.
    pub stats: Stats,
    /// Whether the run was cut short by a signal.
    pub interrupted: bool,
}

impl Outcome {
    /// Whether everything that was asked for was looked at.
    #[must_use]
    pub fn complete(&self) -> bool {
        !self.interrupted && self.stats.gaps == 0
    }
}
