//! Lists.

use super::{ANY, Function, Host, function, list};
use crate::error::Problem;
use crate::number::whole;
use crate::show;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    function("list", 0, ANY, |host, given| host.list(given.to_vec())),
    function("first", 1, 1, |_, given| Ok(list(&given[0])?.first().cloned().unwrap_or(Value::Nil))),
    function("last", 1, 1, |_, given| Ok(list(&given[0])?.last().cloned().unwrap_or(Value::Nil))),
    function("rest", 1, 1, |host, given| host.list(list(&given[0])?.iter().skip(1).cloned().collect())),
    function("initial", 1, 1, |host, given| {
        let items = list(&given[0])?;
        host.list(items[..items.len().saturating_sub(1)].to_vec())
    }),
    function("reverse", 1, 1, |host, given| host.list(list(&given[0])?.iter().rev().cloned().collect())),
    function("append", 2, 2, |host, given| {
        let mut items = list(&given[0])?.to_vec();
        items.push(given[1].clone());
        host.list(items)
    }),
    function("push", 2, 2, |host, given| {
        let mut items = list(&given[0])?.to_vec();
        items.push(given[1].clone());
        host.list(items)
    }),
    function("prepend", 2, 2, |host, given| {
        let mut items = vec![given[1].clone()];
        items.extend_from_slice(list(&given[0])?);
        host.list(items)
    }),
    function("concat", 0, ANY, |host, given| {
        let mut items = Vec::new();
        for value in given {
            host.budget.steps(list(value)?.len())?;
            items.extend_from_slice(list(value)?);
        }
        host.list(items)
    }),
    function("has", 2, 2, |host, given| match &given[1] {
        Value::Nil => Ok(Value::Bool(false)),
        held => Ok(Value::Bool(place(host, list(held)?, &given[0])?.is_some())),
    }),
    function("without", 1, ANY, |host, given| {
        let mut items = Vec::new();
        for item in list(&given[0])? {
            if place(host, &given[1..], item)?.is_none() {
                items.push(item.clone());
            }
        }
        host.list(items)
    }),
    function("uniq", 1, 1, |host, given| {
        let mut items: Vec<Value> = Vec::new();
        for item in list(&given[0])? {
            if place(host, &items, item)?.is_none() {
                items.push(item.clone());
            }
        }
        host.list(items)
    }),
    function("compact", 1, 1, |host, given| {
        let held = list(&given[0])?.iter().filter(|item| host.maps.is_true(item)).cloned();
        host.list(held.collect())
    }),
    function("sortAlpha", 1, 1, |host, given| {
        let mut texts = strings(host, &given[0])?;
        texts.sort_unstable();
        Ok(Value::texts(texts))
    }),
    function("toStrings", 1, 1, |host, given| Ok(Value::texts(strings(host, &given[0])?))),
    function("join", 2, 2, |host, given| {
        let separator = host.string(&given[0])?;
        let mut out = host.budget.text();
        for (at, text) in strings(host, &given[1])?.iter().enumerate() {
            out.push(if at > 0 { &separator } else { "" })?;
            out.push(text)?;
        }
        Ok(Value::text(out.finish()))
    }),
    function("until", 1, 1, |host, given| {
        let end = whole(&given[0]);
        steps(host, 0, end, if end < 0 { -1 } else { 1 })
    }),
    function("untilStep", 3, 3, |host, given| {
        steps(host, whole(&given[0]), whole(&given[1]), whole(&given[2]))
    }),
];

/// The numbers from `start` on that are not past `end`.
fn steps(host: &Host, start: i64, end: i64, step: i64) -> Result<Value, Problem> {
    let mut numbers = Vec::new();
    let mut number = start;
    while (step > 0 && number < end) || (step < 0 && number > end) {
        host.budget.steps(1)?;
        numbers.push(Value::Int(number));
        number = number.saturating_add(step);
    }
    host.list(numbers)
}

/// What a list holds as texts, without what is nil; anything else is the only one.
pub(super) fn strings(host: &Host, value: &Value) -> Result<Vec<String>, Problem> {
    let Value::List(list) = value else {
        return match value {
            Value::Nil => Ok(Vec::new()),
            other => Ok(vec![host.string(other)?]),
        };
    };
    host.budget.steps(list.items.len())?;
    list.items.iter().filter(|item| !matches!(item, Value::Nil)).map(|item| host.string(item)).collect()
}

/// Where a list holds a value.
fn place(host: &Host, items: &[Value], value: &Value) -> Result<Option<usize>, Problem> {
    for (at, item) in items.iter().enumerate() {
        host.budget.steps(1)?;
        if same(host, item, value)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Whether two values are of the same kind and look the same.
pub(super) fn same(host: &Host, one: &Value, other: &Value) -> Result<bool, Problem> {
    if one.kind() != other.kind() {
        return Ok(false);
    }
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => Ok(one == other),
        (Value::Int(one), Value::Int(other)) => Ok(one == other),
        (Value::Map(one), Value::Map(other)) if one == other => Ok(true),
        _ => Ok(show::string(one, host)? == show::string(other, host)?),
    }
}
