//! The file in which events are kept, and what people said of them: one JSON object a line, only ever added to.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Event, Silence};

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nobody has looked at it.
    Firing,
    /// Someone has.
    Acknowledged,
    /// The secret was rotated, or the alert was wrong.
    Resolved,
}

impl State {
    /// Its name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }
}

/// All that the ledger says of one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The last event.
    pub event: Event,
    /// What became of it.
    pub state: State,
    /// When that was said, in seconds since 1970.
    pub since: u64,
    /// Why, in someone's words.
    pub reason: String,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// What became of an alert.
    Said {
        /// Its id.
        alert: String,
        /// What became of it.
        state: State,
        /// When that was said, in seconds since 1970.
        time: u64,
        /// Why, in someone's words.
        reason: String,
    },
    /// Receivers were told what became of an alert.
    Told {
        /// The alert's id.
        told: String,
        /// When that was said which they were told, in seconds since 1970.
        time: u64,
    },
    /// What is not to be heard for a while.
    Silence {
        /// That.
        silence: Silence,
    },
    /// An event.
    Event(Box<Event>),
}

/// The file in which events are kept.
#[derive(Clone, Debug)]
pub struct Ledger(PathBuf);

impl Ledger {
    /// At a path, where nothing need be yet.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Adds events. Only the owner can read the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&self, events: &[Event]) -> io::Result<()> {
        let mut lines = Vec::new();
        for event in events {
            serde_json::to_writer(&mut lines, event)?;
            lines.push(b'\n');
        }
        self.append(&lines)
    }

    /// Notes what became of an alert, whose id may be shortened. Says whose it was; none, if it is not exactly one's.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn say(&self, id: &str, state: State, time: u64, reason: &str) -> io::Result<Option<Alert>> {
        let alerts = self.alerts()?;
        let mut named = alerts.into_iter().filter(|alert| alert.event.id.starts_with(id));
        let (Some(mut alert), None) = (named.next(), named.next()) else { return Ok(None) };
        let (id, reason) = (alert.event.id.clone(), reason.to_owned());
        (alert.state, alert.since, alert.reason) = (state, time, reason.clone());
        self.note(&Entry::Said { alert: id, state, time, reason })?;
        Ok(Some(alert))
    }

    /// Notes that receivers were told what became of an alert at a time.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn told(&self, alert: &str, time: u64) -> io::Result<()> {
        self.note(&Entry::Told { told: alert.to_owned(), time })
    }

    /// Notes what is not to be heard for a while.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn silence(&self, silence: Silence) -> io::Result<()> {
        self.note(&Entry::Silence { silence })
    }

    fn note(&self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.append(&line)
    }

    fn append(&self, lines: &[u8]) -> io::Result<()> {
        // One write, so that lines of several writers do not mix.
        OpenOptions::new().append(true).create(true).mode(0o600).open(&self.0)?.write_all(lines)
    }

    /// Reads it from its beginning, and later what was added.
    #[must_use]
    pub fn reader(&self) -> LedgerReader {
        LedgerReader { path: self.0.clone(), read: 0 }
    }

    /// Every alert, in the order in which they were first seen. A secret that leaks after its alert was resolved fires
    /// again. Lines that say nothing are passed over: a crash can leave half of one.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn alerts(&self) -> io::Result<Vec<Alert>> {
        File::open(&self.0)?;
        let mut alerts: BTreeMap<String, Alert> = BTreeMap::new();
        for entry in self.reader().entries()? {
            match entry {
                Entry::Event(event) => {
                    let id = event.id.clone();
                    let fresh =
                        Alert { event: *event, state: State::Firing, since: 0, reason: String::new() };
                    let alert = alerts.entry(id).or_insert_with(|| fresh.clone());
                    let first = alert.event.first_seen.min(fresh.event.first_seen);
                    let again = alert.state == State::Resolved && fresh.event.last_seen > alert.since;
                    if again {
                        *alert = fresh;
                    } else {
                        alert.event = fresh.event;
                        alert.event.first_seen = first;
                    }
                }
                Entry::Said { alert, state, time, reason } => {
                    if let Some(alert) = alerts.get_mut(&alert) {
                        (alert.state, alert.since, alert.reason) = (state, time, reason);
                    }
                }
                Entry::Silence { .. } | Entry::Told { .. } => {}
            }
        }
        let mut alerts: Vec<Alert> = alerts.into_values().collect();
        alerts.sort_by(|one, other| {
            (one.event.first_seen, &one.event.id).cmp(&(other.event.first_seen, &other.event.id))
        });
        Ok(alerts)
    }

    /// Every silence that holds at a time.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn silences(&self, now: u64) -> io::Result<Vec<Silence>> {
        let silence = |entry| match entry {
            Entry::Silence { silence } if silence.holds(now) => Some(silence),
            _ => None,
        };
        Ok(self.reader().entries()?.into_iter().filter_map(silence).collect())
    }
}

