//! What `text/template` builds in: comparisons, lengths and parts.

use std::cmp::Ordering;

use super::{ANY, Call, Function, Host, function};
use crate::error::Problem;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    Function { name: "and", least: 1, most: ANY, call: Call::While(true) },
    Function { name: "or", least: 1, most: ANY, call: Call::While(false) },
    function("not", 1, 1, |host, given| Ok(Value::Bool(!host.maps.is_true(&given[0])))),
    function("eq", 2, ANY, |_, given| {
        for other in &given[1..] {
            if equal(&given[0], other)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }),
    function("ne", 2, 2, |_, given| Ok(Value::Bool(!equal(&given[0], &given[1])?))),
    function("lt", 2, 2, |_, given| order(given, Ordering::is_lt)),
    function("le", 2, 2, |_, given| order(given, Ordering::is_le)),
    function("gt", 2, 2, |_, given| order(given, Ordering::is_gt)),
    function("ge", 2, 2, |_, given| order(given, Ordering::is_ge)),
    function("len", 1, 1, length),
    function("index", 1, ANY, index),
    function("slice", 1, 4, slice),
];

/// Numbers with a fraction are compared with each other, whole ones as well; the two kinds are not.
fn equal(one: &Value, other: &Value) -> Result<bool, Problem> {
    Ok(match (one, other) {
        (Value::Nil, Value::Nil) => true,
        (Value::Nil, _) | (_, Value::Nil) => false,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Int(one), Value::Int(other)) | (Value::Time(one), Value::Time(other)) => one == other,
        _ => match (fraction(one), fraction(other)) {
            #[allow(clippy::float_cmp)] // as Go compares
            (Some(one), Some(other)) => one == other,
            _ => return Err(incompatible(one, other)),
        },
    })
}

fn fraction(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Single(number) => Some(f64::from(*number)),
        _ => None,
    }
}

fn incompatible(one: &Value, other: &Value) -> Problem {
    format!("incompatible types for comparison: {} and {}", one.kind(), other.kind())
}

fn order(given: &[Value], is: fn(Ordering) -> bool) -> Result<Value, Problem> {
    let ordering = match (&given[0], &given[1]) {
        (Value::Int(one), Value::Int(other)) => Some(one.cmp(other)),
        (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
        (one, other) => match (fraction(one), fraction(other)) {
            (Some(one), Some(other)) => one.partial_cmp(&other),
            _ => return Err(incompatible(one, other)),
        },
    };
    Ok(Value::Bool(ordering.is_some_and(is)))
}

fn length(host: &mut Host, given: &[Value]) -> Result<Value, Problem> {
    let length = match &given[0] {
        Value::Text(text) => text.len(),
        Value::List(list) => list.items.len(),
        Value::Map(id) => host.maps.get(*id).len(),
        other => return Err(format!("{} has no length", other.kind())),
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn index(host: &mut Host, given: &[Value]) -> Result<Value, Problem> {
    let mut value = given[0].clone();
    for index in &given[1..] {
        value = match (&value, index) {
            (Value::Map(id), Value::Text(key)) => host.maps.get(*id).get(key).cloned().unwrap_or(Value::Nil),
            (Value::List(list), Value::Int(at)) => {
                let item = usize::try_from(*at).ok().and_then(|at| list.items.get(at));
                item.cloned().ok_or_else(|| format!("index out of range: {at}"))?
            }
            (Value::Text(text), Value::Int(at)) => {
                let byte = usize::try_from(*at).ok().and_then(|at| text.as_bytes().get(at));
                Value::Int(i64::from(*byte.ok_or_else(|| format!("index out of range: {at}"))?))
            }
            (of, index) => return Err(format!("{} has no element {}", of.kind(), index.kind())),
        };
    }
    Ok(value)
}

fn slice(host: &mut Host, given: &[Value]) -> Result<Value, Problem> {
    let length = match &given[0] {
        Value::Text(text) => text.len(),
        Value::List(list) => list.items.len(),
        other => return Err(format!("{} has no parts", other.kind())),
    };
    let mut ends = [0, length];
    if given.len() > 3 {
        return Err("a capacity is not supported".to_owned());
    }
    for (end, index) in ends.iter_mut().zip(&given[1..]) {
        let Value::Int(number) = index else { return Err(format!("{} is no index", index.kind())) };
        let number = usize::try_from(*number).ok().filter(|number| *number <= length);
        *end = number.ok_or("index out of range")?;
    }
    let [start, end] = ends;
    match &given[0] {
        _ if start > end => Err(format!("invalid slice index: {start} > {end}")),
        Value::Text(text) => host.text(String::from_utf8_lossy(&text.as_bytes()[start..end]).into_owned()),
        Value::List(list) => host.list(list.items[start..end].to_vec()),
        _ => Ok(Value::Nil),
    }
}
