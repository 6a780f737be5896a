//! A day of the calendar.

use std::fmt;
use std::str::FromStr;

use crate::Problem;

/// A day of the Gregorian calendar, without a time zone. This crate has no clock: the caller says what day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day before which nothing has expired.
    pub(crate) const FIRST: Self = Self { year: 0, month: 1, day: 1 };

    /// The day of these numbers, month and day from 1; `None` if the calendar has no such day.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }
}

impl FromStr for Date {
    type Err = Problem;

    /// Reads `YYYY-MM-DD` (RFC 3339 `full-date`).
    fn from_str(text: &str) -> Result<Self, Problem> {
        let digits = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok())?
        };
        let dashes = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let read = || {
            let month = u8::try_from(digits(5..7)?).ok()?;
            let day = u8::try_from(digits(8..10)?).ok()?;
            Self::new(digits(0..4)?, month, day)
        };
        dashes.then(read).flatten().ok_or(Problem::Date)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_written_and_ordered() {
        let date: Date = "2026-02-28".parse().expect("a date");
        assert_eq!(date, Date::new(2026, 2, 28).expect("a date"));
        assert_eq!(date.to_string(), "2026-02-28");
        assert!(
            date < Date::new(2026, 3, 1).expect("a date") && date > Date::new(2025, 12, 31).expect("a date")
        );
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "2026-01-00"] {
            assert_eq!(text.parse::<Date>(), Err(Problem::Date), "{text}");
        }
        for text in ["2028-02-29", "2000-02-29", "2026-12-31"] {
            assert!(text.parse::<Date>().is_ok(), "{text}");
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["", "2026-1-1", "26-01-01", "2026/01/01", "2026-01-01T00:00", "+026-01-01", "2026-01-0é"]
        {
            assert_eq!(text.parse::<Date>(), Err(Problem::Date), "{text}");
        }
    }
}
