//! A run from source to outcome.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use keysieve_engine::{Engine, Place};
use keysieve_finding::{FileKind, FingerprintKey, GitPart, Origin, Outcome};
use keysieve_policy::{Date, Policy, Record};
use keysieve_rules::{Paths, holds_below};
use keysieve_source::{Source, SourceError};
use keysieve_unpack::Limits;

use crate::merge::Merge;
use crate::noted::Notes;
use crate::sink::Sink;
use crate::tally::Tallies;
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
    /// Whether the outcome also lists what was allowed.
    pub keep_allowed: bool,
    /// Contents in which earlier runs found nothing, and layers of images with what they found there; those of this run are
    /// added.
    pub cache: Option<Arc<Cache>>,
    /// How far containers are unpacked.
    pub archives: Limits,
    /// Whether somebody wants to see the secrets themselves: then nothing is taken from a cache but what had none.
    pub values: bool,
}

impl Default for Options {
    /// One thread, the documented fingerprint key, no limit of time, every rule, the usual limits for containers.
    fn default() -> Self {
        Self {
            threads: NonZeroUsize::MIN,
            key: FingerprintKey::default(),
            targets: Vec::new(),
            timeout: None,
            rules: None,
            keep_allowed: false,
            cache: None,
            archives: Limits::default(),
            values: false,
        }
    }
}

/// Places by names, each with the class of names that it is the place of.
type Places = HashMap<Box<[u8]>, (Place, u64)>;

/// The engine's rules, with what only a run knows of them.
#[derive(Debug)]
pub(crate) struct Rules<'a> {
    pub(crate) engine: &'a Engine,
    /// If comments in the line count, the day for which their expiry is judged.
    pub(crate) comments: Option<Date>,
    pub(crate) policy: &'a Policy,
    specificity: Vec<u8>,
    /// What they ask of paths.
    paths: Paths<'a>,
    /// What they ask of the last part of a path, whatever comes before it, if the source has objects of which only that
    /// is known.
    names: Option<Paths<'a>>,
    /// What directories are called between which such objects stand, once the source has said so.
    directories: OnceLock<HashSet<Vec<u8>>>,
    /// Where objects stand of which only the name is known.
    places: RwLock<Places>,
    /// For each rule, whether its findings count.
    counts: Vec<bool>,
}

/// Of how many names it is remembered which rules hold.
const REMEMBERED: usize = 1 << 14;

/// The class of a name for which these rules hold.
fn class(name: &[u8], rules: &[u32]) -> u64 {
    if rules.is_empty() {
        return 0;
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[FileKind::of(name) as u8]);
    rules.iter().for_each(|rule| _ = hasher.update(&rule.to_le_bytes()));
    let mut class = [0; 8];
    hasher.finalize_xof().fill(&mut class);
    u64::from_le_bytes(class).max(1)
}

