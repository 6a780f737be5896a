//! When a receiver hears of which workload: of the first secret in its logs at once, of what comes then together.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use keysieve_alerts::{Event, Kind};

/// So many groups are known; of what is forgotten the next secret is told at once.
const MOST: usize = 10_000;

/// When each group was last spoken of.
#[derive(Debug)]
pub(crate) struct Groups {
    /// How long after its first notification what has come since is told.
    wait: Duration,
    /// How long after every later one.
    interval: Duration,
    spoken: HashMap<String, Spoken>,
}

#[derive(Clone, Copy, Debug)]
struct Spoken {
    last: Instant,
    again: bool,
}

impl Groups {
    /// Tells what comes together after so long. If `wait` is no time, nothing ever waits.
    pub(crate) fn new(wait: Duration, interval: Duration) -> Self {
        Self { wait, interval: interval.max(wait), spoken: HashMap::new() }
    }

    /// Whether several events are told together.
    pub(crate) fn together(&self) -> bool {
        !self.wait.is_zero()
    }

    /// Whether it is something that someone has said of an alert.
    pub(crate) fn is_said(event: &Event) -> bool {
        matches!(event.kind, Kind::Acknowledged | Kind::Resolved)
    }

    /// When an event is due. What someone has said is due at once.
    pub(crate) fn due(&self, event: &Event, now: Instant) -> Instant {
        let waits = self.together() && !Self::is_said(event);
        match self.spoken.get(&event.group()).filter(|_| waits) {
            Some(spoken) => spoken.last + if spoken.again { self.interval } else { self.wait },
            None => now,
        }
    }

    /// Notes that a group is spoken of now.
    pub(crate) fn speak(&mut self, group: &str, now: Instant) {
        if !self.together() {
            return;
        }
        let interval = self.interval;
        if self.spoken.len() >= MOST {
            self.spoken.retain(|_, spoken| now < spoken.last + interval);
        }
        if self.spoken.len() >= MOST {
            self.spoken.clear();
        }
        let recent = self.spoken.get(group).is_some_and(|spoken| now <= spoken.last + 2 * interval);
        self.spoken.insert(group.to_owned(), Spoken { last: now, again: recent });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::queue::tests::event;

    #[test]
    fn the_first_of_a_workload_is_told_at_once_and_others_together() {
        let (wait, interval) = (Duration::from_secs(10), Duration::from_secs(300));
        let mut groups = Groups::new(wait, interval);
        let (event, start) = (event(1, Kind::Firing, 1), Instant::now());
        assert_eq!(groups.due(&event, start), start);
        groups.speak(&event.group(), start);
        assert_eq!(groups.due(&event, start), start + wait);
        let resolved = Event { kind: Kind::Resolved, ..event.clone() };
        assert_eq!(groups.due(&resolved, start), start, "what someone has said waits for nothing");
        let second = start + wait;
        groups.speak(&event.group(), second);
        assert_eq!(groups.due(&event, second), second + interval);
        // After a quiet time it begins anew.
        let later = second + 3 * interval;
        assert!(groups.due(&event, later) <= later);
        groups.speak(&event.group(), later);
        assert_eq!(groups.due(&event, later), later + wait);
    }

    #[test]
    fn without_a_wait_nothing_waits() {
        let mut groups = Groups::new(Duration::ZERO, Duration::from_secs(300));
        let (event, now) = (event(1, Kind::Firing, 1), Instant::now());
        groups.speak(&event.group(), now);
        assert_eq!(groups.due(&event, now), now);
    }
}
