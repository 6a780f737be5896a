//! From what was masked to events.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use keysieve_alerts::{
    Entry, Event, Grouper, Kind, Leak, Ledger, LedgerReader, Place, Silence, State, Trouble,
};
use keysieve_finding::{Confidence, Fingerprint, FingerprintKey, Severity};
use keysieve_stream::{Label, Redaction};

use super::metrics::Metrics;
use super::outbox::Outbox;
use crate::messages;

/// So many secrets are told apart; then the oldest is forgotten.
pub(super) const MOST: usize = 100_000;

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
        grouper: Grouper,
        metrics: &Arc<Metrics>,
    ) -> Result<Self> {
        let mut this = Self {
            grouper,
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
            let entries = entries.with_context(|| format!("--alerts {}", path.display()))?;
            this.catch_up(entries);
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
            Label::Rule(info) if info.docs.is_empty() => Cow::from(&info.about),
            Label::Rule(info) => Cow::from(format!("{} {}", info.about, info.docs)),
            Label::KubernetesSecret => Cow::from(
                "The audit policy logs bodies of Secrets: set level Metadata for secrets, configmaps and tokenreviews.",
            ),
            _ => Cow::from(""),
        };
        let excerpt = String::from_utf8_lossy(redaction.excerpt);
        let severity = redaction.label.severity();
        let confidence = redaction.confidence;
        let leak = Leak { rule, severity, confidence, fingerprint, excerpt: &excerpt, about: &about };
        let stream = redaction.output.map(|output| output.as_str().to_owned());
        if let Some(event) = self.grouper.leak(&leak, || Place { offset, stream, ..place.clone() }, now()) {
            self.say(vec![event]);
        }
    }

    /// Takes what went wrong with the watch itself; `text` says more of it.
    pub(crate) fn trouble(&mut self, trouble: Trouble, place: &Place, text: &str) {
        let (rule, severity, confidence) = (trouble.id(), Severity::High, Confidence::High);
        let fingerprint = Fingerprint::of_place(&self.key, rule, place.file.as_bytes(), b"", 0);
        let leak = Leak { rule, severity, confidence, fingerprint, excerpt: text, about: trouble.advice() };
        if let Some(event) = self.grouper.leak(&leak, || place.clone(), now()) {
            self.say(vec![event]);
        }
    }

    /// Says what is due, and hears what was said.
    pub(crate) fn tick(&mut self) {
        self.hear();
        let events = self.grouper.summaries(now());
        self.say(events);
        let reminders = self.grouper.reminders(now());
        self.remind(reminders);
        let waiting: usize = self.outboxes.iter().map(Outbox::len).sum();
        self.metrics.waiting.store(waiting as u64, Ordering::Relaxed);
    }

    /// Takes what was written before this run. What someone said while nothing ran, receivers hear now.
    fn catch_up(&mut self, entries: Vec<Entry>) {
        let mut unheard: Vec<(String, u64, Event)> = Vec::new();
        for entry in entries {
            match &entry {
                Entry::Told { told, time } => {
                    unheard.retain(|(alert, said, _)| (alert, said) != (told, time))
                }
                Entry::Said { alert, state, time, reason } => {
                    let event = self.grouper.known(alert).map(|known| became(known, *state, *time, reason));
                    unheard.extend(event.map(|event| (alert.clone(), *time, event)));
                }
                _ => {}
            }
            self.recall(entry);
        }
        for (alert, time, event) in unheard {
            self.tell(&event);
            self.told(&alert, time);
        }
    }

    /// What an earlier run, or someone, has written.
    fn recall(&mut self, entry: Entry) {
        match entry {
            Entry::Event(event) => self.grouper.recall(*event),
            Entry::Silence { silence } => self.silences.push(silence),
            Entry::Told { .. } => {}
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
                let event = became(known, *state, *time, reason);
                self.tell(&event);
            }
            self.told(alert, *time);
            self.recall(entry);
        }
    }

    /// Hands on what became of an alert.
    fn tell(&self, event: &Event) {
        if event.kind == Kind::Resolved {
            let took = event.time.saturating_sub(event.first_seen);
            self.metrics.rotation.note(Duration::from_secs(took));
        }
        self.outboxes.iter().for_each(|outbox| outbox.add(event));
    }

    /// Notes that receivers have heard it, so that the next run does not tell them again.
    fn told(&self, alert: &str, time: u64) {
        let Some((ledger, _)) = &self.ledger else { return };
        if let Err(error) = ledger.told(alert, time) {
            messages::error(&format!("alerts could not be written: {error}"));
        }
    }

    /// Reminds receivers of what nobody has dealt with. The ledger knows it already.
    fn remind(&self, events: Vec<Event>) {
        let now = now();
        let silenced = |event: &Event| self.silences.iter().any(|it| it.holds(now) && it.covers(event));
        for event in events.iter().filter(|event| !self.acknowledged.contains(&event.id) && !silenced(event))
        {
            self.outboxes.iter().for_each(|outbox| outbox.add(event));
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

/// The event that says what became of an alert.
fn became(known: &Event, state: State, time: u64, reason: &str) -> Event {
    let kind = if state == State::Resolved { Kind::Resolved } else { Kind::Acknowledged };
    Event { kind, time, reason: reason.to_owned(), ..known.clone() }
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