/// Reads a ledger, and what is added to it.
#[derive(Clone, Debug)]
pub struct LedgerReader {
    path: PathBuf,
    read: u64,
}

impl LedgerReader {
    /// The entries that were not read yet; those of a file that has become shorter from its beginning on.
    ///
    /// # Errors
    /// If it cannot be read; that it is not there yet is no error.
    pub fn entries(&mut self) -> io::Result<Vec<Entry>> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            file => file?,
        };
        let length = file.metadata()?.len();
        if length < self.read {
            self.read = 0;
        }
        if length == self.read {
            return Ok(Vec::new());
        }
        file.seek(SeekFrom::Start(self.read))?;
        let mut entries = Vec::new();
        let mut reader = BufReader::new(file.take(length - self.read));
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            self.read += line.len() as u64;
            entries.extend(serde_json::from_slice::<Entry>(&line).ok());
            line.clear();
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::event;

    #[test]
    fn alerts_are_acknowledged_resolved_and_fire_again() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::at(&directory.path().join("alerts.jsonl"));
        ledger.add(&[event("ks1:aa", 1), event("ks1:ab", 2)]).unwrap();
        let states = || -> Vec<State> { ledger.alerts().unwrap().iter().map(|alert| alert.state).collect() };
        assert_eq!(states(), [State::Firing, State::Firing]);
        assert_eq!(ledger.say("ks1:a", State::Resolved, 3, "").unwrap(), None, "that is two");
        assert!(ledger.say("ks1:aa", State::Acknowledged, 3, "looking").unwrap().is_some());
        let resolved = ledger.say("ks1:ab", State::Resolved, 4, "rotated").unwrap().unwrap();
        assert_eq!((resolved.since, resolved.event.first_seen), (4, 2));
        assert_eq!(states(), [State::Acknowledged, State::Resolved]);
        ledger.append(b"{\"half").unwrap();
        ledger.append(b"\n").unwrap();
        ledger.add(&[event("ks1:ab", 9)]).unwrap();
        assert_eq!(states(), [State::Acknowledged, State::Firing]);
        assert_eq!(ledger.alerts().unwrap()[1].event.first_seen, 9, "it is a new leak");
    }

    #[test]
    fn what_is_added_is_read_once() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::at(&directory.path().join("alerts.jsonl"));
        let mut reader = ledger.reader();
        assert_eq!(reader.entries().unwrap(), []);
        ledger.add(&[event("ks1:aa", 1)]).unwrap();
        ledger.append(b"{\"half").unwrap();
        assert_eq!(reader.entries().unwrap(), [Entry::Event(Box::new(event("ks1:aa", 1)))]);
        ledger.append(b"\n").unwrap();
        let silence = Silence { rule: Some("r".to_owned()), from: 5, until: 9, ..Silence::default() };
        ledger.silence(silence.clone()).unwrap();
        assert_eq!(reader.entries().unwrap(), [Entry::Silence { silence }]);
        assert_eq!((ledger.silences(5).unwrap().len(), ledger.silences(9).unwrap().len()), (1, 0));
    }
}
