//! Defaults, choices and kinds.

use super::lists::same;
use super::{ANY, Function, function, text};
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    function("default", 1, 2, |host, given| {
        Ok(given.get(1).filter(|value| host.maps.is_true(value)).unwrap_or(&given[0]).clone())
    }),
    function("empty", 1, 1, |host, given| Ok(Value::Bool(!host.maps.is_true(&given[0])))),
    function("coalesce", 0, ANY, |host, given| {
        Ok(given.iter().find(|value| host.maps.is_true(value)).cloned().unwrap_or(Value::Nil))
    }),
    function("all", 0, ANY, |host, given| {
        Ok(Value::Bool(given.iter().all(|value| host.maps.is_true(value))))
    }),
    function("any", 0, ANY, |host, given| {
        Ok(Value::Bool(given.iter().any(|value| host.maps.is_true(value))))
    }),
    function("ternary", 3, 3, |_, given| match given[2] {
        Value::Bool(truth) => Ok(given[usize::from(!truth)].clone()),
        ref other => Err(format!("wants a bool last, and is given {}", other.kind())),
    }),
    function("fail", 1, 1, |_, given| Err(text(&given[0])?.to_owned())),
    function("kindOf", 1, 1, |host, given| host.text(kind(&given[0]).to_owned())),
    function("kindIs", 2, 2, |_, given| Ok(Value::Bool(text(&given[0])? == kind(&given[1])))),
    function("typeOf", 1, 1, |host, given| host.text(given[0].kind().to_owned())),
    function("typeIs", 2, 2, |_, given| Ok(Value::Bool(text(&given[0])? == given[1].kind()))),
    function("deepEqual", 2, 2, |host, given| Ok(Value::Bool(same(host, &given[0], &given[1])?))),
    function("now", 0, 0, |host, _| Ok(Value::Time(host.now))),
];

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float64",
        Value::Single(_) => "float32",
        Value::Text(_) => "string",
        Value::List(_) => "slice",
        Value::Map(_) => "map",
        Value::Record(_) | Value::Time(_) => "struct",
    }
}
