//! A filter, word by word.

use crate::Error;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Name(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
    End,
}

/// Signs, longer ones before those they begin with.
const SIGNS: [&str; 29] = [
    "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "**", "..", "|", "<", ">", "!", "?", ":", "+", "-", "*",
    "/", "%", "(", ")", "[", "]", ",", ".", ";", "=",
];

/// The words, each with its place.
pub(crate) fn read(text: &str) -> Result<Vec<(Token, usize)>, Error> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if rest.starts_with("//") || rest.starts_with('#') {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(comment) = rest.strip_prefix("/*") {
            at += 4 + comment.find("*/").ok_or(Error { at, what: "a comment without its end".to_owned() })?;
        } else if matches!(c, '"' | '\'' | '`') {
            let (value, length) = quoted(&rest[1..], c).map_err(|what| Error { at, what })?;
            words.push((Token::Text(value), at));
            at += 1 + length;
        } else if c.is_ascii_digit() {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')))
                .unwrap_or(rest.len());
            // `1..2` and `a[1:2]` are no numbers with two points.
            let number = rest[..end].replace('_', "").parse();
            let what = || format!("`{}` is no number", &rest[..end]);
            words.push((Token::Number(number.map_err(|_| Error { at, what: what() })?), at));
            at += end;
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let end =
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
            words.push((Token::Name(rest[..end].to_owned()), at));
            at += end;
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            let sign = sign.ok_or_else(|| Error { at, what: format!("`{c}` means nothing here") })?;
            words.push((Token::Sign(sign), at));
            at += sign.len();
        }
    }
    words.push((Token::End, text.len()));
    Ok(words)
}

/// A text up to its closing quote, and how long that is with the quote.
fn quoted(text: &str, quote: char) -> Result<(String, usize), String> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((value, at + 1)),
            '\\' if quote != '`' => {
                let escape = chars.next().map(|(_, c)| c);
                let digits = match escape {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some(c @ ('\\' | '"' | '\'')) => c,
                    Some(c @ ('x' | 'u')) => {
                        let count = if c == 'x' { 2 } else { 4 };
                        let code = text.get(at + 2..at + 2 + count);
                        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
                        chars.nth(count - 1);
                        code.and_then(char::from_u32).ok_or("an escape that is none")?
                    }
                    _ => return Err("an escape that is none".to_owned()),
                };
                value.push(digits);
            }
            _ => value.push(c),
        }
    }
    Err("a text without its closing quote".to_owned())
}
