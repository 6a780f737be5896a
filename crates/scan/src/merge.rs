//! From sightings to findings: judged place by place, then merged by secret.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use keysieve_engine::{Engine, Scratch};
use keysieve_finding::{
    Finding, Fingerprint, Image, Origin, Outcome, RuleInfo, Skip, SkipClass, SkipReason, SkipRecord,
};
use keysieve_policy::{By, Near, Place, Policy, Record, Verdict};
use keysieve_source::{Source, SourceError};

use crate::allowed::allowed;
use crate::attribution;
use crate::below::Below;
use crate::layers::Layers;
use crate::redact::{mask, mask_name};
use crate::run::Options;
use crate::sighting::Sighting;
use crate::sink::Sink;
use crate::witness::{self, Certificates};

/// Below this many bits, a value could be guessed from its fingerprint under a known key.
pub(crate) const GUESSABLE: f64 = 64.0;

/// How many bits a secret has, by its entropy.
pub(crate) fn bits(sighting: &Sighting) -> f64 {
    sighting.evidence.entropy * sighting.secret.expose().len() as f64
}

/// How many lines may lie between a part and what it is a part of: what a file of keys holds besides.
const PART_LINES: u64 = 8;

/// Everything that was seen.
pub(crate) struct Merge<'a> {
    engine: &'a Engine,
    policy: &'a Policy,
    options: &'a Options,
    sightings: Vec<Sighting>,
    skips: Vec<(Origin, Skip)>,
    /// What was counted without being kept.
    below: Below,
}

/// What reports say of the rules, of those that found something: most find nothing in any run.
struct Infos<'a> {
    engine: &'a Engine,
    made: Vec<OnceCell<Arc<RuleInfo>>>,
}

impl<'a> Infos<'a> {
    fn new(engine: &'a Engine) -> Self {
        Self { engine, made: vec![OnceCell::new(); engine.len()] }
    }

    fn of(&self, rule: u32) -> &Arc<RuleInfo> {
        self.made[rule as usize].get_or_init(|| Arc::new(self.engine.rule(rule).info.clone()))
    }
}

impl<'a> Merge<'a> {
    pub(crate) fn new(engine: &'a Engine, policy: &'a Policy, options: &'a Options) -> Self {
        Self { engine, policy, options, sightings: Vec::new(), skips: Vec::new(), below: Below::default() }
    }

    /// Takes what the threads have seen so far.
    pub(crate) fn add(&mut self, sink: &Sink<'_>) {
        for worker in sink.take() {
            self.sightings.extend(worker.sightings);
            self.skips.extend(worker.skips);
            self.below.add(worker.below);
        }
    }

    /// Lets the source say where what was seen stands. What is below a floor needs no place: it is only counted.
    pub(crate) fn attribute(&mut self, source: &dyn Source, sink: &Sink<'_>) -> Result<(), SourceError> {
        let mut sightings = std::mem::take(&mut self.sightings);
        witness::drop_strangers(self.engine, &mut sightings);
        attribution::number(&mut sightings);
        let (asked, below): (Vec<_>, Vec<_>) =
            sightings.into_iter().partition(|sighting| !self.is_below_floor(sighting));
        self.sightings = attribution::attribute(source, self.options.threads, sink, asked)?;
        self.sightings.extend(below);
        Ok(())
    }

    fn is_below_floor(&self, sighting: &Sighting) -> bool {
        let rule = self.engine.rule(sighting.rule);
        if rule.witness {
            return false;
        }
        rule.info.severity < self.policy.min_severity || sighting.confidence < self.policy.min_confidence
    }

