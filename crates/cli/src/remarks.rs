//! What is said on standard error when a run is over.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use indicatif::DecimalBytes;
use keysieve_engine::Engine;
use keysieve_finding::Outcome;
use keysieve_policy::{NotedComments, Policy, Record};
use keysieve_report::Format;

use crate::messages;
use crate::outputs::Opened;

/// What is said when a run is over. Names in it can hold secrets, so all of it is masked.
pub(crate) struct Remarks<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) verbose: bool,
}

impl Remarks<'_> {
    /// Entries of ignore files that have expired, or that were of no use.
    pub(crate) fn on_entries(&self, policy: &Policy) {
        let today = policy.today;
        for file in &policy.ignore_files {
            for entry in file.expired(today) {
                let day = entry.attributes().expires.map_or_else(String::new, |day| format!(" on {day}"));
                self.warn(&format!("{}:{}: this entry expired{day}", file.name(), entry.line()));
            }
            for entry in file.unused(today).filter(|_| self.verbose) {
                self.warn(&format!(
                    "{}:{}: this entry allowed nothing in this run",
                    file.name(),
                    entry.line()
                ));
            }
            let mute = file.entries().iter().filter(|entry| entry.attributes().reason.is_none());
            for entry in mute.filter(|_| policy.require_reason) {
                let place = format!("{}:{}", file.name(), entry.line());
                self.warn(&format!("{place}: this entry gives no reason, so it allows nothing"));
            }
        }
        let expired = policy.expired_comments.sorted();
        for (path, line, marker) in &expired {
            let path = String::from_utf8_lossy(path);
            self.warn(&format!("{path}:{line}: this comment has expired: {marker}"));
        }
        let unused = policy.unused_comments.iter().flat_map(NotedComments::sorted);
        for (path, line, marker) in unused.filter(|comment| !expired.contains(comment)) {
            let path = String::from_utf8_lossy(&path);
            self.warn(&format!("{path}:{line}: this comment allowed nothing in this run: {marker}"));
        }
        for allow in policy.allows.iter().filter(|allow| allow.says().expired(today)) {
            self.warn(&format!("{}: this exception has expired", allow.name()));
        }
        for baseline in &policy.baselines {
            for entry in baseline.expired(today) {
                let (name, path, rule) = (baseline.name(), entry.path(), entry.rule());
                self.warn(&format!("{name}: the entry for {path} ({rule}) has expired"));
            }
            if self.verbose && baseline.gone() > 0 {
                let (name, gone) = (baseline.name(), baseline.gone());
                self.note(&format!("{name}: {gone} known findings were not found in this run"));
            }
        }
    }

    /// What a baseline that was written holds.
    pub(crate) fn on_baseline(&self, file: &Path, record: &Record, gone: u64, pruned: bool) {
        let new = record.new_ones();
        let (held, new) = if pruned {
            (record.len() - new, format!("{new} new ones left out"))
        } else {
            (record.len(), format!("{new} new"))
        };
        let findings = if held == 1 { "finding" } else { "findings" };
        self.note(&format!("{}: {held} {findings}, {new}, {gone} gone", file.display()));
    }

    /// What reports leave out, and where they are.
    pub(crate) fn on_reports(&self, outputs: &[Opened], outcome: &Outcome) {
        let sarif = outputs.iter().any(|opened| opened.output.format == Format::Sarif);
        if sarif && outcome.images.len() > Format::MAX_SARIF_RUNS {
            let images = outcome.images.len();
            self.note(&format!(
                "{images} images are more than services take runs: the SARIF file has one, and each result says its image"
            ));
        }
        for opened in outputs {
            let left_out = opened.output.format.left_out(outcome);
            if left_out > 0 {
                let format = opened.output.format;
                self.warn(&format!("the {format} report leaves out {left_out} places where secrets stand"));
            }
        }
        if outputs.iter().all(|opened| opened.output.file.is_some()) {
            self.say_where(outputs, outcome);
        }
    }

    fn say_where(&self, outputs: &[Opened], outcome: &Outcome) {
        let files = outputs.iter().filter_map(|opened| opened.output.file.as_deref());
        let files: Vec<String> = files.map(|file| file.display().to_string()).collect();
        let found = match outcome.findings.len() {
            0 => "no secrets found".to_owned(),
            1 => "1 secret found".to_owned(),
            many => format!("{many} secrets found"),
        };
        let gaps = match outcome.stats.gaps {
            0 => String::new(),
            many => format!(", {many} not scanned"),
        };
        self.note(&format!("{found}{gaps}; see {}", files.join(", ")));
    }

    /// How much was scanned, and how fast.
    pub(crate) fn on_speed(&self, outcome: &Outcome, start: Instant, threads: NonZeroUsize, ruleset: &str) {
        let seconds = start.elapsed().as_secs_f64();
        let speed = (outcome.stats.bytes as f64 / seconds.max(1e-6)) as u64;
        self.note(&format!(
            "scanned {} objects, {} in {seconds:.3} s ({}/s), threads: {threads}, rules: {ruleset}, kernel: {:?}",
            outcome.stats.objects,
            DecimalBytes(outcome.stats.bytes),
            DecimalBytes(speed),
            self.engine.kernel(),
        ));
    }

    fn warn(&self, text: &str) {
        messages::warning(&messages::masked(self.engine, text));
    }

    fn note(&self, text: &str) {
        messages::note(&messages::masked(self.engine, text));
    }
}
