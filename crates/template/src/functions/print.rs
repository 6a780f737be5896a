//! What `text/template` builds in: printing and escaping.

use super::{ANY, Function, Host, function, text};
use crate::error::Problem;
use crate::value::Value;
use crate::{printf, quote, show};

pub(super) static TABLE: &[Function] = &[
    function("print", 0, ANY, |host, given| Ok(Value::text(show::print(given, host)?))),
    function("println", 0, ANY, |host, given| {
        let mut out = host.budget.text();
        for (at, value) in given.iter().enumerate() {
            out.push(if at > 0 { " " } else { "" })?;
            show::plain(value, &host.maps, &mut out)?;
        }
        out.push("\n")?;
        Ok(Value::text(out.finish()))
    }),
    function("printf", 1, ANY, |host, given| {
        Ok(Value::text(printf::printf(text(&given[0])?, &given[1..], host)?))
    }),
    function("html", 0, ANY, |host, given| escaped(host, given, html)),
    function("js", 0, ANY, |host, given| escaped(host, given, js)),
    function("urlquery", 0, ANY, |host, given| escaped(host, given, urlquery)),
];

fn escaped(host: &Host, given: &[Value], escape: fn(char) -> Option<String>) -> Result<Value, Problem> {
    let text = show::print(given, host)?;
    let mut out = host.budget.text();
    for c in text.chars() {
        match escape(c) {
            Some(escaped) => out.push(&escaped)?,
            None => out.push_char(c)?,
        }
    }
    Ok(Value::text(out.finish()))
}

fn html(c: char) -> Option<String> {
    let escaped = match c {
        '"' => "&#34;",
        '\'' => "&#39;",
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\0' => "\u{fffd}",
        _ => return None,
    };
    Some(escaped.to_owned())
}

fn js(c: char) -> Option<String> {
    Some(match c {
        '\\' | '\'' | '"' => format!("\\{c}"),
        '<' | '>' | '&' | '=' => format!("\\u{:04X}", u32::from(c)),
        _ if quote::is_printed(c) => return None,
        _ => format!("\\u{:04X}", u32::from(c)),
    })
}

fn urlquery(c: char) -> Option<String> {
    match c {
        ' ' => Some("+".to_owned()),
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' | '~' => None,
        _ => Some(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()),
    }
}
