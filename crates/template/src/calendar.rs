//! Times in UTC, laid out as Go's `time` does: an example of a moment says how.

use std::rc::Rc;

use crate::error::Problem;
use crate::value::Value;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

/// The parts of layouts, longer ones before those they begin with. <https://pkg.go.dev/time#pkg-constants>
const PARTS: [&str; 25] = [
    "January", "Jan", "Monday", "Mon", "MST", "2006", "-07:00", "-0700", "-07", "Z07:00", "Z0700", "01",
    "02", "03", "04", "05", "06", "002", "15", "PM", "pm", "_2", "1", "2", "3",
];

/// What a layout makes of a moment, in seconds since the beginning of 1970.
pub(crate) fn format(layout: &str, seconds: i64) -> String {
    let mut text = String::new();
    let mut rest = layout;
    let moment = Moment::of(seconds);
    'layout: while let Some(c) = rest.chars().next() {
        for part in PARTS.into_iter().chain(["4", "5"]) {
            if let Some(after) = rest.strip_prefix(part) {
                text.push_str(&moment.part(part));
                rest = after;
                continue 'layout;
            }
        }
        text.push(c);
        rest = &rest[c.len_utf8()..];
    }
    text
}

/// A method of `time.Time`.
pub(crate) fn method(seconds: i64, name: &str, arguments: &[Value]) -> Result<Value, Problem> {
    let moment = Moment::of(seconds);
    match (name, arguments) {
        ("Format", [Value::Text(layout)]) => Ok(Value::Text(Rc::from(format(layout, seconds)))),
        ("Unix", []) => Ok(Value::Int(seconds)),
        ("Year", []) => Ok(Value::Int(moment.year)),
        ("Day", []) => Ok(Value::Int(moment.day)),
        ("UTC" | "Local", []) => Ok(Value::Time(seconds)),
        ("Format", _) => Err("Format: one layout is its argument".to_owned()),
        _ => Err(format!("{name} of a time is not supported, or not with these arguments")),
    }
}

struct Moment {
    year: i64,
    month: usize,
    day: i64,
    weekday: usize,
    day_of_year: i64,
    second: i64,
}

impl Moment {
    /// By the algorithm of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    fn of(seconds: i64) -> Self {
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = era * 400 + year + i64::from(month <= 2);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let before = (of_year + 59 + i64::from(leap)) % (365 + i64::from(leap));
        let index = |number: i64| usize::try_from(number).unwrap_or_default();
        Self {
            year,
            month: index(month),
            day,
            weekday: index(days.rem_euclid(7)),
            day_of_year: before + 1,
            second,
        }
    }

    fn part(&self, part: &str) -> String {
        let (hour, minute, second) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        let hour12 = (hour + 11) % 12 + 1;
        match part {
            "January" => MONTHS[self.month - 1].to_owned(),
            "Jan" => MONTHS[self.month - 1][..3].to_owned(),
            "Monday" => DAYS[self.weekday].to_owned(),
            "Mon" => DAYS[self.weekday][..3].to_owned(),
            "MST" => "UTC".to_owned(),
            "2006" => format!("{:04}", self.year),
            "06" => format!("{:02}", self.year.rem_euclid(100)),
            "01" => format!("{:02}", self.month),
            "1" => self.month.to_string(),
            "02" => format!("{:02}", self.day),
            "_2" => format!("{:2}", self.day),
            "2" => self.day.to_string(),
            "002" => format!("{:03}", self.day_of_year),
            "15" => format!("{hour:02}"),
            "03" => format!("{hour12:02}"),
            "3" => hour12.to_string(),
            "04" => format!("{minute:02}"),
            "4" => minute.to_string(),
            "05" => format!("{second:02}"),
            "5" => second.to_string(),
            "PM" => (if hour < 12 { "AM" } else { "PM" }).to_owned(),
            "pm" => (if hour < 12 { "am" } else { "pm" }).to_owned(),
            "-07:00" => "+00:00".to_owned(),
            "-0700" => "+0000".to_owned(),
            "-07" => "+00".to_owned(),
            _ => "Z".to_owned(),
        }
    }
}
