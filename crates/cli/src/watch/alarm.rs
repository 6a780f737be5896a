//! From what was masked to events.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use keysieve_alerts::{Entry, Event, Grouper, Kind, Leak, Ledger, LedgerReader, Place, Silence, State};
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
    ledger: Option<(Ledger, LedgerReader)>,
    /// Whether events go to standard output if there is no ledger.
    stdout: bool,
    outboxes: Vec<Outbox>,
    key: FingerprintKey,
    silences: Vec<Silence>,
    /// The ids of secrets that someone looks at: receivers need not hear again that they leak.
    acknowledged: HashSet<String>,
    metrics: Arc<Metrics>,
}

impl Alarm {
    /// Knows what the ledger says already.
    pub(crate) fn new(
        ledger: Option<&Path>,
        stdout: bool,
        outboxes: Vec<Outbox>,
        key: FingerprintKey,
        interval: Duration,
        metrics: &Arc<Metrics>,
    ) -> Result<Self> {
        let mut this = Self {
            grouper: Grouper::new(interval, MOST),
            ledger: ledger.map(Ledger::at).map(|ledger| (ledger.clone(), ledger.reader())),
            stdout,
            outboxes,
            key,
            silences: Vec::new(),
            acknowledged: HashSet::new(),
            metrics: Arc::clone(metrics),
        };
        if let (Some(path), Some((ledger, reader))) = (ledger, &mut this.ledger) {
            let entries = ledger.add(&[]).and_then(|()| reader.entries());
            for entry in entries.with_context(|| format!("--alerts {}", path.display()))? {
                this.recall(entry);
            }
        }
        Ok(this)
    }

    /// Says what was not said yet, and waits a while until receivers have what they can take.
    pub(crate) fn finish(&mut self) {
        let events = self.grouper.farewell(now());
        self.say(events);
        self.outboxes.iter().for_each(Outbox::finish);
    }

    /// Takes what was masked.
    pub(crate) fn leak(&mut self, redaction: &Redaction<'_>, place: &Place, offset: u64) {
        let (rule, value) = (redaction.label.id(), redaction.value.expose());
        let bits = keysieve_engine::shannon(value) * value.len() as f64;
        let fingerprint = if self.key.is_custom() || bits >= GUESSABLE {
            Fingerprint::of_secret(&self.key, rule, value)
        } else {
            Fingerprint::of_place(&self.key, rule, place.file.as_bytes(), b"", 0)
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
        let confidence = redaction.confidence;
        let leak = Leak { rule, severity, confidence, fingerprint, excerpt: &excerpt, about };
        if let Some(event) = self.grouper.leak(&leak, || Place { offset, ..place.clone() }, now()) {
            self.say(vec![event]);
        }
    }

    /// Says what is due, and hears what was said.
    pub(crate) fn tick(&mut self) {
        self.hear();
        let events = self.grouper.summaries(now());
        self.say(events);
        let waiting: usize = self.outboxes.iter().map(Outbox::len).sum();
        self.metrics.waiting.store(waiting as u64, Ordering::Relaxed);
    }

    /// What an earlier run, or someone, has written.
    fn recall(&mut self, entry: Entry) {
        match entry {
            Entry::Event(event) => self.grouper.recall(*event),
            Entry::Silence { silence } => self.silences.push(silence),
            Entry::Said { alert, state: State::Resolved, .. } => {
                self.acknowledged.remove(&alert);
                self.grouper.forget(&alert);
            }
            Entry::Said { alert, .. } => _ = self.acknowledged.insert(alert),
        }
    }

    /// What someone has written while we ran: receivers hear of it.
    fn hear(&mut self) {
        let Some((_, reader)) = &mut self.ledger else { return };
        let entries = match reader.entries() {
            Ok(entries) => entries,
            Err(error) => {
                messages::error(&format!("alerts could not be read: {error}"));
                return;
            }
        };
        for entry in entries {
            let Entry::Said { alert, state, time, reason } = &entry else {
                // Events are our own.
                if let Entry::Silence { .. } = entry {
                    self.recall(entry);
                }
                continue;
            };
            if let Some(known) = self.grouper.known(alert) {
                let kind = if *state == State::Resolved { Kind::Resolved } else { Kind::Acknowledged };
                let event = Event { kind, time: *time, reason: reason.clone(), ..known.clone() };
                if kind == Kind::Resolved {
                    let took = time.saturating_sub(event.first_seen);
                    self.metrics.rotation.note(Duration::from_secs(took));
                }
                self.outboxes.iter().for_each(|outbox| outbox.add(&event));
            }
            self.recall(entry);
        }
    }

    /// Hands events on. A receiver that fails never holds up the stream; it is counted and said.
    fn say(&mut self, mut events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let now = now();
        self.silences.retain(|silence| silence.until > now);
        for event in &mut events {
            event.silenced = self.silences.iter().any(|silence| silence.holds(now) && silence.covers(event));
            if event.silenced {
                self.metrics.alerts_silenced.fetch_add(1, Ordering::Relaxed);
            } else if event.kind == Kind::Firing || !self.acknowledged.contains(&event.id) {
                self.outboxes.iter().for_each(|outbox| outbox.add(event));
            }
        }
        let done = match &self.ledger {
            Some((ledger, _)) => ledger.add(&events),
            None if self.stdout && self.outboxes.is_empty() => print(&events),
            None => Ok(()),
        };
        let counter = if done.is_ok() { &self.metrics.alerts } else { &self.metrics.alerts_failed };
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
