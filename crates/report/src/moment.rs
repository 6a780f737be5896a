//! The time that a report speaks of.

use std::fmt;

/// A moment in Coordinated Universal Time, to the second. Formats whose schema demands a time take it from here; the
/// caller says what it is, so that the same input can give the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl Moment {
    /// Seconds since the beginning of 1970, as `SOURCE_DATE_EPOCH` counts them.
    #[must_use]
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The first second of a day of the Gregorian calendar, month and day from 1; days before 1970 become its first.
    #[must_use]
    pub fn from_day(year: u16, month: u8, day: u8) -> Self {
        let (month, day) = (u64::from(month), u64::from(day));
        let year = u64::from(year) - u64::from(month <= 2 && year > 0);
        let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
        Self(days.saturating_sub(719_468) * 86_400)
    }

    /// Milliseconds since the beginning of 1970.
    pub(crate) const fn millis(self) -> u64 {
        self.0.saturating_mul(1000)
    }
}

impl fmt::Display for Moment {
    /// `2026-11-25T07:55:10`, without a zone: a format that wants one appends `Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0 / 86_400, self.0 % 86_400);
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

/// The day of the Gregorian calendar that is so many days after 1970-01-01, by the algorithm of Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms". Years begin in March here, so that the
/// day that leap years add is the last one; 400 of them have 146,097 days.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_days_of_the_calendar() {
        let shown = |seconds| Moment::from_unix(seconds).to_string();
        assert_eq!(shown(0), "1970-01-01T00:00:00");
        assert_eq!(shown(951_782_399), "2000-02-28T23:59:59");
        assert_eq!(shown(951_782_400), "2000-02-29T00:00:00");
        assert_eq!(shown(1_795_593_310), "2026-11-25T07:55:10");
        assert_eq!(shown(4_107_542_400), "2100-03-01T00:00:00");
    }

    #[test]
    fn days_of_the_calendar_become_seconds() {
        let shown = |year, month, day| Moment::from_day(year, month, day).to_string();
        assert_eq!(shown(1970, 1, 1), "1970-01-01T00:00:00");
        assert_eq!(shown(2000, 2, 29), "2000-02-29T00:00:00");
        assert_eq!(shown(2026, 11, 25), "2026-11-25T00:00:00");
        assert_eq!(shown(2100, 3, 1), "2100-03-01T00:00:00");
        assert_eq!(shown(9999, 12, 31), "9999-12-31T00:00:00");
        assert_eq!(shown(1900, 1, 1), "1970-01-01T00:00:00");
    }
}