    /// Judges, merges and sorts.
    pub(crate) fn outcome(&mut self, record: Option<&mut Record>) -> Outcome {
        let mut outcome = Outcome::default();
        self.skips(&mut outcome);
        self.below.count(&mut outcome.stats.suppressed);
        let mut sightings = std::mem::take(&mut self.sightings);
        sightings.sort_by_cached_key(|sighting| {
            let location = &sighting.location;
            let layer =
                location.layer.as_ref().and_then(|place| place.layer.as_ref()).map(|layer| layer.index);
            (location.origin.path(), location.byte_start, location.byte_end, sighting.rule, layer)
        });
        let certificates = Certificates::take(self.engine, &mut sightings);
        let infos = Infos::new(self.engine);
        let mut names = Names { engine: self.engine, scratch: Scratch::new(self.engine), last: None };
        let mut layers = Layers::default();
        let mut kept = Vec::new();
        let commits = self.policy.asks_for_commits();
        for mut sighting in self.composite(self.whole(sightings)) {
            let path = sighting.location.origin.path();
            let info = infos.of(sighting.rule);
            if !self.policy.looks_at(&info.id, &path) {
                continue;
            }
            let (fingerprint, ordinal) = self.fingerprint(&sighting, info, &path);
            let (inline, hints) = (sighting.inline.take(), sighting.hints.take());
            let origin = sighting.location.origin.clone();
            let commit = sighting.location.git.as_ref().filter(|_| commits).and_then(|git| git.commit);
            let commit = commit.map(|commit| commit.to_string());
            let judged = keysieve_policy::Sighting {
                severity: info.severity,
                confidence: sighting.confidence,
                fingerprint: &fingerprint,
                origin: &origin,
                inline: inline.as_deref(),
                hints: hints.as_deref(),
                commit: commit.as_deref(),
            };
            let verdict = self.policy.verdict(&judged);
            if let Verdict::Suppressed(By::Severity | By::Confidence) = verdict {
                count(verdict, &mut outcome);
                continue;
            }
            sighting.location.path = names.of(&path);
            sighting.evidence.certificate =
                certificates.of(sighting.evidence.public_key.as_deref(), |path| names.of(path));
            if let Some(git) = &mut sighting.location.git {
                git.refs.iter_mut().for_each(|name| *name = names.mask(name.as_bytes()));
            }
            if let Some(place) = &mut sighting.location.layer {
                *place = layers.masked(place, &mut names);
            }
            match verdict {
                Verdict::Report => kept.push(Kept { sighting, fingerprint, ordinal }),
                Verdict::Suppressed(by) => {
                    count(verdict, &mut outcome);
                    if self.options.keep_allowed {
                        let finding = finding(sighting, info, fingerprint);
                        outcome.allowed.extend(allowed(finding, by, &mut names));
                    }
                }
            }
        }
        self.settle(kept, &infos, record, &mut names, &mut outcome);
        outcome
    }

    /// Without what is a part of something that was found near it in the same object.
    fn whole(&self, sightings: Vec<Sighting>) -> Vec<Sighting> {
        let is_part = |sighting: &&Sighting| !self.engine.rule(sighting.rule).part_of.is_empty();
        if !sightings.iter().any(|sighting| is_part(&sighting)) {
            return sightings;
        }
        let mut objects: BTreeMap<&Origin, Vec<(&str, u64)>> = BTreeMap::new();
        for sighting in &sightings {
            let id = self.engine.rule(sighting.rule).info.id.as_str();
            objects.entry(&sighting.location.origin).or_default().push((id, sighting.location.line));
        }
        let keep = |sighting: &Sighting| {
            let wholes = &self.engine.rule(sighting.rule).part_of;
            let line = sighting.location.line;
            let is_near = |(id, other): &(&str, u64)| {
                other.abs_diff(line) <= PART_LINES && wholes.iter().any(|whole| whole == id)
            };
            !objects[&sighting.location.origin].iter().any(is_near)
        };
        let keep: Vec<bool> = sightings.iter().map(keep).collect();
        sightings.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(sighting, _)| sighting).collect()
    }

    /// What counts only near something else, and has that in its object, and everything that counts by itself.
    fn composite(&self, sightings: Vec<Sighting>) -> Vec<Sighting> {
        let composite = &self.policy.composite;
        if composite.is_empty() {
            return sightings;
        }
        let mut objects: BTreeMap<&Origin, Vec<usize>> = BTreeMap::new();
        for (at, sighting) in sightings.iter().enumerate() {
            objects.entry(&sighting.location.origin).or_default().push(at);
        }
        let mut counts = vec![true; sightings.len()];
        for object in objects.into_values() {
            let near = |&at: &usize| Near {
                rule: self.engine.rule(sightings[at].rule).info.id.as_str(),
                place: (sightings[at].location.line, sightings[at].location.column),
            };
            let near: Vec<Near<'_>> = object.iter().map(near).collect();
            object.iter().zip(composite.counts(&near)).for_each(|(&at, it)| counts[at] = it);
        }
        let mut counts = counts.into_iter();
        sightings.into_iter().filter(|_| counts.next() == Some(true)).collect()
    }

    /// Asks the baselines, and merges what is new by secret.
    fn settle(
        &self,
        kept: Vec<Kept>,
        infos: &Infos<'_>,
        record: Option<&mut Record>,
        names: &mut Names<'_>,
        outcome: &mut Outcome,
    ) {
        let known = if self.policy.baselines.is_empty() && record.is_none() {
            Vec::new()
        } else {
            let places: Vec<Place<'_>> = kept.iter().map(|kept| kept.place(infos)).collect();
            self.policy.known(&places, record)
        };
        let mut known = known.into_iter();
        let mut by_secret: BTreeMap<(u32, Fingerprint), usize> = BTreeMap::new();
        for Kept { sighting, fingerprint, .. } in kept {
            let info = infos.of(sighting.rule);
            if let Some(by) = known.next().flatten() {
                count(Verdict::Suppressed(by), outcome);
                if self.options.keep_allowed {
                    outcome.allowed.extend(allowed(finding(sighting, info, fingerprint), by, names));
                }
                continue;
            }
            // Of what was found in an earlier run only that is known.
            let print = match &sighting.prints {
                Some(prints) => prints.own,
                None => Fingerprint::of_secret(&self.options.key, &info.id, sighting.secret.expose()),
            };
            let key = (sighting.rule, print);
            match by_secret.get(&key) {
                Some(&index) => add_place(&mut outcome.findings[index], sighting),
                None => {
                    by_secret.insert(key, outcome.findings.len());
                    outcome.findings.push(finding(sighting, info, fingerprint));
                }
            }
        }
    }

    /// A finding's fingerprint: of its value, unless that could be guessed from it; then of its place, with which one
    /// of its kind it is there.
    fn fingerprint(&self, sighting: &Sighting, info: &RuleInfo, path: &[u8]) -> (Fingerprint, Option<u64>) {
        let key = &self.options.key;
        if let Some(prints) = &sighting.prints {
            return (prints.own, None);
        }
        if key.is_custom() || bits(sighting) >= GUESSABLE {
            return (Fingerprint::of_secret(key, &info.id, sighting.secret.expose()), None);
        }
        let ordinal = sighting.ordinal.unwrap_or(0);
        (Fingerprint::of_place(key, &info.id, path, &sighting.name, ordinal), Some(ordinal))
    }

    fn skips(&mut self, outcome: &mut Outcome) {
        let mut scratch = Scratch::new(self.engine);
        for (origin, skip) in std::mem::take(&mut self.skips) {
            let class = skip.reason.class();
            match class {
                SkipClass::Excluded => outcome.stats.excluded += 1,
                SkipClass::Gap => outcome.stats.gaps += 1,
            }
            outcome.skips.push(SkipRecord {
                path: mask_name(self.engine, &mut scratch, &origin.path()),
                reason: skip.reason,
                class,
                detail: mask(self.engine, &mut scratch, skip.detail.as_bytes()),
            });
        }
        outcome.skips.sort();
    }

    /// Notes that the time was over.
    pub(crate) fn late(&self, outcome: &mut Outcome, timeout: Duration) {
        outcome.stats.gaps += 1;
        outcome.skips.push(SkipRecord {
            path: String::new(),
            reason: SkipReason::Timeout,
            class: SkipClass::Gap,
            detail: format!(
                "the run was ended after {} s; what came later was not scanned",
                timeout.as_secs_f64()
            ),
        });
        outcome.skips.sort();
    }

    /// The images of a source, made safe to show.
    pub(crate) fn images(&self, source: &dyn Source) -> Vec<Arc<Image>> {
        let mut names = Names { engine: self.engine, scratch: Scratch::new(self.engine), last: None };
        let mut layers = Layers::default();
        source.images().iter().map(|image| layers.image_of(image, &mut names)).collect()
    }

    pub(crate) fn mask(&self, text: &[u8]) -> String {
        mask(self.engine, &mut Scratch::new(self.engine), text)
    }
}

