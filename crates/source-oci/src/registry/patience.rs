//! How often and how long it is waited for a registry.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How often something is tried again without getting any further.
const MOST: u32 = 5;

/// How often and how long it is waited.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    tried: u32,
    most_tries: u32,
    first: Duration,
    most: Duration,
}

impl Patience {
    /// Waits at least `first`, then twice as long each time, and never longer than `most` at once.
    pub(crate) const fn new(first: Duration, most: Duration) -> Self {
        Self { tried: 0, most_tries: MOST, first, most }
    }

    /// The same for something that something else stands in for.
    pub(crate) const fn short(self) -> Self {
        Self { most_tries: 1, ..self }
    }

    /// How long to wait before the next try; none if it was tried often enough, or would take too long. A registry
    /// that says when to come back is believed.
    pub(crate) fn next(&mut self, after: Option<Duration>) -> Option<Duration> {
        if self.tried >= self.most_tries || after.is_some_and(|after| after > self.most) {
            return None;
        }
        let wait = self.first.saturating_mul(1 << self.tried).min(self.most);
        self.tried += 1;
        // Half of it by chance, so that many that were refused together do not come back together.
        let half = u64::try_from(wait.as_millis() / 2).unwrap_or(u64::MAX);
        let chance = RandomState::new().hash_one(self.tried) % (half + 1);
        Some(after.unwrap_or(wait - Duration::from_millis(chance)))
    }

    /// It got further: what comes next may take as many tries again.
    pub(crate) fn renew(&mut self) {
        self.tried = 0;
    }
}

/// Whether an answer means that it is worth trying again.
pub(crate) fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
}

/// When to come back, if an answer says so in seconds, as registries do (RFC 9110 §10.2.3 also knows dates).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let mut patience = Patience::new(Duration::from_millis(100), Duration::from_secs(1));
        let waits: Vec<Duration> = std::iter::from_fn(|| patience.next(None)).collect();
        assert_eq!(waits.len(), 5);
        for (wait, most) in waits.iter().zip([100, 200, 400, 800, 1000]) {
            let most = Duration::from_millis(most);
            assert!(*wait <= most && *wait >= most / 2, "{wait:?} {most:?}");
        }
        patience.renew();
        assert_eq!(patience.next(Some(Duration::from_millis(7))), Some(Duration::from_millis(7)));
        assert_eq!(patience.next(Some(Duration::from_secs(2))), None, "longer than anybody wants to wait");
    }
}
