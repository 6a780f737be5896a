//! Texts: letters, words and lines.

use super::{Function, Host, function, text};
use crate::error::Problem;
use crate::number::whole;
use crate::value::Value;

pub(super) static TABLE: &[Function] = &[
    function("upper", 1, 1, |host, given| host.text(text(&given[0])?.to_uppercase())),
    function("lower", 1, 1, |host, given| host.text(text(&given[0])?.to_lowercase())),
    function("title", 1, 1, |host, given| host.text(first_letters(text(&given[0])?, upper))),
    function("untitle", 1, 1, |host, given| host.text(first_letters(text(&given[0])?, lower))),
    function("initials", 1, 1, |host, given| {
        host.text(text(&given[0])?.split_whitespace().filter_map(|word| word.chars().next()).collect())
    }),
    function("nospace", 1, 1, |host, given| {
        host.text(text(&given[0])?.chars().filter(|c| !c.is_whitespace()).collect())
    }),
    function("indent", 2, 2, |host, given| indented(host, "", &given[0], text(&given[1])?)),
    function("nindent", 2, 2, |host, given| indented(host, "\n", &given[0], text(&given[1])?)),
    function("plural", 3, 3, |_, given| Ok(given[usize::from(whole(&given[2]) != 1)].clone())),
    function("wrap", 2, 2, |host, given| wrapped(host, &given[0], text(&given[1])?)),
];

fn upper(c: char) -> String {
    c.to_uppercase().collect()
}

fn lower(c: char) -> String {
    c.to_lowercase().collect()
}

/// The first letter of each word, changed.
fn first_letters(text: &str, change: fn(char) -> String) -> String {
    let mut before = ' ';
    let mut changed = String::with_capacity(text.len());
    for c in text.chars() {
        let inside = before.is_alphanumeric() || before == '_';
        if inside {
            changed.push(c)
        } else {
            changed.push_str(&change(c))
        }
        before = c;
    }
    changed
}

/// Each line with so many blanks before it.
fn indented(host: &Host, before: &str, blanks: &Value, of: &str) -> Result<Value, Problem> {
    let blanks = usize::try_from(whole(blanks)).unwrap_or_default();
    let mut out = host.budget.text();
    out.push(before)?;
    for (at, line) in of.split('\n').enumerate() {
        out.push(if at > 0 { "\n" } else { "" })?;
        out.fill(' ', blanks)?;
        out.push(line)?;
    }
    Ok(Value::text(out.finish()))
}

/// Lines of so many characters at most, where words let them be.
fn wrapped(host: &Host, width: &Value, of: &str) -> Result<Value, Problem> {
    let width = usize::try_from(whole(width)).unwrap_or_default().max(1);
    let mut out = host.budget.text();
    let mut used = 0;
    for (at, word) in of.split(' ').enumerate() {
        let length = word.chars().count();
        if at > 0 {
            let fits = used + 1 + length <= width;
            out.push(if fits { " " } else { "\n" })?;
            used = if fits { used + 1 } else { 0 };
        }
        used += length;
        out.push(word)?;
    }
    Ok(Value::text(out.finish()))
}
