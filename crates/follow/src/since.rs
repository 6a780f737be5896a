//! From where on the lines of a file are not older than a time.
//!
//! Source: RFC 3339. The kubelet's records begin with such a time, docker's end with it; syslog of RFC 5424 and most
//! programs write it near the begin of a line.

use std::fs::{File, Metadata};
use std::io::{self, BufRead as _, BufReader};
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// So far into a line a time is looked for.
const HEAD: usize = 64;

/// Where the first line begins that says a time that is not earlier: at the end of the file, if it was not written to since
/// or all its times are earlier; at its begin, if its lines say no times. Lines without one go with the line before them.
pub(crate) fn offset(file: &File, metadata: &Metadata, since: SystemTime) -> io::Result<u64> {
    if metadata.modified()? < since {
        return Ok(metadata.len());
    }
    let since = since.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    let (mut line, mut at, mut any) = (Vec::new(), 0, false);
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(if any { at } else { 0 });
        }
        match time(&line) {
            Some(time) if time >= since => return Ok(at),
            time => any |= time.is_some(),
        }
        at += length as u64;
    }
}

/// The time that a line says, in seconds since 1970.
fn time(line: &[u8]) -> Option<u64> {
    // No string of JSON holds this: its quotes would have backslashes.
    const TIME: &[u8] = b"\"time\":\"";
    let json = line.first() == Some(&b'{');
    let named = json.then(|| line.windows(TIME.len()).rposition(|part| part == TIME)).flatten();
    let head = match named {
        Some(at) => &line[at + TIME.len()..],
        None => line,
    };
    let head = &head[..head.len().min(HEAD)];
    (0..head.len()).find_map(|at| moment(&head[at..]))
}

/// What a text begins with, if that is a time of RFC 3339: `2026-11-25T11:00:00`, perhaps with a blank for the `T`, a
/// fraction, and a zone; without one it is taken for UTC. In seconds since 1970.
#[must_use]
pub fn moment(text: &[u8]) -> Option<u64> {
    let shape = b"0000-00-00T00:00:00";
    let head = text.get(..shape.len())?;
    let fits = |(&byte, &like): (&u8, &u8)| match like {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        _ => byte == like,
    };
    if !head.iter().zip(shape).all(fits) {
        return None;
    }
    let number =
        |range: Range<usize>| head[range].iter().fold(0, |all, byte| all * 10 + i64::from(byte - b'0'));
    let days = days(number(0..4), number(5..7), number(8..10))?;
    let seconds = days * 86_400 + number(11..13) * 3600 + number(14..16) * 60 + number(17..19);
    let rest = &text[shape.len()..];
    let fraction =
        rest.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')).count();
    u64::try_from(seconds - zone(&rest[fraction..])).ok()
}

/// How many seconds a zone is ahead of UTC.
fn zone(text: &[u8]) -> i64 {
    let sign = match text.first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return 0,
    };
    let digits: Vec<i64> = text[1..]
        .iter()
        .filter(|&&byte| byte != b':')
        .map_while(|byte| byte.is_ascii_digit().then(|| i64::from(byte - b'0')))
        .take(4)
        .collect();
    match digits[..] {
        [a, b, c, d] => sign * (((a * 10 + b) * 60) + c * 10 + d) * 60,
        _ => 0,
    }
}

/// The days from 1970-01-01 to a day, by the algorithm of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = year - i64::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::Duration;

    use super::*;

    #[test]
    fn lines_say_when_they_were_written() {
        for line in [
            "2026-11-25T11:00:00.123456789Z stdout F hello 2001-01-01T00:00:00Z",
            "<34>1 2026-11-25T12:00:00+01:00 host app - - - x",
            "[2026-11-25 11:00:00,123] INFO x",
            r#"{"log":"2001-01-01T00:00:00Z\n","stream":"stdout","time":"2026-11-25T06:00:00.5-05:00"}"#,
            r#"{"ts":"2026-11-25T11:00:00Z","msg":"\"time\":\"2001-01-01T00:00:00Z\""}"#,
        ] {
            assert_eq!(time(line.as_bytes()), Some(1_795_604_400), "{line}");
        }
        for line in ["", "no time", "2026-13-01T00:00:00Z", "2026-11-25T11:00", "{\"time\":\"\"}"] {
            assert_eq!(time(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_file_is_begun_where_its_lines_are_new() {
        let since = UNIX_EPOCH + Duration::from_secs(1_795_604_400);
        let of = |text: &str| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            let metadata = file.metadata().unwrap();
            use std::io::Seek as _;
            file.rewind().unwrap();
            let at = offset(&file, &metadata, since.min(metadata.modified().unwrap())).unwrap();
            text[usize::try_from(at).unwrap()..].to_owned()
        };
        let (old, new) = ("2026-11-25T10:59:59Z a\n at b\n", "2026-11-25T11:00:00Z c\n at d\n");
        assert_eq!(of(&[old, new, old].concat()), [new, old].concat());
        assert_eq!(of(old), "");
        assert_eq!(of("no times\nat all\n"), "no times\nat all\n");
    }
}
