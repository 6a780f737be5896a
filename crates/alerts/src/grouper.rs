//! Many leaks of one secret, one alert.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use keysieve_finding::{Confidence, Fingerprint, Severity};

use crate::{Event, Kind, Place};

/// How often it is looked at who is to be reminded, in seconds.
const LOOK: u64 = 60;

/// One leak, as a stream shows it.
#[derive(Clone, Copy, Debug)]
pub struct Leak<'a> {
    /// The rule.
    pub rule: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Which secret it is: of the rule and the value.
    pub fingerprint: Fingerprint,
    /// The masked line around it.
    pub excerpt: &'a str,
    /// What the secret opens, and how to rotate it.
    pub about: &'a str,
}

/// Knows the secrets that have been seen.
#[derive(Debug)]
pub struct Grouper {
    interval: u64,
    /// After how long it is said again that a secret is not dealt with; 0 is never.
    repeat: u64,
    /// When it was last looked at who is to be reminded of what.
    looked: u64,
    most: usize,
    known: HashMap<Fingerprint, Known>,
    /// In the order in which they were first seen. The oldest is forgotten first, but for those that were seen again since
    /// they were last due to be forgotten.
    order: VecDeque<Fingerprint>,
    /// Those that were seen since they were last spoken of.
    again: Vec<Fingerprint>,
}

#[derive(Debug)]
struct Known {
    event: Event,
    /// When it was last spoken of, and how often it had been seen then.
    said: (u64, u64),
    /// How often it had been seen when it was last due to be forgotten.
    spared: u64,
}

impl Grouper {
    /// Speaks of a secret that goes on leaking once in an interval; knows so many secrets at most.
    #[must_use]
    pub fn new(interval: Duration, most: usize) -> Self {
        let (known, order, again) = (HashMap::new(), VecDeque::new(), Vec::new());
        let interval = interval.as_secs();
        Self { interval, repeat: 0, looked: 0, most: most.max(1), known, order, again }
    }

    /// Lets it remind of secrets that nobody has dealt with, so long after they were last spoken of; never if that is no
    /// time at all.
    #[must_use]
    pub fn repeat(mut self, after: Duration) -> Self {
        self.repeat = after.as_secs();
        self
    }

    /// Takes a leak; gives an event if the secret is new. `now` is in seconds since 1970.
    pub fn leak(&mut self, leak: &Leak<'_>, place: impl FnOnce() -> Place, now: u64) -> Option<Event> {
        if let Some(known) = self.known.get_mut(&leak.fingerprint) {
            if known.event.count == known.said.1 {
                self.again.push(leak.fingerprint);
            }
            known.event.count += 1;
            known.event.last_seen = now;
            return None;
        }
        let event = Event {
            schema_version: 1,
            kind: Kind::Firing,
            id: leak.fingerprint.to_string(),
            time: now,
            rule: leak.rule.to_owned(),
            severity: leak.severity,
            confidence: leak.confidence,
            source: place(),
            excerpt: leak.excerpt.to_owned(),
            count: 1,
            first_seen: now,
            last_seen: now,
            advice: leak.about.to_owned(),
            reason: String::new(),
            silenced: false,
        };
        self.keep(leak.fingerprint, event.clone());
        Some(event)
    }

    /// Takes what an earlier run has said of a secret, so that it is not new.
    pub fn recall(&mut self, event: Event) {
        if let Ok(fingerprint) = event.id.parse() {
            self.forget(&event.id);
            self.keep(fingerprint, event);
        }
    }

    /// Forgets a secret: when it is seen again it is new. Says what was known of it.
    pub fn forget(&mut self, id: &str) -> Option<Event> {
        let fingerprint = id.parse().ok()?;
        let known = self.known.remove(&fingerprint)?;
        self.order.retain(|other| *other != fingerprint);
        Some(known.event)
    }

    /// What is known of a secret.
    #[must_use]
    pub fn known(&self, id: &str) -> Option<&Event> {
        Some(&self.known.get(&id.parse().ok()?)?.event)
    }

    fn keep(&mut self, fingerprint: Fingerprint, event: Event) {
        if self.order.len() == self.most {
            self.forget_one();
        }
        self.order.push_back(fingerprint);
        let (said, spared) = ((event.time, event.count), event.count);
        self.known.insert(fingerprint, Known { event, said, spared });
    }

    /// Forgets a secret that was not seen for long.
    fn forget_one(&mut self) {
        for _ in 0..self.most {
            let Some(oldest) = self.order.pop_front() else { return };
            match self.known.get_mut(&oldest).filter(|known| known.event.count > known.spared) {
                Some(known) => {
                    known.spared = known.event.count;
                    self.order.push_back(oldest);
                }
                None => {
                    self.known.remove(&oldest);
                    return;
                }
            }
        }
        // All were seen again.
        if let Some(oldest) = self.order.pop_front() {
            self.known.remove(&oldest);
        }
    }

    /// What is due to be said of secrets that go on leaking.
    pub fn summaries(&mut self, now: u64) -> Vec<Event> {
        self.again(now, self.interval)
    }

