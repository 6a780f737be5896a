//! From what was masked to events.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keysieve_alerts::{Event, Grouper, Leak, Ledger, Place};
use keysieve_finding::{Fingerprint, FingerprintKey};
use keysieve_stream::{Label, Redaction};

use super::metrics::Metrics;
use super::outbox::Outbox;
use crate::messages;

/// So many secrets are told apart; then the oldest is forgotten.
const MOST: usize = 100_000;

/// Values with fewer bits could be guessed from a fingerprint under a key that everyone knows.
const GUESSABLE: f64 = 64.0;

/// From what was masked to events.
pub(crate) struct Alarm {
    grouper: Grouper,
    ledger: Option<Ledger>,
    /// Whether events go to standard output if there is no ledger.
    stdout: bool,
    outboxes: Vec<Outbox>,
    key: FingerprintKey,
}

impl Alarm {
    pub(crate) fn new(
        ledger: Option<&Path>,
        stdout: bool,
        outboxes: Vec<Outbox>,
        key: FingerprintKey,
        interval: Duration,
    ) -> Self {
        Self { grouper: Grouper::new(interval, MOST), ledger: ledger.map(Ledger::at), stdout, outboxes, key }
    }

    /// Waits a while until webhooks have what they can take.
    pub(crate) fn finish(&self) {
        self.outboxes.iter().for_each(Outbox::finish);
    }

    /// Takes what was masked.
    pub(crate) fn leak(&mut self, redaction: &Redaction<'_>, path: &Path, offset: u64, metrics: &Metrics) {
        let (rule, value) = (redaction.label.id(), redaction.value.expose());
        let file = path.to_string_lossy();
        let bits = keysieve_engine::shannon(value) * value.len() as f64;
        let fingerprint = if self.key.is_custom() || bits >= GUESSABLE {
            Fingerprint::of_secret(&self.key, rule, value)
        } else {
            Fingerprint::of_place(&self.key, rule, file.as_bytes(), b"", 0)
        };
        let about = match redaction.label {
            Label::Rule(info) => info.about.as_str(),
            Label::KubernetesSecret => {
                "The audit policy logs bodies of Secrets: set level Metadata for secrets, configmaps and tokenreviews."
            }
            _ => "",
        };
        let excerpt = String::from_utf8_lossy(redaction.excerpt);
        let severity = redaction.label.severity();
        let leak = Leak { rule, severity, fingerprint, excerpt: &excerpt, about };
        let event = self.grouper.leak(&leak, || Place::of_file(&file, offset), now());
        if let Some(event) = event {
            self.say(&[event], metrics);
        }
    }

    /// Says what is due.
    pub(crate) fn tick(&mut self, metrics: &Metrics) {
        let events = self.grouper.summaries(now());
        if !events.is_empty() {
            self.say(&events, metrics);
        }
    }

    /// Hands events on. A receiver that fails never holds up the stream; it is counted and said.
    fn say(&self, events: &[Event], metrics: &Metrics) {
        self.outboxes.iter().for_each(|outbox| outbox.add(events));
        let done = match &self.ledger {
            Some(ledger) => ledger.add(events),
            None if self.stdout && self.outboxes.is_empty() => print(events),
            None => return,
        };
        let counter = if done.is_ok() { &metrics.alerts } else { &metrics.alerts_failed };
        counter.fetch_add(events.len() as u64, Ordering::Relaxed);
        if let Err(error) = done {
            messages::error(&format!("alerts could not be written: {error}"));
        }
    }
}

fn print(events: &[Event]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for event in events {
        serde_json::to_writer(&mut stdout, event)?;
        stdout.write_all(b"\n")?;
    }
    stdout.flush()
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
