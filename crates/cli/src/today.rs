//! What time it is: for the expiry of entries, and for reports whose format demands a time.

use std::env;
use std::ffi::OsStr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use keysieve_policy::Date;
use keysieve_report::Moment;

/// What time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Now {
    /// The day for which expiry is judged.
    pub(crate) day: Date,
    /// The time that reports give.
    pub(crate) time: Moment,
}

/// `--now`, else `SOURCE_DATE_EPOCH` (seconds since 1970, as reproducible builds set it), else the clock in UTC.
pub(crate) fn now(asked: Option<Date>) -> Result<Now> {
    of(asked, env::var_os("SOURCE_DATE_EPOCH").as_deref())
}

fn of(asked: Option<Date>, epoch: Option<&OsStr>) -> Result<Now> {
    if let Some(day) = asked {
        return Ok(Now { day, time: Moment::from_day(day.year(), day.month(), day.day()) });
    }
    let seconds = match epoch.filter(|epoch| !epoch.is_empty()) {
        Some(epoch) => epoch
            .to_str()
            .and_then(|epoch| epoch.parse().ok())
            .context("SOURCE_DATE_EPOCH is not a number of seconds since 1970-01-01")?,
        None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    };
    let time = Moment::from_unix(seconds);
    let shown = time.to_string();
    let day = shown.split('T').next().and_then(|day| day.parse().ok());
    Ok(Now { day: day.context("SOURCE_DATE_EPOCH lies beyond the year 9999")?, time })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_goes_before_the_environment() {
        let epoch = Some(OsStr::new("86461"));
        let shown = |now: Now| format!("{} {}", now.day, now.time);
        assert_eq!(shown(of(None, epoch).unwrap()), "1970-01-02 1970-01-02T00:01:01");
        assert_eq!(shown(of(Date::new(2030, 1, 2), epoch).unwrap()), "2030-01-02 2030-01-02T00:00:00");
        assert!(of(None, Some(OsStr::new("yesterday"))).is_err());
        assert!(of(None, Some(OsStr::new("18446744073709551615"))).is_err());
        assert!(of(None, Some(OsStr::new(""))).is_ok(), "set to nothing is not set");
    }
}