    /// What is to be said once more, though nothing new is known. Looks at most once a minute.
    pub fn reminders(&mut self, now: u64) -> Vec<Event> {
        if self.repeat == 0 || now < self.looked + LOOK {
            return Vec::new();
        }
        self.looked = now;
        let mut events = Vec::new();
        for known in self.known.values_mut().filter(|known| now >= known.said.0 + self.repeat) {
            // What is new besides is said in its own time.
            known.said.0 = now;
            (known.event.kind, known.event.time) = (Kind::Summary, now);
            events.push(known.event.clone());
        }
        events.sort_by(|one, other| (one.first_seen, &one.id).cmp(&(other.first_seen, &other.id)));
        events
    }

    /// What is to be said of them at the end, due or not, so that their counts are right.
    pub fn farewell(&mut self, now: u64) -> Vec<Event> {
        self.again(now, 0)
    }

    fn again(&mut self, now: u64, interval: u64) -> Vec<Event> {
        let mut events = Vec::new();
        let known = &mut self.known;
        self.again.retain(|fingerprint| {
            let Some(known) = known.get_mut(fingerprint) else { return false };
            if now < known.said.0 + interval {
                return true;
            }
            known.said = (now, known.event.count);
            (known.event.kind, known.event.time) = (Kind::Summary, now);
            events.push(known.event.clone());
            false
        });
        events
    }
}

#[cfg(test)]
mod tests {
    use keysieve_finding::FingerprintKey;

    use super::*;

    fn leak(value: &[u8]) -> Leak<'static> {
        let fingerprint = Fingerprint::of_secret(&FingerprintKey::default(), "r", value);
        let (severity, confidence) = (Severity::High, Confidence::High);
        Leak { rule: "r", severity, confidence, fingerprint, excerpt: "", about: "" }
    }

    #[test]
    fn a_storm_is_one_alert_and_a_count() {
        let mut grouper = Grouper::new(Duration::from_secs(300), 10);
        let events = (0..1_000_000).filter_map(|at| grouper.leak(&leak(b"x"), Place::default, at / 10_000));
        assert_eq!(events.count(), 1);
        let summaries = grouper.summaries(300);
        assert_eq!((summaries.len(), summaries[0].count, summaries[0].last_seen), (1, 1_000_000, 99));
        assert!(grouper.summaries(10_000).is_empty(), "nothing new is nothing to say");
    }

    #[test]
    fn what_an_earlier_run_has_said_is_known_until_it_is_resolved() {
        let mut grouper = Grouper::new(Duration::from_secs(300), 10);
        let event = grouper.leak(&leak(b"x"), Place::default, 7).unwrap();
        let mut next = Grouper::new(Duration::from_secs(300), 10);
        next.recall(event.clone());
        assert_eq!(next.leak(&leak(b"x"), Place::default, 9), None);
        let last = next.farewell(10);
        assert_eq!((last.len(), last[0].count, last[0].first_seen), (1, 2, 7));
        assert_eq!(next.forget(&event.id).map(|event| event.count), Some(2));
        assert_eq!(next.leak(&leak(b"x"), Place::default, 11).map(|event| event.first_seen), Some(11));
    }

    #[test]
    fn what_nobody_deals_with_is_said_again() {
        let mut grouper = Grouper::new(Duration::from_secs(300), 10).repeat(Duration::from_secs(14_400));
        let event = grouper.leak(&leak(b"x"), Place::default, 1000).unwrap();
        assert!(grouper.reminders(1060).is_empty() && grouper.reminders(15_399).is_empty());
        assert!(grouper.reminders(15_400).is_empty(), "it has just been looked at");
        let reminded = grouper.reminders(15_500);
        assert_eq!((reminded.len(), reminded[0].kind, reminded[0].count), (1, Kind::Summary, 1));
        assert!(grouper.reminders(29_000).is_empty(), "not before the time has passed again");
        grouper.forget(&event.id);
        assert!(grouper.reminders(99_000).is_empty(), "it was dealt with");
        let mut never = Grouper::new(Duration::from_secs(300), 10);
        never.leak(&leak(b"x"), Place::default, 0);
        assert!(never.reminders(u64::MAX).is_empty());
    }

    #[test]
    fn what_goes_on_leaking_is_not_forgotten_for_what_does_not() {
        let mut grouper = Grouper::new(Duration::from_secs(300), 100);
        assert!(grouper.leak(&leak(b"x"), Place::default, 0).is_some());
        for value in 0..10_000_u32 {
            assert!(grouper.leak(&leak(&value.to_le_bytes()), Place::default, 1).is_some());
            assert_eq!(grouper.leak(&leak(b"x"), Place::default, 1), None, "{value}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut grouper = Grouper::new(Duration::from_secs(1), 100);
        for value in 0..10_000_u32 {
            grouper.leak(&leak(&value.to_le_bytes()), Place::default, 0);
            grouper.leak(&leak(&value.to_le_bytes()), Place::default, 0);
        }
        assert_eq!((grouper.known.len(), grouper.order.len()), (100, 100));
        assert_eq!(grouper.summaries(5).len(), 100);
    }
}
