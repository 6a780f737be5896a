//! The day for which expiry is judged.

use std::ffi::OsStr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use keysieve_policy::Date;

const SECONDS_PER_DAY: u64 = 86_400;

/// `--now`, else `SOURCE_DATE_EPOCH` (seconds since 1970, as reproducible builds set it), else the clock's day in UTC.
pub(crate) fn today(now: Option<Date>, epoch: Option<&OsStr>) -> Result<Date> {
    if let Some(day) = now {
        return Ok(day);
    }
    let seconds = match epoch.filter(|epoch| !epoch.is_empty()) {
        Some(epoch) => epoch
            .to_str()
            .and_then(|epoch| epoch.parse().ok())
            .context("SOURCE_DATE_EPOCH is not a number of seconds since 1970-01-01")?,
        None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
    };
    civil(seconds / SECONDS_PER_DAY).context("SOURCE_DATE_EPOCH lies beyond the year 9999")
}

/// The day that is so many days after 1970-01-01, by the algorithm of Howard Hinnant, "chrono-Compatible Low-Level
/// Date Algorithms": it counts from 0000-03-01, so that the leap day is a year's last.
fn civil(days: u64) -> Option<Date> {
    let days = days.checked_add(719_468)?;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    if year > 9999 {
        return None;
    }
    Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        let dates = [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_780, "2026-11-23")];
        for (days, date) in dates {
            assert_eq!(civil(days).unwrap().to_string(), date);
        }
        assert_eq!(civil(u64::MAX / SECONDS_PER_DAY), None);
    }

    #[test]
    fn the_option_goes_before_the_environment() {
        let epoch = Some(OsStr::new("86400"));
        assert_eq!(today(None, epoch).unwrap().to_string(), "1970-01-02");
        assert_eq!(today(Date::new(2030, 1, 2), epoch).unwrap().to_string(), "2030-01-02");
        assert!(today(None, Some(OsStr::new("yesterday"))).is_err());
        assert!(today(None, Some(OsStr::new(""))).is_ok(), "set to nothing is not set");
    }
}
