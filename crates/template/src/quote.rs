//! Texts in quotes, as Go's `strconv` reads and writes them.

use crate::budget::Made;
use crate::error::Problem;

/// Reads a text up to its closing quote, and gives what follows it.
pub(crate) fn unquote(text: &str, quote: char) -> Result<(String, &str), Problem> {
    let mut read = String::new();
    let mut chars = text.char_indices();
    let wrong = || "an escape that Go does not know".to_owned();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((read, &text[at + 1..])),
            '\n' => break,
            '\\' => {
                let (_, escape) = chars.next().ok_or_else(wrong)?;
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    '0'..='7' => {
                        let octal = text.get(at + 1..at + 4).ok_or_else(wrong)?;
                        let code = u32::from_str_radix(octal, 8).map_err(|_| wrong())?;
                        chars.nth(1);
                        read.push(char::from_u32(code).ok_or_else(wrong)?);
                        continue;
                    }
                    _ => {
                        read.push(simple(escape, quote).ok_or_else(wrong)?);
                        continue;
                    }
                };
                let code = text.get(at + 2..at + 2 + digits).ok_or_else(wrong)?;
                let code = u32::from_str_radix(code, 16).map_err(|_| wrong())?;
                read.push(char::from_u32(code).ok_or_else(wrong)?);
                chars.nth(digits - 1);
            }
            _ => read.push(c),
        }
    }
    Err("a text in quotes without its end".to_owned())
}

const fn simple(escape: char, quote: char) -> Option<char> {
    Some(match escape {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' => '\\',
        '"' if quote == '"' => '"',
        '\'' if quote == '\'' => '\'',
        _ => return None,
    })
}

/// Writes a text in double quotes: Go's `%q`.
pub(crate) fn quote(text: &str, out: &mut Made<'_>) -> Result<(), Problem> {
    out.push("\"")?;
    for c in text.chars() {
        match c {
            '"' => out.push("\\\"")?,
            '\\' => out.push("\\\\")?,
            '\x07' => out.push("\\a")?,
            '\x08' => out.push("\\b")?,
            '\x0c' => out.push("\\f")?,
            '\n' => out.push("\\n")?,
            '\r' => out.push("\\r")?,
            '\t' => out.push("\\t")?,
            '\x0b' => out.push("\\v")?,
            _ if is_printed(c) => out.push_char(c)?,
            _ if c < '\u{80}' => out.push_shown(format_args!("\\x{:02x}", u32::from(c)))?,
            _ if c <= '\u{ffff}' => out.push_shown(format_args!("\\u{:04x}", u32::from(c)))?,
            _ => out.push_shown(format_args!("\\U{:08x}", u32::from(c)))?,
        }
    }
    out.push("\"")
}

/// Whether a character is shown as it is: Go's `unicode.IsPrint`, as far as what is seen goes.
pub(crate) fn is_printed(c: char) -> bool {
    let blank = c != ' ' && c.is_whitespace();
    let unseen = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{10ffff}');
    !(c.is_control() || blank || unseen)
}