/// A place that is to be reported unless a baseline knows it.
struct Kept {
    sighting: Sighting,
    fingerprint: Fingerprint,
    /// Which one of its kind it is, where that is part of its fingerprint.
    ordinal: Option<u64>,
}

impl Kept {
    fn place<'a>(&'a self, infos: &'a Infos<'_>) -> Place<'a> {
        let Self { sighting, fingerprint, ordinal } = self;
        Place {
            rule: infos.of(sighting.rule),
            secret: &sighting.secret,
            fingerprint: *fingerprint,
            former: sighting.prints.as_ref().map_or(&[], |prints| &prints.former),
            unvalued: ordinal.map(|ordinal| (&*sighting.name, ordinal)),
            path: &sighting.location.path,
            line: sighting.location.line,
        }
    }
}

fn count(verdict: Verdict<'_>, outcome: &mut Outcome) {
    if let Verdict::Suppressed(by) = verdict {
        by.count(&mut outcome.stats.suppressed);
    }
}

/// Safe names of paths; the findings of one object come one after the other.
pub(crate) struct Names<'a> {
    engine: &'a Engine,
    scratch: Scratch,
    last: Option<(Vec<u8>, String)>,
}

impl Names<'_> {
    pub(crate) fn mask(&mut self, text: &[u8]) -> String {
        mask(self.engine, &mut self.scratch, text)
    }

    fn of(&mut self, path: &[u8]) -> String {
        match &self.last {
            Some((last, name)) if last == path => name.clone(),
            _ => {
                let name = mask_name(self.engine, &mut self.scratch, path);
                self.last = Some((path.to_vec(), name.clone()));
                name
            }
        }
    }
}

fn finding(sighting: Sighting, info: &Arc<RuleInfo>, fingerprint: Fingerprint) -> Finding {
    Finding {
        rule: Arc::clone(info),
        severity: info.severity,
        confidence: sighting.confidence,
        secret: sighting.secret,
        fingerprint,
        evidence: sighting.evidence,
        locations: vec![sighting.location],
        total_locations: 1,
    }
}

fn add_place(finding: &mut Finding, sighting: Sighting) {
    finding.total_locations += 1;
    if sighting.confidence > finding.confidence {
        finding.confidence = sighting.confidence;
        finding.evidence = sighting.evidence;
    }
    if finding.locations.len() < Finding::MAX_LOCATIONS {
        finding.locations.push(sighting.location);
    }
}
