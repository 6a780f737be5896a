//! JSON as Go's `encoding/json` writes and reads it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::budget::Made;
use crate::calendar;
use crate::error::Problem;
use crate::functions::Host;
use crate::number;
use crate::show::MAX_DEPTH;
use crate::value::{Maps, Value};

/// How JSON is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// `<`, `>` and `&` are escaped.
    pub(crate) html: bool,
    /// Two blanks a level, and each value on a line of its own.
    pub(crate) pretty: bool,
}

pub(crate) fn write(value: &Value, maps: &Maps, style: Style, out: &mut Made<'_>) -> Result<(), Problem> {
    nested(value, maps, style, out, 0)
}

fn nested(value: &Value, maps: &Maps, style: Style, out: &mut Made<'_>, depth: u32) -> Result<(), Problem> {
    out.budget.steps(1)?;
    if depth > MAX_DEPTH {
        return Err("a map is inside of itself, or too deep in others".to_owned());
    }
    match value {
        Value::Nil => out.push("null"),
        Value::Bool(truth) => out.push_shown(truth),
        Value::Int(number) => out.push_shown(number),
        Value::Float(number) if number.is_finite() => out.push(&float(&format!("{number:e}"))),
        Value::Single(number) if number.is_finite() => out.push(&float(&format!("{number:e}"))),
        Value::Float(_) | Value::Single(_) => Err("JSON has no such number".to_owned()),
        Value::Text(text) => string(text, style, out),
        Value::Time(seconds) => string(&calendar::format("2006-01-02T15:04:05Z07:00", *seconds), style, out),
        Value::List(list) => {
            let items = list.items.iter().map(|item| (None, item));
            inside(items, ["[", "]"], maps, style, out, depth)
        }
        Value::Map(id) => {
            let entries = maps.get(*id).iter().map(|(key, value)| (Some(&**key), value));
            inside(entries, ["{", "}"], maps, style, out, depth)
        }
        Value::Record(record) => {
            let shown = |(name, value): &&(&'static str, Value)| {
                let optional = record.optional.contains(name);
                !record.hidden.contains(name) && (!optional || maps.is_true(value))
            };
            let fields = record.fields.iter().filter(shown).map(|(name, value)| (Some(*name), value));
            inside(fields, ["{", "}"], maps, style, out, depth)
        }
    }
}

fn inside<'v>(
    entries: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
    [open, close]: [&str; 2],
    maps: &Maps,
    style: Style,
    out: &mut Made<'_>,
    depth: u32,
) -> Result<(), Problem> {
    let line = |out: &mut Made<'_>, depth: u32| {
        if style.pretty {
            out.push("\n")?;
            return out.fill(' ', 2 * depth as usize);
        }
        Ok(())
    };
    out.push(open)?;
    let mut any = false;
    for (key, value) in entries {
        if any {
            out.push(",")?;
        }
        any = true;
        line(out, depth + 1)?;
        if let Some(key) = key {
            string(key, style, out)?;
            out.push(if style.pretty { ": " } else { ":" })?;
        }
        nested(value, maps, style, out, depth + 1)?;
    }
    if any {
        line(out, depth)?;
    }
    out.push(close)
}

/// A number: as `%g`, with an exponent from 1e21 on and below 1e-6, of as few digits as there are.
fn float(digits: &str) -> String {
    let exponent: i32 =
        digits.split_once('e').map_or(0, |(_, exponent)| exponent.parse().unwrap_or_default());
    if (-6..-4).contains(&exponent) {
        let number: f64 = digits.parse().unwrap_or_default();
        return number.to_string();
    }
    number::shortest(digits, 21).replace("e-0", "e-")
}

fn string(text: &str, style: Style, out: &mut Made<'_>) -> Result<(), Problem> {
    out.push("\"")?;
    for c in text.chars() {
        match c {
            '"' => out.push("\\\"")?,
            '\\' => out.push("\\\\")?,
            '\n' => out.push("\\n")?,
            '\r' => out.push("\\r")?,
            '\t' => out.push("\\t")?,
            '\x08' => out.push("\\b")?,
            '\x0c' => out.push("\\f")?,
            '<' | '>' | '&' if style.html => out.push_shown(format_args!("\\u{:04x}", u32::from(c)))?,
            '\u{2028}' | '\u{2029}' => out.push_shown(format_args!("\\u{:04x}", u32::from(c)))?,
            c if c < ' ' => out.push_shown(format_args!("\\u{:04x}", u32::from(c)))?,
            c => out.push_char(c)?,
        }
    }
    out.push("\"")
}

/// A value that JSON says; what is none is `nil`.
pub(crate) fn read(text: &str, host: &mut Host) -> Result<Value, Problem> {
    host.budget.bytes(text.len())?;
    host.budget.steps(text.len())?;
    match serde_json::from_str(text) {
        Ok(json) => value(json, &mut host.maps),
        Err(_) => Ok(Value::Nil),
    }
}

fn value(json: serde_json::Value, maps: &mut Maps) -> Result<Value, Problem> {
    use serde_json::Value as Json;
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(truth) => Value::Bool(truth),
        Json::Number(number) => Value::Float(number.as_f64().unwrap_or_default()),
        Json::String(text) => Value::text(text),
        Json::Array(items) => {
            let items = items.into_iter().map(|item| value(item, maps)).collect::<Result<_, _>>()?;
            Value::listed(items)?
        }
        Json::Object(entries) => {
            let mut map = BTreeMap::new();
            for (key, entry) in entries {
                map.insert(Rc::from(key), value(entry, maps)?);
            }
            maps.add(map)
        }
    })
}
