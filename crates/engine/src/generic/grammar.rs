//! How values are assigned to names, in the grammars that programs, configuration and people use.

use keysieve_finding::Span;

use super::name;

/// The longest value, in bytes.
pub(crate) const LONGEST_VALUE: usize = 512;
/// The most blanks that are passed over at once.
const BLANKS: usize = 48;

/// A value, and how it is assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Assigned {
    pub(crate) operator: Operator,
    pub(crate) form: Form,
    pub(crate) value: Span,
}

/// What stands between a name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `=`, `:=`, `=>`, `<-` and their like.
    Assign,
    /// `:`
    Colon,
    /// `==`, `!=`
    Compare,
    /// `(`: the name is that of a function.
    Call,
    /// `,`: the name is an argument before the value.
    Comma,
    /// `<name>value</name>`
    Element,
    /// `| name | value |`
    Cell,
    /// `--name value`
    Flag,
    /// `name="password" value="…"`, or `name: PASSWORD` and `value: …` on the next line.
    Pair,
    /// The value to be taken where another is not there: `getenv("PASSWORD", "…")`, `${PASSWORD:-…}`, `x || "…"`.
    Default,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Between quotes.
    Quoted,
    /// Up to the next blank or delimiter.
    Bare,
}

/// Reads what is assigned to the name at `span`.
pub(crate) fn read(haystack: &[u8], span: Span) -> Option<Assigned> {
    let text = Text(haystack);
    let (at, closed) = text.close_name(text.more_words(span.end));
    let after = text.blanks(at);
    if let Some(value) = text.pair(after) {
        return text.value(value, Operator::Pair, span);
    }
    let after = if closed { after } else { text.annotation(after) };
    if let Some((operator, end)) = text.operator(after, closed) {
        if operator == Operator::Element && !text.is_element(span, closed) {
            return None;
        }
        return text.value(end, operator, span);
    }
    let dashes = span.start > 0 && haystack[span.start - 1] == b'-';
    if dashes && after > at {
        return text.value(after, Operator::Flag, span);
    }
    None
}

