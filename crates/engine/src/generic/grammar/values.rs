//! The values themselves: in quotes or without, wrapped, chosen or on the next line.

use keysieve_finding::Span;

use super::super::name;
use super::{Assigned, Form, LONGEST_VALUE, Operator, Text};

/// What a byte is to a value without quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BareClass {
    /// A byte of names, or a colon.
    Name,
    /// The value ends before it.
    End,
    /// It opens something, which after a name makes a call of it.
    Opening,
    /// Another name with a value may follow it.
    Between,
    Other,
}

const BARE: [BareClass; 256] = {
    let mut classes = [BareClass::Other; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        classes[at] = match byte {
            0..=b' ' | b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|' => BareClass::End,
            b'(' | b'[' | b'{' => BareClass::Opening,
            b'&' | b';' | b',' => BareClass::Between,
            b':' => BareClass::Name,
            _ if name::is_name(byte) => BareClass::Name,
            _ => BareClass::Other,
        };
        at += 1;
    }
    classes
};

impl Text<'_> {
    /// The value that begins at a place, past what may wrap it.
    pub(super) fn value(&self, from: usize, operator: Operator, name: Span) -> Option<Assigned> {
        let mut at = self.blanks(from);
        // `key=key=…`: the value is another assignment, which is read by itself.
        let nested = name::end(self.0, at);
        if nested > at
            && matches!(self.byte(nested), b'=' | b':')
            && self.0[at..nested].eq_ignore_ascii_case(&self.0[name.range()])
        {
            return None;
        }
        if operator == Operator::Colon
            && let Some(value) = self.block(name, at).or_else(|| self.entry(name, at))
        {
            return Some(value);
        }
        if matches!(operator, Operator::Assign | Operator::Call | Operator::Comma | Operator::Colon) {
            at = self.next_line(at);
        }
        if operator == Operator::Comma {
            at = self.keyword(at);
        }
        if let Some(value) = self.quoted(at) {
            // The quote may close a string that the name stands in.
            let closes = matches!(self.byte(value.start), b')' | b',' | b';' | b']' | b'}');
            return (!closes).then_some(Assigned { operator, form: Form::Quoted, value, literal: true });
        }
        if operator == Operator::Comma {
            return None;
        }
        let element =
            operator == Operator::Element || operator == Operator::Pair && self.0[..at].ends_with(b">");
        let tag = self.tag(at);
        if element || operator == Operator::Colon && tag > at {
            return self.element(if element { at } else { tag }, operator);
        }
        // `**Password:** value`
        at += self.0.get(at..)?.iter().take(2).take_while(|&&byte| byte == b'*').count();
        at = self.blanks(at);
        let in_default =
            self.0[..name.start].ends_with(b"${") && matches!(operator, Operator::Colon | Operator::Default);
        let operator = if in_default { Operator::Default } else { operator };
        let value = if operator == Operator::Cell { self.cell(name, at)? } else { self.bare(at, in_default) };
        // `passwd:,user:`, as the options of commands are listed.
        let option = operator == Operator::Flag && self.starts(value.start, b"--");
        if value.is_empty() || self.byte(value.start) == b',' || option {
            return None;
        }
        if let Some(inner) = self.inside(value) {
            return Some(Assigned {
                operator: Operator::Default,
                form: Form::Quoted,
                value: inner,
                literal: true,
            });
        }
        if operator == Operator::Call || operator == Operator::Pair && self.is_code(name, value) {
            return None;
        }
        let literal = in_default
            || matches!(operator, Operator::Flag | Operator::Pair | Operator::Cell | Operator::Is)
            || matches!(self.byte(value.end), b'"' | b'\'' | b'`')
                && !self.0[value.range()].iter().any(|byte| matches!(byte, b'(' | b')' | b'{' | b'}' | b';'))
            || name.start > 0
                && match self.0[name.start - 1] {
                    // A part of a URL; after `?` also stands what is chosen in code.
                    b'?' | b'&' => self.byte(name.end) == b'=',
                    before => matches!(before, b'-' | b'"' | b'\''),
                }
            || self.is_one_of_pairs(name, value)
            || self.in_comment(name.start);
        Some(Assigned { operator, form: Form::Bare, value, literal })
    }

    /// Whether `type: "password", value: x` stands on one line: where strings have quotes, what has none is code.
    fn is_code(&self, name: Span, value: Span) -> bool {
        matches!(self.byte(name.end), b'"' | b'\'' | b'`' | b'\\')
            && !self.0[name.end..value.start].contains(&b'\n')
            && self.0[name.end..value.start].contains(&b':')
    }

    /// The start of a string on the next line, if the value begins there.
    pub(super) fn next_line(&self, at: usize) -> usize {
        let next = at + usize::from(self.byte(at) == b'\\' && matches!(self.byte(at + 1), b'\n' | b'\r'));
        let next = next + usize::from(self.byte(next) == b'\r');
        let line = self.blanks(next + usize::from(self.byte(next) == b'\n'));
        if self.byte(next) == b'\n' && matches!(self.byte(line), b'"' | b'\'') { line } else { at }
    }

    /// Past the name of an argument: `with: "…"`, `default="…"`.
    pub(super) fn keyword(&self, at: usize) -> usize {
        let length = self
            .0
            .get(at..)
            .map_or(0, |rest| rest.iter().take(16).take_while(|byte| byte.is_ascii_lowercase()).count());
        let sign = self.blanks(at + length);
        if length > 0 && matches!(self.byte(sign), b':' | b'=') { self.blanks(sign + 1) } else { at }
    }

    /// The cell of a table beside the one that holds a name; `None` if that is none.
    fn cell(&self, name: Span, at: usize) -> Option<Span> {
        let before = &self.0[name.start.saturating_sub(160)..name.start];
        let line = match memchr::memrchr(b'\n', before) {
            Some(newline) => &before[newline + 1..],
            None if before.len() < name.start => return None,
            None => before,
        };
        let mark = |byte: &u8| matches!(byte, b' ' | b'\t' | b'`' | b'*' | b'"' | b'\'' | b'|');
        let marks = line.iter().rev().take_while(|byte| mark(byte));
        // Words may stand before the name in its cell: `| admin password | … |`
        let word = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'-' | b'.' | b'(' | b')')
        };
        let first = line.rsplit(|&byte| byte == b'|').next().unwrap_or_default();
        let named = marks.count() == line.len()
            || line.contains(&b'|') && first.iter().all(|byte| word(byte) || mark(byte));
        if !named {
            return None;
        }
        let rest = self.0.get(at..)?;
        let length = rest
            .iter()
            .take(LONGEST_VALUE)
            .take_while(|&&byte| !matches!(byte, b'|' | b'\n' | b'\r'))
            .count();
        let cell = self.trimmed(Span::new(at, at + length));
        let text = &self.0[cell.range()];
        Some(match text {
            [b'`', inner @ .., b'`'] if !inner.contains(&b'`') => Span::new(cell.start + 1, cell.end - 1),
            _ => cell,
        })
    }

    /// Past a tag that begins at a place.
    pub(super) fn tag(&self, at: usize) -> usize {
        let length = self
            .0
            .get(at + 1..)
            .map_or(0, |rest| rest.iter().take(8).take_while(|byte| byte.is_ascii_alphabetic()).count());
        if self.byte(at) == b'<' && length > 0 && self.byte(at + 1 + length) == b'>' {
            at + length + 2
        } else {
            at
        }
    }

    /// The text of an element.
    pub(super) fn element(&self, at: usize, operator: Operator) -> Option<Assigned> {
        let text = self.0.get(at..)?.iter().take(LONGEST_VALUE);
        let end = at + text.take_while(|&&byte| !matches!(byte, b'<' | b'\n')).count();
        let value = self.trimmed(Span::new(at, end));
        let found = Assigned { operator, form: Form::Bare, value, literal: true };
        (self.starts(end, b"</") && !value.is_empty()).then_some(found)
    }

    /// Whether a name and its value stand among other such pairs with nothing but a blank between them, as in a string that
    /// says how to connect: `host=db user=app password=…`.
    fn is_one_of_pairs(&self, name: Span, value: Span) -> bool {
        if self.byte(name.end) != b'=' || value.start != name.end + 1 {
            return false;
        }
        let before = &self.0[name.start.saturating_sub(64)..name.start];
        let word = before.strip_suffix(b" ").and_then(|before| {
            before.rsplit(|&byte| matches!(byte, b' ' | b'"' | b'\'' | b'`' | b'\n')).next()
        });
        let after = self.byte(value.end) == b' ' && is_next_pair(&self.0[value.end + 1..]);
        word.is_some_and(|word| word.iter().position(|&byte| byte == b'=').is_some_and(|at| at > 0)) || after
    }

    /// Whether a comment stands before a place on its line.
    pub(super) fn in_comment(&self, at: usize) -> bool {
        let before = &self.0[at.saturating_sub(160)..at];
        let line = memchr::memrchr(b'\n', before).map_or(before, |newline| &before[newline + 1..]);
        let text = line.trim_ascii_start();
        const MARKS: &[&[u8]] = &[b"//", b"#", b"* ", b"/*", b"--", b";", b"<!--", b"%", b"REM ", b"rem "];
        MARKS.iter().any(|mark| text.starts_with(mark))
            || memchr::memchr_iter(b'/', line)
                .any(|slash| slash > 0 && line[slash - 1..].starts_with(b" // "))
    }

    pub(super) fn trimmed(&self, span: Span) -> Span {
        let blank = |byte: &&u8| byte.is_ascii_whitespace();
        let text = &self.0[span.range()];
        let end = span.end - text.iter().rev().take_while(blank).count();
        let start = (span.start + text.iter().take_while(blank).count()).min(end);
        Span::new(start, end)
    }

    /// The value between quotes that begin at a place, with what marks a string's kind before them.
    pub(super) fn quoted(&self, at: usize) -> Option<Span> {
        let marks = self.0.get(at..)?.iter().take(3);
        let marks = marks.take_while(|&&byte| {
            matches!(
                byte,
                b'b' | b'B'
                    | b'r'
                    | b'R'
                    | b'u'
                    | b'U'
                    | b'f'
                    | b'L'
                    | b'@'
                    | b'$'
                    | b'('
                    | b'['
                    | b'{'
                    | b'N'
            )
        });
        let at = at + marks.count();
        let (quote, open): (&[u8], usize) = match (self.byte(at), self.byte(at + 1)) {
            (b'\\', b'"') => (b"\\\"", 2),
            (b'\\', b'\'') => (b"\\'", 2),
            (b'"', b'"') if self.byte(at + 2) == b'"' => (b"\"\"\"", 3),
            (b'\'', b'\'') if self.byte(at + 2) == b'\'' => (b"'''", 3),
            (b'"', _) => (b"\"", 1),
            (b'\'', _) => (b"'", 1),
            (b'`', _) => (b"`", 1),
            (b'&', b'q') if self.starts(at, b"&quot;") => (b"&quot;", 6),
            _ => return None,
        };
        let start = at + open;
        let mut end = start;
        loop {
            let byte = *self.0.get(end)?;
            if self.starts(end, quote) {
                break;
            }
            if byte == b'\n' || end - start > LONGEST_VALUE {
                return None;
            }
            end += if byte == b'\\' && quote[0] != b'\\' && self.byte(end + 1) != b'\n' { 2 } else { 1 };
        }
        // `"\\"…\\""`: quotes that are part of the text.
        let text = &self.0[start..end];
        if text.len() > 4 && text.starts_with(b"\\\"") && text.ends_with(b"\\\"") {
            return Some(Span::new(start + 2, end - 2));
        }
        (end > start).then_some(Span::new(start, end))
    }

    /// The value without quotes that begins at a place.
    pub(super) fn bare(&self, at: usize, in_default: bool) -> Span {
        let rest = self.0.get(at..).unwrap_or_default();
        let rest = &rest[..rest.len().min(LONGEST_VALUE + 1)];
        let mut length = rest.len();
        let mut name = true;
        for (index, &byte) in rest.iter().enumerate() {
            let class = BARE[usize::from(byte)];
            if class == BareClass::Name {
                continue;
            }
            let call = name && index > 1 && class == BareClass::Opening;
            if class == BareClass::End
                || call
                || class == BareClass::Between && is_next_pair(&rest[index + 1..])
                || in_default && byte == b'}'
            {
                // An expression needs no reading past what opens it.
                length = index + usize::from(call);
                break;
            }
            name = false;
        }
        if length > LONGEST_VALUE {
            return Span::new(at, at);
        }
        let mut end = at + length;
        while end > at && matches!(self.0[end - 1], b',' | b';' | b')' | b']' | b'}') {
            let opens = self.0[at..end].iter().any(|byte| matches!(byte, b'(' | b'[' | b'{'));
            if opens && self.0[end - 1] != b',' && self.0[end - 1] != b';' {
                break;
            }
            end -= 1;
        }
        Span::new(at, end)
    }

    /// The string that is taken in place of an expression, or that it wraps: `getenv("X", "…")`, `x || "…"`,
    /// `SecretStr("…")`.
    pub(super) fn inside(&self, value: Span) -> Option<Span> {
        const WRAPPERS: &[&[u8]] = &[
            b"string",
            b"secretstr",
            b"securestring",
            b"bytes",
            b"from",
            b"decode",
            b"b64decode",
            b"fromstring",
            b"password",
            b"char",
            b"str",
            b"text",
            b"value",
            b"valueof",
            b"some",
            b"literal",
            b"sensitive",
            b"nonsensitive",
            b"fernet",
            b"atob",
            b"unsafeplaintext",
            b"tochararray",
            b"getbytes",
            b"byte",
            b"bytearray",
            b"secretkeyspec",
            b"passwordauthentication",
            b"field",
            b"token",
            b"secret",
            b"apikey",
            b"key",
            b"new",
        ];
        let text = &self.0[value.range()];
        if text.ends_with(b"(") {
            let callee = &text[..text.len() - 1];
            let length = callee.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let callee = callee[callee.len() - length..].to_ascii_lowercase();
            let first = self.quoted(value.end)?;
            if WRAPPERS.iter().any(|wrapper| callee.ends_with(wrapper)) {
                return Some(first);
            }
        } else if !text.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'$') {
            return None;
        }
        self.behind(value, text.ends_with(b"("))
    }

    /// The first string behind an expression, on its line, that a word of choice or a comma stands before; `called` says
    /// that the expression ends with the bracket that opens a call.
    fn behind(&self, value: Span, called: bool) -> Option<Span> {
        const DEFAULTS: &[&[u8]] = &[
            b"|| ",
            b"or ",
            b"?? ",
            b"?: ",
            b", ",
            b"||",
            b",",
            b"rElse(",
            b"r_else(|_| ",
            b"wrap_or(",
            b"rDefault(",
            b"efault=",
            b"efault: ",
            b"|_| ",
            b"{ ",
        ];
        let line = &self.0[value.end..self.0.len().min(value.end + 96)];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let (mut from, mut depth) = (0, i32::from(called));
        while let Some(found) = memchr::memchr2(b'"', b'\'', &line[from..]) {
            let at = from + found;
            // Past the end of the expression stands something else.
            for &byte in &line[from..at] {
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth -= 1,
                    b',' | b';' if depth == 0 => return None,
                    _ => {}
                }
                if depth < 0 {
                    return None;
                }
            }
            let chosen = DEFAULTS.iter().any(|word| line[..at].ends_with(word));
            let string = self.quoted(value.end + at)?;
            if chosen {
                return Some(string);
            }
            from = (string.end + 1).saturating_sub(value.end).min(line.len());
        }
        None
    }
}

/// Whether another name and `=` begin here: in a URL's query or a list, a value ends before the next one.
fn is_next_pair(rest: &[u8]) -> bool {
    let length = rest.iter().take(48).take_while(|&&byte| name::is_name(byte)).count();
    rest.first().is_some_and(u8::is_ascii_alphabetic) && rest.get(length) == Some(&b'=')
}
