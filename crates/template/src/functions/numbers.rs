//! Numbers. What is no number counts as 0, as in sprig.

use super::{ANY, Function, Host, function, text};
use crate::calendar;
use crate::error::Problem;
use crate::number::{float, whole};
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    function("add", 0, ANY, |_, given| fold(given, 0, i64::wrapping_add)),
    function("add1", 1, 1, |_, given| Ok(Value::Int(whole(&given[0]).wrapping_add(1)))),
    function("sub", 2, 2, |_, given| Ok(Value::Int(whole(&given[0]).wrapping_sub(whole(&given[1]))))),
    function("mul", 1, ANY, |_, given| fold(given, 1, i64::wrapping_mul)),
    function("div", 2, 2, |_, given| divided(given, i64::wrapping_div)),
    function("mod", 2, 2, |_, given| divided(given, i64::wrapping_rem)),
    function("max", 1, ANY, |_, given| fold(given, i64::MIN, i64::max)),
    function("biggest", 1, ANY, |_, given| fold(given, i64::MIN, i64::max)),
    function("min", 1, ANY, |_, given| fold(given, i64::MAX, i64::min)),
    function("floor", 1, 1, |_, given| Ok(Value::Float(float(&given[0]).floor()))),
    function("ceil", 1, 1, |_, given| Ok(Value::Float(float(&given[0]).ceil()))),
    function("round", 2, 3, |_, given| {
        let places = i32::try_from(whole(&given[1])).unwrap_or_default().clamp(-300, 300);
        let up_from = given.get(2).map_or(0.5, float);
        let scale = 10_f64.powi(places);
        let digits = float(&given[0]) * scale;
        let rounded = if digits.fract() >= up_from { digits.ceil() } else { digits.floor() };
        Ok(Value::Float(rounded / scale))
    }),
    function("int", 1, 1, |_, given| Ok(Value::Int(whole(&given[0])))),
    function("int64", 1, 1, |_, given| Ok(Value::Int(whole(&given[0])))),
    function("atoi", 1, 1, |_, given| Ok(Value::Int(text(&given[0])?.parse().unwrap_or_default()))),
    function("float64", 1, 1, |_, given| Ok(Value::Float(float(&given[0])))),
    function("date", 2, 2, date),
    function("unixEpoch", 1, 1, |host, given| host.text(whole(&given[0]).to_string())),
    function("seq", 0, 3, seq),
];

fn fold(given: &[Value], start: i64, with: fn(i64, i64) -> i64) -> Result<Value, Problem> {
    Ok(Value::Int(given.iter().map(whole).fold(start, with)))
}

fn divided(given: &[Value], with: fn(i64, i64) -> i64) -> Result<Value, Problem> {
    match whole(&given[1]) {
        0 => Err("divides by zero".to_owned()),
        by => Ok(Value::Int(with(whole(&given[0]), by))),
    }
}

/// A moment by a layout; a number is one in seconds since the beginning of 1970, anything else is now.
fn date(host: &mut Host, given: &[Value]) -> Result<Value, Problem> {
    let moment = match &given[1] {
        Value::Time(seconds) | Value::Int(seconds) => *seconds,
        _ => host.now,
    };
    host.text(calendar::format(text(&given[0])?, moment))
}

/// Numbers with blanks between them, as the program `seq` writes them.
fn seq(host: &mut Host, given: &[Value]) -> Result<Value, Problem> {
    let numbers: Vec<i64> = given.iter().map(whole).collect();
    let (start, step, end) = match numbers[..] {
        [] => return host.text(String::new()),
        [end] => (1, if end < 1 { -1 } else { 1 }, end),
        [start, end] => (start, if end < start { -1 } else { 1 }, end),
        [start, step, end, ..] => (start, step, end),
    };
    let mut out = host.budget.text();
    let mut number = start;
    while (step > 0 && number <= end) || (step < 0 && number >= end) {
        if number != start {
            out.push(" ")?;
        }
        host.budget.steps(1)?;
        out.push_shown(number)?;
        let Some(next) = number.checked_add(step) else { break };
        number = next;
    }
    Ok(Value::text(out.finish()))
}
