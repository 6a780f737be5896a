//! The file in which events are kept, and what people said of them: one JSON object a line, only ever added to.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Event;

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
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Said { alert: String, state: State, time: u64, reason: String },
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
    pub fn say(&self, id: &str, state: State, time: u64, reason: &str) -> io::Result<Option<String>> {
        let alerts = self.alerts()?;
        let mut named = alerts.iter().filter(|alert| alert.event.id.starts_with(id));
        let (Some(alert), None) = (named.next(), named.next()) else { return Ok(None) };
        let (alert, reason) = (alert.event.id.clone(), reason.to_owned());
        let mut line = serde_json::to_vec(&Entry::Said { alert: alert.clone(), state, time, reason })?;
        line.push(b'\n');
        self.append(&line)?;
        Ok(Some(alert))
    }

    fn append(&self, lines: &[u8]) -> io::Result<()> {
        // One write, so that lines of several writers do not mix.
        OpenOptions::new().append(true).create(true).mode(0o600).open(&self.0)?.write_all(lines)
    }

    /// Every alert, in the order in which they were first seen. A secret that leaks after its alert was resolved fires
    /// again. Lines that say nothing are passed over: a crash can leave half of one.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn alerts(&self) -> io::Result<Vec<Alert>> {
        let mut alerts: BTreeMap<String, Alert> = BTreeMap::new();
        for line in BufReader::new(File::open(&self.0)?).split(b'\n') {
            match serde_json::from_slice(&line?) {
                Ok(Entry::Event(event)) => {
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
                    }
                    alert.event.first_seen = first;
                }
                Ok(Entry::Said { alert, state, time, reason }) => {
                    if let Some(alert) = alerts.get_mut(&alert) {
                        (alert.state, alert.since, alert.reason) = (state, time, reason);
                    }
                }
                Err(_) => {}
            }
        }
        let mut alerts: Vec<Alert> = alerts.into_values().collect();
        alerts.sort_by(|one, other| {
            (one.event.first_seen, &one.event.id).cmp(&(other.event.first_seen, &other.event.id))
        });
        Ok(alerts)
    }
}

#[cfg(test)]
mod tests {
    use keysieve_finding::Severity;

    use super::*;
    use crate::{Kind, Place};

    fn event(id: &str, seen: u64) -> Event {
        Event {
            schema_version: 1,
            kind: Kind::Firing,
            id: id.to_owned(),
            time: seen,
            rule: "r".to_owned(),
            severity: Severity::High,
            source: Place::default(),
            excerpt: String::new(),
            count: 1,
            first_seen: seen,
            last_seen: seen,
            advice: String::new(),
        }
    }

    #[test]
    fn alerts_are_acknowledged_resolved_and_fire_again() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::at(&directory.path().join("alerts.jsonl"));
        ledger.add(&[event("ks1:aa", 1), event("ks1:ab", 2)]).unwrap();
        let states = || -> Vec<State> { ledger.alerts().unwrap().iter().map(|alert| alert.state).collect() };
        assert_eq!(states(), [State::Firing, State::Firing]);
        assert_eq!(ledger.say("ks1:a", State::Resolved, 3, "").unwrap(), None, "that is two");
        assert!(ledger.say("ks1:aa", State::Acknowledged, 3, "looking").unwrap().is_some());
        assert!(ledger.say("ks1:ab", State::Resolved, 4, "rotated").unwrap().is_some());
        assert_eq!(states(), [State::Acknowledged, State::Resolved]);
        ledger.append(b"{\"half").unwrap();
        ledger.append(b"\n").unwrap();
        ledger.add(&[event("ks1:ab", 9)]).unwrap();
        assert_eq!(states(), [State::Acknowledged, State::Firing]);
    }
}