/// Bytes, read past their end as zeros.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    fn starts(&self, at: usize, text: &[u8]) -> bool {
        self.0.get(at..).is_some_and(|rest| rest.starts_with(text))
    }

    fn blanks(&self, at: usize) -> usize {
        let rest = self.0.get(at..).unwrap_or_default();
        at + rest.iter().take(BLANKS).take_while(|&&byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Where a name ends that goes on in further words: `secret key`, `API token`.
    fn more_words(&self, end: usize) -> usize {
        const WORDS: &[&[u8]] = &[b" key", b" token", b" secret", b" password", b" phrase", b" code"];
        let follows = |word: &&&[u8]| {
            let word_end = end + word.len();
            self.0.get(end..word_end).is_some_and(|text| text.eq_ignore_ascii_case(word))
                && !name::is_name(self.byte(word_end))
        };
        WORDS.iter().find(follows).map_or(end, |word| end + word.len())
    }

    /// Past the quotes and brackets that close a name, and whether there were any.
    fn close_name(&self, at: usize) -> (usize, bool) {
        let rest = self.0.get(at..).unwrap_or_default();
        let closers = rest
            .iter()
            .take(4)
            .take_while(|&&byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'\\' | b')'));
        let count = closers.count();
        // `**password**:` and `*password*:`
        let stars = rest[count..].iter().take(2).take_while(|&&byte| byte == b'*').count();
        (at + count + stars, count > 0 && self.byte(at) != b')')
    }

    /// What assigns at a place, and where it ends.
    fn operator(&self, at: usize, closed: bool) -> Option<(Operator, usize)> {
        let (one, two) = (self.byte(at), self.byte(at + 1));
        let found = match (one, two) {
            (b'=', b'=') => (Operator::Compare, if self.byte(at + 2) == b'=' { 3 } else { 2 }),
            (b'!', b'=') => (Operator::Compare, if self.byte(at + 2) == b'=' { 3 } else { 2 }),
            (b'=', b'>') | (b':', b'=') | (b'?' | b'+' | b'.' | b'~', b'=') | (b'<', b'-') => {
                (Operator::Assign, 2)
            }
            (b'|', b'|') | (b'?', b'?') if self.byte(at + 2) == b'=' => (Operator::Assign, 3),
            (b':', b'-') => (Operator::Default, 2),
            (b'=', b'~') | (b':', b':') | (b'-', _) => return None,
            (b'=', _) => (Operator::Assign, 1),
            (b':', _) => (Operator::Colon, 1),
            (b'(', _) if !closed => (Operator::Call, 1),
            (b',', _) if closed => (Operator::Comma, 1),
            (b'>', _) => (Operator::Element, 1),
            (b'|', b' ') => (Operator::Cell, 1),
            _ => return None,
        };
        Some((found.0, at + found.1))
    }

    /// Past a type between a name and what assigns: `: String =`, ` string =`, `: Optional[str] =`.
    fn annotation(&self, at: usize) -> usize {
        let from = if self.byte(at) == b':' && self.byte(at + 1) != b'=' { self.blanks(at + 1) } else { at };
        let rest = self.0.get(from..).unwrap_or_default();
        if !rest.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || matches!(byte, b'&' | b'*' | b'['))
        {
            return at;
        }
        let is_type = |&&byte: &&u8| byte.is_ascii_alphanumeric() || b"_&*[]<>.?|' ,".contains(&byte);
        let mut end = from + rest.iter().take(40).take_while(is_type).count();
        while end > from && self.0[end - 1] == b' ' {
            end -= 1;
        }
        let after = self.blanks(end);
        let assigns = self.byte(after) == b'=' && !matches!(self.byte(after + 1), b'=' | b'>' | b'~');
        if end > from && assigns { after } else { at }
    }

    /// Where a value begins whose name was the value of `name=` or `key:` itself.
    fn pair(&self, at: usize) -> Option<usize> {
        const WORDS: &[&[u8]] = &[b"value", b"Value", b"VALUE", b"defaultValue", b"default", b"content"];
        let mut place = at;
        if self.byte(place) == b',' {
            place = self.blanks(place + 1);
        }
        if self.byte(place) == b'\r' {
            place += 1;
        }
        if self.byte(place) == b'\n' {
            place = self.blanks(place + 1);
        }
        let quote = matches!(self.byte(place), b'"' | b'\'');
        place += usize::from(quote);
        let word = WORDS.iter().find(|word| self.starts(place, word))?;
        place += word.len() + usize::from(quote);
        if quote && self.byte(place - 1) != self.byte(place - 2 - word.len()) {
            return None;
        }
        place = self.blanks(place);
        matches!(self.byte(place), b'=' | b':').then_some(place + 1)
    }

    /// Whether a name before `>` is that of an element, or of an attribute of one.
    fn is_element(&self, span: Span, closed: bool) -> bool {
        let before = &self.0[span.start.saturating_sub(80)..span.start];
        match before.last() {
            Some(b'<') => true,
            Some(b':') => {
                before.iter().rev().skip(1).find(|byte| !byte.is_ascii_alphanumeric()) == Some(&b'<')
            }
            Some(b'"' | b'\'') if closed => before.contains(&b'<'),
            _ => false,
        }
    }

    /// The value that begins at a place, past what may wrap it.
    fn value(&self, from: usize, operator: Operator, name: Span) -> Option<Assigned> {
        let mut at = self.blanks(from);
        if matches!(operator, Operator::Assign | Operator::Call | Operator::Comma | Operator::Colon)
            && matches!(self.byte(at), b'\n' | b'\r' | b'\\')
        {
            // A value on the next line must be in quotes.
            let next = at + usize::from(self.starts(at, b"\\")) + usize::from(self.byte(at) == b'\r');
            let line = self.blanks(next + usize::from(self.byte(next) == b'\n'));
            if self.byte(next) == b'\n' && matches!(self.byte(line), b'"' | b'\'') {
                at = line;
            }
        }
        if let Some(value) = self.quoted(at) {
            return Some(Assigned { operator, form: Form::Quoted, value });
        }
        if matches!(operator, Operator::Call | Operator::Comma) {
            return None;
        }
        if operator == Operator::Element {
            let end = at
                + self
                    .0
                    .get(at..)?
                    .iter()
                    .take(LONGEST_VALUE)
                    .take_while(|&&byte| !matches!(byte, b'<' | b'\n'))
                    .count();
            let value = self.trimmed(Span::new(at, end));
            let closes = self.starts(end, b"</");
            return closes
                .then_some(Assigned { operator, form: Form::Bare, value })
                .filter(|found| !found.value.is_empty());
        }
        let in_default =
            self.0[..name.start].ends_with(b"${") && matches!(operator, Operator::Colon | Operator::Default);
        let operator = if in_default { Operator::Default } else { operator };
        let value = self.bare(at, in_default);
        if value.is_empty() {
            return None;
        }
        if let Some(inner) = self.inside(value) {
            return Some(Assigned { operator: Operator::Default, form: Form::Quoted, value: inner });
        }
        Some(Assigned { operator, form: Form::Bare, value })
    }

    fn trimmed(&self, span: Span) -> Span {
        let blank = |byte: &&u8| byte.is_ascii_whitespace();
        let text = &self.0[span.range()];
        let end = span.end - text.iter().rev().take_while(blank).count();
        let start = (span.start + text.iter().take_while(blank).count()).min(end);
        Span::new(start, end)
    }

    /// The value between quotes that begin at a place, with what marks a string's kind before them.
    fn quoted(&self, at: usize) -> Option<Span> {
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
        (end > start).then_some(Span::new(start, end))
    }

    /// The value without quotes that begins at a place.
    fn bare(&self, at: usize, in_default: bool) -> Span {
        let stops = |byte: u8| {
            byte.is_ascii_whitespace()
                || byte < b' '
                || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|')
                || in_default && byte == b'}'
        };
        let rest = self.0.get(at..).unwrap_or_default();
        let mut end = at + rest.iter().take(LONGEST_VALUE + 1).take_while(|&&byte| !stops(byte)).count();
        if end - at > LONGEST_VALUE {
            return Span::new(at, at);
        }
        // In a URL's query or a list the value ends before the next one.
        if let Some(next) = self.0[at..end]
            .windows(2)
            .position(|two| matches!(two[0], b'&' | b';' | b',') && two[1].is_ascii_alphabetic())
            && self.0[at + next..end].contains(&b'=')
        {
            end = at + next;
        }
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
    fn inside(&self, value: Span) -> Option<Span> {
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
            b"token",
            b"secret",
            b"apikey",
            b"key",
            b"new",
        ];
        const DEFAULTS: &[&[u8]] = &[b"|| ", b"or ", b"?? ", b"?: ", b", ", b"||", b","];
        let text = &self.0[value.range()];
        if text.ends_with(b"(") {
            let callee = &text[..text.len() - 1];
            let length = callee.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let callee = callee[callee.len() - length..].to_ascii_lowercase();
            let first = self.quoted(value.end)?;
            if WRAPPERS.contains(&callee.as_slice()) {
                return Some(first);
            }
        } else if !text.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'$') {
            return None;
        }
        // Past the expression, on its line, the first string that a word of choice or a comma stands before.
        let line = &self.0[value.end..self.0.len().min(value.end + 96)];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let mut from = 0;
        while let Some(found) = memchr::memchr2(b'"', b'\'', &line[from..]) {
            let at = from + found;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<(&str, Operator, Form)> {
        let at = memchr::memmem::find(text.to_ascii_lowercase().as_bytes(), b"pass")?;
        let span = Span::new(name::start(text.as_bytes(), at), name::end(text.as_bytes(), at));
        let found = read(text.as_bytes(), span)?;
        Some((&text[found.value.range()], found.operator, found.form))
    }

    #[test]
    fn values_are_read_in_many_grammars() {
        use Form::{Bare, Quoted};
        use Operator::{Assign, Call, Cell, Colon, Comma, Compare, Default, Element, Flag, Pair};
        for (text, operator, form) in [
            ("password = \"v-1\"", Assign, Quoted),
            ("PASSWORD=v-1\n", Assign, Bare),
            ("  password: v-1", Colon, Bare),
            ("{\"db.password\": \"v-1\"}", Colon, Quoted),
            ("{\\\"password\\\": \\\"v-1\\\"}", Colon, Quoted),
            ("'password' => 'v-1',", Assign, Quoted),
            ("config['password'] = 'v-1'", Assign, Quoted),
            ("var password string = \"v-1\"", Assign, Quoted),
            ("password: str = \"v-1\"", Assign, Quoted),
            ("val password: String = \"v-1\"", Assign, Quoted),
            ("setPassword(\"v-1\")", Call, Quoted),
            ("put(\"password\", \"v-1\")", Comma, Quoted),
            ("<password>v-1</password>", Element, Bare),
            ("<entry key=\"password\">v-1</entry>", Element, Bare),
            ("<add name=\"password\" value=\"v-1\"/>", Pair, Quoted),
            ("- name: DB_PASSWORD\n  value: v-1", Pair, Bare),
            ("{\"name\": \"PASSWORD\", \"value\": \"v-1\"}", Pair, Quoted),
            ("tool --password v-1 x", Flag, Bare),
            ("| password | v-1 |", Cell, Bare),
            ("if password == \"v-1\":", Compare, Quoted),
            ("os.getenv('PASSWORD', 'v-1')", Comma, Quoted),
            ("password = os.getenv('X', 'v-1')", Default, Quoted),
            ("password = env.X || 'v-1'", Default, Quoted),
            ("password = SecretStr(\"v-1\")", Default, Quoted),
            ("${PASSWORD:-v-1}", Default, Bare),
            ("${db.password:v-1}", Default, Bare),
            ("x?user=a&password=v-1&b=c", Assign, Bare),
            ("password =\n    \"v-1\"", Assign, Quoted),
            ("password <- \"v-1\"", Assign, Quoted),
        ] {
            assert_eq!(value(text), Some(("v-1", operator, form)), "{text}");
        }
        for text in [
            "password",
            "getPassword()",
            "password;",
            "std::password::hash",
            "the password was",
            "password->x",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
