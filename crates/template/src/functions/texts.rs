//! Texts: parts, ends and quotes.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{ANY, Function, Host, function, text};
use crate::error::Problem;
use crate::number::whole;
use crate::quote;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    function("trim", 1, 1, |host, given| host.text(text(&given[0])?.trim().to_owned())),
    function("trimAll", 2, 2, |host, given| trim_all(host, given)),
    function("trimall", 2, 2, |host, given| trim_all(host, given)),
    function("trimPrefix", 2, 2, |host, given| {
        let (end, of) = (text(&given[0])?, text(&given[1])?);
        host.text(of.strip_prefix(end).unwrap_or(of).to_owned())
    }),
    function("trimSuffix", 2, 2, |host, given| {
        let (end, of) = (text(&given[0])?, text(&given[1])?);
        host.text(of.strip_suffix(end).unwrap_or(of).to_owned())
    }),
    function("contains", 2, 2, |_, given| Ok(Value::Bool(text(&given[1])?.contains(text(&given[0])?)))),
    function("hasPrefix", 2, 2, |_, given| Ok(Value::Bool(text(&given[1])?.starts_with(text(&given[0])?)))),
    function("hasSuffix", 2, 2, |_, given| Ok(Value::Bool(text(&given[1])?.ends_with(text(&given[0])?)))),
    function("toString", 1, 1, |host, given| Ok(Value::text(host.string(&given[0])?))),
    function("quote", 0, ANY, |host, given| {
        quoted(host, given, |host, value| {
            let mut out = host.budget.text();
            quote::quote(&host.string(value)?, &mut out)?;
            Ok(out.finish())
        })
    }),
    function("squote", 0, ANY, |host, given| {
        quoted(host, given, |host, value| Ok(format!("'{}'", host.string(value)?)))
    }),
    function("cat", 0, ANY, |host, given| quoted(host, given, |host, value| host.string(value))),
    function("replace", 3, 3, |host, given| {
        let (old, new, of) = (text(&given[0])?, text(&given[1])?, text(&given[2])?);
        host.budget.bytes(of.matches(old).count().saturating_mul(new.len()))?;
        host.text(of.replace(old, new))
    }),
    function("repeat", 2, 2, |host, given| {
        let (count, of) = (usize::try_from(whole(&given[0])).unwrap_or_default(), text(&given[1])?);
        host.budget.bytes(of.len().saturating_mul(count))?;
        Ok(Value::text(of.repeat(if of.is_empty() { 0 } else { count })))
    }),
    function("substr", 3, 3, |host, given| {
        let of = text(&given[2])?;
        let at = |index: &Value| usize::try_from(whole(index)).ok();
        let end = at(&given[1]).filter(|end| *end <= of.len());
        let (start, end) = match (at(&given[0]), end) {
            (None, Some(end)) => (0, end),
            (start, end) => (start.unwrap_or_default(), end.unwrap_or(of.len())),
        };
        part(host, of, start, end)
    }),
    function("trunc", 2, 2, |host, given| {
        let (count, of) = (whole(&given[0]), text(&given[1])?);
        let kept = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        match of.len().checked_sub(kept) {
            Some(start) if count < 0 => part(host, of, start, of.len()),
            Some(_) if count >= 0 => part(host, of, 0, kept),
            _ => Ok(given[1].clone()),
        }
    }),
    function("abbrev", 2, 2, |host, given| {
        let of = text(&given[1])?;
        match usize::try_from(whole(&given[0])) {
            Ok(width) if width >= 4 && of.len() > width => {
                host.text(format!("{}...", String::from_utf8_lossy(&of.as_bytes()[..width - 3])))
            }
            _ => Ok(given[1].clone()),
        }
    }),
    function("splitList", 2, 2, |host, given| Ok(Value::texts(pieces(host, given, usize::MAX)?))),
    function("split", 2, 2, |host, given| {
        let pieces = pieces(host, given, usize::MAX)?;
        Ok(numbered(host, pieces))
    }),
    function("splitn", 3, 3, |host, given| {
        let most = usize::try_from(whole(&given[1])).unwrap_or(usize::MAX);
        let pieces = pieces(host, &[given[0].clone(), given[2].clone()], most)?;
        Ok(numbered(host, pieces))
    }),
];

fn trim_all(host: &Host, given: &[Value]) -> Result<Value, Problem> {
    let set = text(&given[0])?;
    host.text(text(&given[1])?.trim_matches(|c| set.contains(c)).to_owned())
}

/// What is not nil, each in its own way, with blanks between.
fn quoted(
    host: &Host,
    given: &[Value],
    quote: fn(&Host, &Value) -> Result<String, Problem>,
) -> Result<Value, Problem> {
    let some = given.iter().filter(|value| !matches!(value, Value::Nil));
    let texts = some.map(|value| quote(host, value)).collect::<Result<Vec<_>, _>>()?;
    host.text(texts.join(" "))
}

/// Bytes of a text; characters that are cut are shown as such.
fn part(host: &Host, of: &str, start: usize, end: usize) -> Result<Value, Problem> {
    let bytes = of.as_bytes().get(start..end).ok_or("index out of range")?;
    host.text(String::from_utf8_lossy(bytes).into_owned())
}

/// The second text, cut at the first one; into characters, if that is empty.
fn pieces(host: &Host, given: &[Value], most: usize) -> Result<Vec<String>, Problem> {
    let (at, of) = (text(&given[0])?, text(&given[1])?);
    host.budget.bytes(of.len())?;
    let pieces: Vec<String> = if at.is_empty() {
        of.chars().map(String::from).collect()
    } else {
        of.splitn(most, at).map(str::to_owned).collect()
    };
    host.budget.steps(pieces.len())?;
    Ok(pieces)
}

/// `_0`, `_1` and so on.
fn numbered(host: &mut Host, pieces: Vec<String>) -> Value {
    let keyed =
        pieces.into_iter().enumerate().map(|(at, piece)| (Rc::from(format!("_{at}")), Value::text(piece)));
    host.maps.add(keyed.collect::<BTreeMap<_, _>>())
}
