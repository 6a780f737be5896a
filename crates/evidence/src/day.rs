//! Days of the calendar.

/// The day of a moment in seconds since 1970, `YYYY-MM-DD`; `None` for one that no calendar of ours has.
pub(crate) fn of_seconds(seconds: i64) -> Option<String> {
    let (mut year, mut day) = (1970_i64, seconds.div_euclid(86_400));
    if !(0..2_932_897).contains(&day) {
        return None;
    }
    // Four hundred years have the same days every time.
    year += day / 146_097 * 400;
    day %= 146_097;
    let length = |year: i64| if is_leap(year) { 366 } else { 365 };
    while day >= length(year) {
        day -= length(year);
        year += 1;
    }
    let months = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= months[month] {
        day -= months[month];
        month += 1;
    }
    Some(format!("{year:04}-{:02}-{:02}", month + 1, day + 1))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The day that a text begins with.
pub(crate) fn of_text(text: &[u8]) -> Option<String> {
    let day = text.get(..10)?;
    let shape = day.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    shape.then(|| String::from_utf8_lossy(day).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_days() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_516_239_022, "2018-01-18"),
            (1_767_225_599, "2025-12-31"),
            (4_107_542_400, "2100-03-01"),
            (253_402_300_799, "9999-12-31"),
        ] {
            assert_eq!(of_seconds(seconds).as_deref(), Some(day));
        }
        assert_eq!(of_seconds(-1), None);
        assert_eq!(of_seconds(i64::MAX), None);
    }
}
