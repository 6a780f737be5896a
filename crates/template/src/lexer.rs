//! What stands between `{{` and `}}`, word by word.

use std::rc::Rc;

use crate::error::At;
use crate::pieces::is_space;
use crate::quote;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// `.`
    Dot,
    /// `.Name`
    Field(Rc<str>),
    /// `$name`, without its sign; empty for `$`.
    Variable(Rc<str>),
    /// A function or a keyword.
    Word(Rc<str>),
    Text(Rc<str>),
    Int(i64),
    Float(f64),
    Pipe,
    Open,
    Close,
    Declare,
    Assign,
    Comma,
}

/// A word and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Lexeme {
    pub(crate) token: Token,
    pub(crate) line: u32,
    /// Whether blanks stand before it: `a.b` is not `a .b`.
    pub(crate) spaced: bool,
}

/// Reads words up to the end of the action, and gives what follows them: `}}` or `-}}`.
pub(crate) fn read<'t>(text: &'t str, first: u32, into: &mut Vec<Lexeme>) -> Result<&'t str, At> {
    let (mut rest, mut line) = (text, first);
    let mut spaced = false;
    loop {
        if rest.starts_with("}}") || (spaced && rest.starts_with("-}}")) {
            return Ok(rest);
        }
        let Some(c) = rest.chars().next() else {
            return Err(At::new(first, "an action without its end, `}}`"));
        };
        if is_space(c) {
            line += u32::from(c == '\n');
            rest = &rest[1..];
            spaced = true;
            continue;
        }
        let (token, after) = token(rest, c).map_err(|what| At::new(line, what))?;
        into.push(Lexeme { token, line, spaced });
        line += u32::try_from(rest[..rest.len() - after.len()].matches('\n').count()).unwrap_or(u32::MAX);
        (rest, spaced) = (after, false);
    }
}

fn token(rest: &str, c: char) -> Result<(Token, &str), String> {
    let one = &rest[c.len_utf8()..];
    Ok(match c {
        '|' => (Token::Pipe, one),
        '(' => (Token::Open, one),
        ')' => (Token::Close, one),
        ',' => (Token::Comma, one),
        '=' => (Token::Assign, one),
        ':' => match one.strip_prefix('=') {
            Some(after) => (Token::Declare, after),
            None => return Err("`:` without `=`".to_owned()),
        },
        '"' => {
            let (text, after) = quote::unquote(one, '"')?;
            (Token::Text(text.into()), after)
        }
        '`' => {
            let end = one.find('`').ok_or("a raw text without its end")?;
            (Token::Text(one[..end].into()), &one[end + 1..])
        }
        '\'' => {
            let (text, after) = quote::unquote(one, '\'')?;
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => (Token::Int(i64::from(u32::from(c))), after),
                _ => return Err("a character in quotes is one character".to_owned()),
            }
        }
        '$' => {
            let name = name(one);
            (Token::Variable(name.into()), &one[name.len()..])
        }
        '.' if !one.starts_with(|c: char| c.is_ascii_digit()) => {
            let name = name(one);
            match name {
                "" => (Token::Dot, one),
                name => (Token::Field(name.into()), &one[name.len()..]),
            }
        }
        '.' | '+' | '-' | '0'..='9' => number(rest)?,
        _ => match name(rest) {
            "" => return Err(format!("`{c}` means nothing here")),
            name => (Token::Word(name.into()), &rest[name.len()..]),
        },
    })
}

fn name(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

fn number(text: &str) -> Result<(Token, &str), String> {
    let signless = text.trim_start_matches(['+', '-']);
    let sign = text.len() - signless.len();
    let hex = signless.starts_with("0x") || signless.starts_with("0X");
    let mut end = sign;
    for (at, c) in signless.char_indices() {
        let exponent = !hex && matches!(signless[..at].chars().last(), Some('e' | 'E'));
        if !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_') || (exponent && matches!(c, '+' | '-'))) {
            break;
        }
        end = sign + at + c.len_utf8();
    }
    let (word, after) = text.split_at(end);
    let wrong = || format!("`{word}` is no number");
    if sign > 1 || end == sign {
        return Err(wrong());
    }
    let digits = word.replace('_', "");
    if let Some(number) = integer(&digits) {
        return Ok((Token::Int(number), after));
    }
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let float = digits.parse().ok().filter(|number: &f64| plain && number.is_finite());
    Ok((Token::Float(float.ok_or_else(wrong)?), after))
}

/// A whole number as Go writes it.
pub(crate) fn integer(digits: &str) -> Option<i64> {
    let (negative, digits) = match digits.as_bytes().first()? {
        b'-' => (true, &digits[1..]),
        b'+' => (false, &digits[1..]),
        _ => (false, digits),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        _ if lower.len() > 1 && lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i128::from_str_radix(digits, radix).ok()?;
    i64::try_from(if negative { -number } else { number }).ok()
}
