//! How often and how long it is waited for a registry.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

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

/// When to come back, if an answer says so: in seconds, or on a date, counted from the answer's own (RFC 9110 §10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let said = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let after = said(RETRY_AFTER)?.trim();
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(|past| past.as_secs());
    let answered = said(DATE).and_then(seconds_of).or_else(now)?;
    Some(Duration::from_secs(seconds_of(after)?.saturating_sub(answered)))
}

/// A date as headers have it, `Sun, 06 Nov 1994 08:49:37 GMT`, in seconds since 1970.
fn seconds_of(date: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let (_, date) = date.split_once(", ")?;
    let [day, month, year, time, "GMT"] = *date.split(' ').collect::<Vec<_>>() else { return None };
    let month = MONTHS.find(month).filter(|at| at % 3 == 0 && month.len() == 3)? as u64 / 3 + 1;
    let (day, year): (u64, u64) = (day.parse().ok()?, year.parse().ok()?);
    let [hour, minute, second] = *time.split(':').map(str::parse).collect::<Result<Vec<u64>, _>>().ok()?
    else {
        return None;
    };
    if !(1970..=9999).contains(&year) || day > 31 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Years begin in March, so that the day that some of them have more is their last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    Some((days.checked_sub(719_469)? * 24 + hour) * 3600 + minute * 60 + second)
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

    #[test]
    fn when_to_come_back_is_said_in_seconds_or_on_a_date() {
        let after = |headers: &[(&'static str, &str)]| {
            let pairs = headers.iter().map(|(name, value)| {
                (reqwest::header::HeaderName::from_static(name), value.parse().expect("a value"))
            });
            retry_after(&pairs.collect()).map(|wait| wait.as_secs())
        };
        assert_eq!(after(&[]), None);
        assert_eq!(after(&[("retry-after", "7")]), Some(7));
        let date = ("date", "Sun, 28 Feb 2100 23:59:30 GMT");
        assert_eq!(after(&[date, ("retry-after", "Mon, 01 Mar 2100 00:00:15 GMT")]), Some(45));
        assert_eq!(after(&[date, ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(0));
        assert_eq!(after(&[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(0));
        assert_eq!(seconds_of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        for wrong in
            ["soon", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "x, 0 Jan 1970 0:0:0 GMT"]
        {
            assert_eq!(seconds_of(wrong), None, "{wrong}");
        }
    }
}
