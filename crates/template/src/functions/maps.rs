//! Maps. Their keys are in order, where sprig's are in any.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{ANY, Function, Host, function, one_of, text};
use crate::error::Problem;
use crate::value::{MapId, Value};

type Map = BTreeMap<Rc<str>, Value>;

pub(super) static TABLE: &[Function] = &[
    function("dict", 0, ANY, |host, given| {
        let mut made = Map::new();
        for pair in given.chunks(2) {
            let key = host.string(&pair[0])?;
            made.insert(key.into(), pair.get(1).cloned().unwrap_or_else(|| Value::text("")));
        }
        Ok(host.maps.add(made))
    }),
    function("get", 2, 2, |host, given| {
        let held = host.maps.get(map(&given[0])?).get(text(&given[1])?);
        Ok(held.cloned().unwrap_or_else(|| Value::text("")))
    }),
    function("set", 3, 3, |host, given| {
        let key = text(&given[1])?;
        host.budget.bytes(key.len())?;
        host.maps.get_mut(map(&given[0])?).insert(key.into(), given[2].clone());
        Ok(given[0].clone())
    }),
    function("unset", 2, 2, |host, given| {
        host.maps.get_mut(map(&given[0])?).remove(text(&given[1])?);
        Ok(given[0].clone())
    }),
    function("hasKey", 2, 2, |host, given| {
        Ok(Value::Bool(host.maps.get(map(&given[0])?).contains_key(text(&given[1])?)))
    }),
    function("keys", 0, ANY, |host, given| {
        let mut keys = Vec::new();
        for value in given {
            let held = host.maps.get(map(value)?);
            host.budget.steps(held.len())?;
            keys.extend(held.keys().cloned());
        }
        Ok(Value::texts(keys))
    }),
    function("values", 1, 1, |host, given| {
        let held = host.maps.get(map(&given[0])?).values().cloned().collect();
        host.list(held)
    }),
    function("pluck", 1, ANY, |host, given| {
        let key = text(&given[0])?;
        let mut found = Vec::new();
        for value in &given[1..] {
            found.extend(host.maps.get(map(value)?).get(key).cloned());
        }
        host.list(found)
    }),
    function("pick", 1, ANY, |host, given| chosen(host, given, true)),
    function("omit", 1, ANY, |host, given| chosen(host, given, false)),
    function("merge", 1, ANY, |host, given| {
        let into = map(&given[0])?;
        for value in &given[1..] {
            let other = host.maps.get(map(value)?).clone();
            host.budget.steps(other.len())?;
            for (key, value) in other {
                host.maps.get_mut(into).entry(key).or_insert(value);
            }
        }
        Ok(given[0].clone())
    }),
];

fn map(value: &Value) -> Result<MapId, Problem> {
    match value {
        Value::Map(id) => Ok(*id),
        other => Err(one_of("a dict", other)),
    }
}

/// The entries with these keys, or the others.
fn chosen(host: &mut Host, given: &[Value], with: bool) -> Result<Value, Problem> {
    let keys = given[1..].iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let held = host.maps.get(map(&given[0])?);
    host.budget.steps(held.len())?;
    let kept = held.iter().filter(|(key, _)| keys.contains(&&***key) == with);
    let kept = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    Ok(host.maps.add(kept))
}
