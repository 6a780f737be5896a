//! A run from source to outcome.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use globset::{GlobBuilder, GlobMatcher};
use keysieve_engine::Engine;
use keysieve_finding::{FingerprintKey, Outcome};
use keysieve_policy::Policy;
use keysieve_source::{Source, SourceError};

use crate::merge::Merge;
use crate::sink::Sink;
use crate::{Cache, Control};

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many threads scan.
    pub threads: NonZeroUsize,
    /// The key of fingerprints.
    pub key: FingerprintKey,
    /// What is scanned, for people: the arguments.
    pub targets: Vec<String>,
    /// How long the run may take.
    pub timeout: Option<Duration>,
    /// The ids of the rules whose findings count; `None` for all. What the others find is masked all the same.
    pub rules: Option<BTreeSet<String>>,
}

impl Default for Options {
    /// One thread, the documented fingerprint key, no limit of time, every rule.
    fn default() -> Self {
        Self {
            threads: NonZeroUsize::MIN,
            key: FingerprintKey::default(),
            targets: Vec::new(),
            timeout: None,
            rules: None,
        }
    }
}

/// The engine's rules, with what only a run knows of them.
#[derive(Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) engine: &'a Engine,
    /// Whether comments in the line count.
    pub(crate) comments: bool,
    specificity: Vec<u8>,
    /// For each rule, whether its findings count.
    counts: Vec<bool>,
}

impl Rules<'_> {
    pub(crate) fn specificity(&self, rule: u32) -> u8 {
        self.specificity[rule as usize]
    }

    pub(crate) fn counts(&self, rule: u32) -> bool {
        self.counts[rule as usize]
    }
}

/// Scans a source.
///
/// # Errors
/// If the source itself cannot be opened.
pub fn scan(
    engine: &Engine,
    policy: &Policy,
    source: &dyn Source,
    options: &Options,
    control: &Control,
) -> Result<Outcome, SourceError> {
    scan_with(engine, policy, source, options, control, None)
}

/// Scans a source, but for contents in which earlier runs found nothing; notes those in which this one finds nothing.
///
/// # Errors
/// If the source itself cannot be opened.
pub fn scan_with(
    engine: &Engine,
    policy: &Policy,
    source: &dyn Source,
    options: &Options,
    control: &Control,
    cache: Option<&Cache>,
) -> Result<Outcome, SourceError> {
    let specificity = (0_u32..).take(engine.len()).map(|rule| engine.specificity(rule)).collect();
    let counts = |id: &String| options.rules.as_ref().is_none_or(|rules| rules.contains(id));
    let counts = engine.rules().map(|rule| counts(&rule.info.id)).collect();
    let sink = Sink {
        rules: Rules { engine, comments: policy.inline_allow, specificity, counts },
        control,
        cache,
        deadline: options.timeout.map(|timeout| Instant::now() + timeout),
        late: AtomicBool::new(false),
        idle: Mutex::new(Vec::new()),
    };
    source.visit(options.threads, &sink)?;
    let late = sink.late.load(Ordering::Relaxed).then_some(options.timeout).flatten();
    let mut merge = Merge::new(engine, policy, &options.key);
    merge.add(&sink);
    merge.attribute(source, options.threads, &sink)?;
    // The second phase may have something to say of its own.
    merge.add(&sink);
    let mut outcome = merge.outcome(&path_rules(engine));
    if let Some(timeout) = late {
        merge.late(&mut outcome, timeout);
    }
    outcome.targets = options.targets.iter().map(|target| merge.mask(target.as_bytes())).collect();
    outcome.stats.objects = control.objects();
    outcome.stats.bytes = control.bytes();
    outcome.interrupted = control.stopped();
    Ok(outcome)
}

/// For each rule that has one: what the path of an object must look like.
fn path_rules(engine: &Engine) -> Vec<Option<GlobMatcher>> {
    let glob = |pattern: &String| {
        // As in an ignore file, a pattern without a slash is one for names.
        let pattern = if pattern.contains('/') { pattern.clone() } else { format!("**/{pattern}") };
        GlobBuilder::new(&pattern).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
    };
    engine.rules().map(|rule| rule.path.as_ref().and_then(glob)).collect()
}
