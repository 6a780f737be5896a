//! Regular expressions. They see bytes, as those of rules do.

use std::borrow::Cow;

use regex::bytes::{NoExpand, Regex, RegexBuilder};

use super::{Function, Host, function, text};
use crate::error::Problem;
use crate::number::whole;
use crate::value::Value;

/// The greatest size of a compiled expression, in bytes.
const MAX_COMPILED: usize = 1 << 20;
/// What compiling one costs, in steps: it may stand in a loop.
const STEPS: usize = 2000;

pub(super) static TABLE: &[Function] = &[
    function("regexMatch", 2, 2, |host, given| {
        Ok(Value::Bool(regex(host, &given[0])?.is_match(subject(host, &given[1])?)))
    }),
    function("regexFind", 2, 2, |host, given| {
        let found = regex(host, &given[0])?.find(subject(host, &given[1])?).map(|found| found.as_bytes());
        host.text(lossy(found.unwrap_or_default()))
    }),
    function("regexFindAll", 3, 3, |host, given| {
        let regex = regex(host, &given[0])?;
        let found = regex.find_iter(subject(host, &given[1])?).map(|found| lossy(found.as_bytes()));
        let found: Vec<String> = found.take(count(&given[2])).collect();
        host.budget.steps(found.len())?;
        Ok(Value::texts(found))
    }),
    function("regexReplaceAll", 3, 3, |host, given| {
        let regex = regex(host, &given[0])?;
        let (subject, by) = (subject(host, &given[1])?, text(&given[2])?);
        affordable(host, &regex, subject, by)?;
        host.text(lossy(&regex.replace_all(subject, by.as_bytes())))
    }),
    function("regexReplaceAllLiteral", 3, 3, |host, given| {
        let regex = regex(host, &given[0])?;
        let (subject, by) = (subject(host, &given[1])?, text(&given[2])?);
        affordable(host, &regex, subject, by)?;
        host.text(lossy(&regex.replace_all(subject, NoExpand(by.as_bytes()))))
    }),
    function("regexSplit", 3, 3, |host, given| {
        let regex = regex(host, &given[0])?;
        let parts: Vec<String> =
            regex.splitn(subject(host, &given[1])?, count(&given[2])).map(lossy).collect();
        host.budget.steps(parts.len())?;
        Ok(Value::texts(parts))
    }),
    function("regexQuoteMeta", 1, 1, |host, given| {
        let mut quoted = String::new();
        for c in text(&given[0])?.chars() {
            if r"\.+*?()|[]{}^$".contains(c) {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        host.text(quoted)
    }),
];

fn regex(host: &Host, expression: &Value) -> Result<Regex, Problem> {
    let expression = text(expression)?;
    host.budget.steps(STEPS.saturating_add(expression.len()))?;
    let built = RegexBuilder::new(expression).unicode(false).size_limit(MAX_COMPILED).build();
    built.map_err(|error| {
        let last = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
        format!("the expression does not compile: {}", last.trim_start_matches("error: "))
    })
}

fn subject<'v>(host: &Host, value: &'v Value) -> Result<&'v [u8], Problem> {
    let subject = text(value)?;
    host.budget.steps(subject.len() / 16)?;
    Ok(subject.as_bytes())
}

/// How many, where a negative number is all.
fn count(value: &Value) -> usize {
    usize::try_from(whole(value)).unwrap_or(usize::MAX)
}

/// Whether what replaces may be written so often; each group that it names is as long as the subject at most.
fn affordable(host: &Host, regex: &Regex, subject: &[u8], by: &str) -> Result<(), Problem> {
    let found = regex.find_iter(subject).count();
    let groups = by.matches('$').count().saturating_mul(subject.len());
    host.budget.bytes(found.saturating_mul(by.len()).saturating_add(groups))
}

fn lossy(bytes: &[u8]) -> String {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}