impl Rules<'_> {
    pub(crate) fn specificity(&self, rule: u32) -> u8 {
        self.specificity[rule as usize]
    }

    /// Whether a rule looks at an object at all, as far as that can be told from its name.
    pub(crate) fn looks_at(&self, rule: u32, origin: &Origin) -> bool {
        let named = matches!(origin, Origin::File { .. } | Origin::Entry { .. } | Origin::Image { .. });
        let policy = self.policy;
        policy.only_at.is_empty()
            || !named
            || policy.looks_at(&self.engine.rule(rule).info.id, &origin.path())
    }

    /// Where an object stands: by its innermost name, whatever it is contained in.
    pub(crate) fn place(&self, origin: &Origin) -> Place {
        match origin {
            Origin::File { path } | Origin::Entry { path, .. } | Origin::Image { path, .. } => {
                Place::of_path(&self.paths, path)
            }
            // Of a blob only the name is known yet; the rest of its path is asked for when something was found.
            Origin::Git { part: GitPart::Blob, path: Some(name), .. } => self.named(name).0,
            _ => Place::nowhere(),
        }
    }

    /// Where an object stands of which only the name is known, and the class of the name. There are few names, and many
    /// objects of each.
    fn named(&self, name: &[u8]) -> (Place, u64) {
        let known = self.places.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        known.unwrap_or_else(|| {
            let mut rules = match &self.names {
                Some(names) => names.of(name),
                None => Paths::of_names(self.engine.rules()).of(name),
            };
            if let Some(directories) = self.directories.get() {
                let is_known = |directory: &[u8]| directories.contains(directory);
                rules.retain(|&rule| holds_below(self.engine.rule(rule), name, is_known));
            }
            let class = class(name, &rules);
            let place = (Place::of_rules(rules), class);
            let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
            if places.len() < REMEMBERED {
                places.insert(name.into(), place.clone());
            }
            place
        })
    }

    /// From here on no directory is called otherwise, as far as only names are known.
    pub(crate) fn narrow(&self, directories: &HashSet<Vec<u8>>) {
        if self.directories.set(directories.clone()).is_ok() {
            self.places.write().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// Whether a rule holds at a path, for what was found when only the last part of the path was known.
    pub(crate) fn holds(&self, rule: u32, path: &[u8]) -> bool {
        self.engine.rule(rule).paths.is_empty() || self.paths.of(path).binary_search(&rule).is_ok()
    }

    /// Names of one class are looked at in the same way, whatever path they end; those of class 0 as if they were none.
    pub(crate) fn name_class(&self, name: &[u8]) -> u64 {
        self.named(name).1
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
    scan_and_record(engine, policy, source, options, control, None)
}

/// As [`scan`]; every place that could be part of a baseline, known ones too, is noted in `record`.
///
/// # Errors
/// If the source itself cannot be opened.
pub fn scan_and_record(
    engine: &Engine,
    policy: &Policy,
    source: &dyn Source,
    options: &Options,
    control: &Control,
    record: Option<&mut Record>,
) -> Result<Outcome, SourceError> {
    let specificity = (0_u32..).take(engine.len()).map(|rule| engine.specificity(rule)).collect();
    let counts = |id: &String| options.rules.as_ref().is_none_or(|rules| rules.contains(id));
    let counts = engine.rules().map(|rule| rule.witness || counts(&rule.info.id)).collect();
    let sink = Sink {
        rules: Rules {
            engine,
            comments: policy.inline_allow.then_some(policy.today),
            policy,
            specificity,
            paths: engine.paths(),
            names: source.knows_names_alone().then(|| Paths::of_names(engine.rules())),
            directories: OnceLock::new(),
            places: RwLock::default(),
            counts,
        },
        control,
        named: source.hands_over_names(),
        cache: options.cache.as_deref(),
        tallies: Tallies::default(),
        notes: options
            .cache
            .as_ref()
            .map(|_| Notes::new(&options.key, policy, options.values || record.is_some())),
        limits: options.archives.clone(),
        deadline: options.timeout.map(|timeout| Instant::now() + timeout),
        late: AtomicBool::new(false),
        idle: Mutex::new(Vec::new()),
    };
    source.visit(options.threads, &sink)?;
    let late = sink.late.load(Ordering::Relaxed).then_some(options.timeout).flatten();
    let mut merge = Merge::new(engine, policy, options);
    merge.add(&sink);
    merge.attribute(source, &sink)?;
    // The second phase may have something to say of its own.
    merge.add(&sink);
    let mut outcome = merge.outcome(record);
    if let Some(timeout) = late {
        merge.late(&mut outcome, timeout);
    }
    outcome.targets = options.targets.iter().map(|target| merge.mask(target.as_bytes())).collect();
    outcome.images = merge.images(source);
    outcome.stats.objects = control.objects();
    outcome.stats.bytes = control.bytes();
    outcome.interrupted = control.stopped();
    Ok(outcome)
}
