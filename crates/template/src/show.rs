//! Values as text: what Go's `fmt` prints for `%v`.

use crate::budget::Made;
use crate::calendar;
use crate::error::Problem;
use crate::functions::Host;
use crate::number;
use crate::value::{Maps, Value};

/// How deep maps may be in one another where one is shown.
pub(crate) const MAX_DEPTH: u32 = 64;

/// What an action writes.
pub(crate) fn output(value: &Value, host: &Host) -> Result<String, Problem> {
    let mut text = host.budget.text();
    match value {
        Value::Nil => text.push("<no value>")?,
        value => plain(value, &host.maps, &mut text)?,
    }
    Ok(text.finish())
}

/// A value as a function that works on text takes it; `nil` is `<nil>`.
pub(crate) fn string(value: &Value, host: &Host) -> Result<String, Problem> {
    let mut text = host.budget.text();
    plain(value, &host.maps, &mut text)?;
    Ok(text.finish())
}

/// Writes a value.
pub(crate) fn plain(value: &Value, maps: &Maps, out: &mut Made<'_>) -> Result<(), Problem> {
    nested(value, maps, out, 0)
}

fn nested(value: &Value, maps: &Maps, out: &mut Made<'_>, depth: u32) -> Result<(), Problem> {
    out.budget.steps(1)?;
    if depth > MAX_DEPTH {
        return Err("a map is inside of itself, or too deep in others".to_owned());
    }
    match value {
        Value::Nil => out.push("<nil>"),
        Value::Bool(truth) => out.push_shown(truth),
        Value::Int(number) => out.push_shown(number),
        Value::Float(number) => out.push(&number::shortest(&format!("{number:e}"), 6)),
        Value::Single(number) => out.push(&number::shortest(&format!("{number:e}"), 6)),
        Value::Text(text) => out.push(text),
        Value::Time(seconds) => out.push(&calendar::format("2006-01-02 15:04:05 -0700 MST", *seconds)),
        Value::List(list) => {
            out.push("[")?;
            for (at, item) in list.items.iter().enumerate() {
                out.push(if at > 0 { " " } else { "" })?;
                nested(item, maps, out, depth + 1)?;
            }
            out.push("]")
        }
        Value::Map(id) => {
            out.push("map[")?;
            for (at, (key, value)) in maps.get(*id).iter().enumerate() {
                out.push(if at > 0 { " " } else { "" })?;
                out.push(key)?;
                out.push(":")?;
                nested(value, maps, out, depth + 1)?;
            }
            out.push("]")
        }
        Value::Record(record) => {
            out.push("{")?;
            for (at, (_, value)) in record.fields.iter().enumerate() {
                out.push(if at > 0 { " " } else { "" })?;
                nested(value, maps, out, depth + 1)?;
            }
            out.push("}")
        }
    }
}

/// `print`: blanks stand between two values neither of which is a text.
pub(crate) fn print(values: &[Value], host: &Host) -> Result<String, Problem> {
    let mut out = host.budget.text();
    for (at, value) in values.iter().enumerate() {
        let texts = at == 0 || matches!(values[at - 1], Value::Text(_)) || matches!(value, Value::Text(_));
        out.push(if texts { "" } else { " " })?;
        plain(value, &host.maps, &mut out)?;
    }
    Ok(out.finish())
}
