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
    /// Whether the value is text where it stands, even in code.
    pub(crate) literal: bool,
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
    /// `name "value"`, and `name value` alone on a line.
    Beside,
    /// `the password is value`
    Is,
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

/// Whether something can be assigned to a name that ends at `end`, by the first byte that is no quote, bracket or blank.
#[inline]
pub(crate) fn may_assign(haystack: &[u8], end: usize) -> bool {
    let mut at = end;
    while at < end + 4
        && haystack
            .get(at)
            .is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'\\' | b')' | b'*'))
    {
        at += 1;
    }
    let after = Text(haystack).blanks(at);
    match haystack.get(after) {
        None => false,
        Some(
            b'=' | b':' | b'!' | b'?' | b'+' | b'.' | b'~' | b'<' | b'|' | b',' | b'>' | b'(' | b'{' | b'/'
            | b'"' | b'\'' | b'@' | b'&' | b'*' | b'[',
        ) => true,
        // On the next line may stand `value:`, after `name: DB_PASSWORD`.
        Some(b'\n' | b'\r') => true,
        Some(b'-') => at > end,
        Some(_) => after > at,
    }
}

/// Reads what is assigned to the name at `span`.
pub(crate) fn read(haystack: &[u8], span: Span) -> Option<Assigned> {
    let text = Text(haystack);
    let (at, closed) = text.close_name(text.more_words(span.end));
    if closed
        && span.start > 0
        && matches!(haystack[span.start - 1], b'/' | b'\\')
        && haystack[span.start..at].contains(&b'"')
    {
        // The last part of a path is no name.
        let escaped = haystack[span.start - 1] == b'\\' && haystack[span.end] == b'\\';
        return if escaped { text.assigned(span, at, closed) } else { None };
    }
    text.assigned(span, at, closed)
}

/// The values after the first one of a list or a table of strings: `["…", "…"]`, `{"a": "…", "b": "…"}`.
pub(crate) fn more(haystack: &[u8], first: &Assigned, mut found: impl FnMut(Assigned)) {
    const MOST: usize = 32;
    let text = Text(haystack);
    if first.form != Form::Quoted || first.operator == Operator::Call {
        return;
    }
    let opened = first.value.start.checked_sub(2).map(|before| haystack[before]);
    if !matches!(opened, Some(b'[' | b'{' | b'(')) {
        return;
    }
    let mut value = first.value;
    for _ in 0..MOST {
        let quote = text.byte(value.end);
        let mut at = text.space(value.end + 1);
        let key = text.byte(at) == b':' || text.starts(at, b"=>");
        if !key && text.byte(at) != b',' || !matches!(quote, b'"' | b'\'') {
            return;
        }
        at = text.space(at + if text.byte(at) == b'=' { 2 } else { 1 });
        let Some(next) = text.quoted(at) else { return };
        value = next;
        let after = text.space(value.end + 1);
        let blank = haystack[value.range()].contains(&b' ');
        if text.byte(after) != b':' && !text.starts(after, b"=>") && !blank {
            found(Assigned { value, ..*first });
        }
    }
}

/// Whether a value is the key of a table's first entry: `{"dev": "…"}`.
pub(crate) fn is_key(haystack: &[u8], assigned: &Assigned) -> bool {
    let text = Text(haystack);
    let opened = assigned.value.start >= 2 && haystack[assigned.value.start - 2] == b'{';
    let after = text.space(assigned.value.end + 1);
    assigned.form == Form::Quoted && opened && (text.byte(after) == b':' || text.starts(after, b"=>"))
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

    /// Past blanks and at most two line ends.
    fn space(&self, at: usize) -> usize {
        let mut at = self.blanks(at);
        for _ in 0..2 {
            at += usize::from(self.byte(at) == b'\r');
            if self.byte(at) == b'\n' {
                at = self.blanks(at + 1);
            }
        }
        at
    }

    fn assigned(&self, span: Span, at: usize, closed: bool) -> Option<Assigned> {
        let after = self.blanks(at);
        if let Some(value) = self.pair(span, after) {
            return self.value(value, Operator::Pair, span);
        }
        let after = if closed { after } else { self.annotation(after) };
        if let Some((operator, end)) = self.operator(after, closed) {
            match operator {
                Operator::Element if !self.is_element(span, closed) => return None,
                Operator::Comma if !self.is_argument(span) || self.0[..span.start].ends_with(b" ") => {
                    return None;
                }
                Operator::Assign => {
                    if let Some(value) = self.tuple(span, end) {
                        return Some(value);
                    }
                }
                _ => {}
            }
            return self.value(end, operator, span);
        }
        if !closed && self.byte(after) == b',' {
            return self.first_of_tuple(after);
        }
        if after == at {
            return None;
        }
        let dashes = span.start > 0 && self.0[span.start - 1] == b'-';
        if dashes {
            return self.value(after, Operator::Flag, span);
        }
        if self.starts(after, b"is ") {
            return self.value(after + 3, Operator::Is, span);
        }
        let quoted = matches!(self.byte(after), b'"' | b'\'') || self.starts(after, b"@\"");
        if quoted && !closed {
            return self.quoted(after).map(|value| Assigned {
                operator: Operator::Beside,
                form: Form::Quoted,
                value,
                literal: true,
            });
        }
        self.alone(span, after)
    }

    /// The value of `name value` that stand on their line alone, but for a word such as `export` or `ENV`.
    fn alone(&self, span: Span, from: usize) -> Option<Assigned> {
        let before = &self.0[span.start.saturating_sub(64)..span.start];
        let line =
            before.iter().rposition(|&byte| byte == b'\n').map_or(before, |newline| &before[newline + 1..]);
        if span.start > 64 && line.len() == before.len() {
            return None;
        }
        let words: Vec<&[u8]> =
            line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(4).collect();
        const LEADS: &[&[u8]] = &[
            b"ENV",
            b"ARG",
            b"export",
            b"set",
            b"setenv",
            b"setx",
            b"-x",
            b"-gx",
            b"-Ux",
            b"-",
            b"server",
            b"set-option",
        ];
        if !words.iter().all(|word| LEADS.contains(word)) {
            return None;
        }
        let value = self.bare(from, false);
        let after = self.blanks(value.end);
        let ends = matches!(self.byte(after), b'\n' | b'\r' | 0);
        (ends && !value.is_empty()).then_some(Assigned {
            operator: Operator::Beside,
            form: Form::Bare,
            value,
            literal: true,
        })
    }

    /// Whether a name in quotes is the first argument of a call, or the first of a pair.
    fn is_argument(&self, span: Span) -> bool {
        let before = &self.0[span.start.saturating_sub(16)..span.start];
        let quotes =
            before.iter().rev().take_while(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'@' | b':'));
        let rest = &before[..before.len() - quotes.count()];
        let blanks = rest.iter().rev().take_while(|&&byte| byte == b' ').count();
        match rest[..rest.len() - blanks].last() {
            Some(b'(' | b'{') => true,
            Some(byte) => blanks > 0 && byte.is_ascii_alphanumeric(),
            None => false,
        }
    }

    /// `a, name = "…", "…"`: the value in the name's place.
    fn tuple(&self, span: Span, from: usize) -> Option<Assigned> {
        let before = &self.0[span.start.saturating_sub(80)..span.start];
        let line =
            before.iter().rposition(|&byte| byte == b'\n').map_or(before, |newline| &before[newline + 1..]);
        let names = line.iter().all(|&byte| name::is_name(byte) || matches!(byte, b' ' | b'\t' | b','));
        let place = line.iter().filter(|&&byte| byte == b',').count();
        if !names || !(1..=4).contains(&place) || !line.ends_with(b", ") && !line.ends_with(b",") {
            return None;
        }
        let mut value = self.quoted(self.blanks(from))?;
        for _ in 0..place {
            let at = self.blanks(value.end + 1);
            if self.byte(at) != b',' {
                return None;
            }
            value = self.quoted(self.blanks(at + 1))?;
        }
        Some(Assigned { operator: Operator::Assign, form: Form::Quoted, value, literal: true })
    }

    /// `name, b = "…", …`: the first value.
    fn first_of_tuple(&self, at: usize) -> Option<Assigned> {
        let rest = self.0.get(at..)?;
        let names = rest
            .iter()
            .take(80)
            .take_while(|&&byte| name::is_name(byte) || matches!(byte, b' ' | b','))
            .count();
        let end = at + names;
        if self.byte(end) != b'=' || matches!(self.byte(end + 1), b'=' | b'>') {
            return None;
        }
        let value = self.quoted(self.blanks(end + 1))?;
        let several = self.byte(self.blanks(value.end + 1)) == b',';
        several.then_some(Assigned { operator: Operator::Assign, form: Form::Quoted, value, literal: true })
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
            (b'-', b'>') if closed => (Operator::Assign, 2),
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
        if self.starts(at, b"{ get") {
            let body = &self.0[at..self.0.len().min(at + 48)];
            let assigns = memchr::memmem::find(body, b"} =").map(|found| at + found + 2);
            return assigns.unwrap_or(at);
        }
        let from = if self.byte(at) == b':' && self.byte(at + 1) != b'=' { self.blanks(at + 1) } else { at };
        if from == at && !(at > 0 && matches!(self.0[at - 1], b' ' | b'\t')) {
            return at;
        }
        let rest = self.0.get(from..).unwrap_or_default();
        if !rest.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || matches!(byte, b'&' | b'*' | b'['))
        {
            return at;
        }
        let is_type = |&&byte: &&u8| byte.is_ascii_alphanumeric() || b"_&[]<>.?|' ,".contains(&byte);
        let mut end = from + rest.iter().take(40).take_while(is_type).count();
        while end > from && self.0[end - 1] == b' ' {
            end -= 1;
        }
        let after = self.blanks(end);
        let assigns = self.byte(after) == b'=' && !matches!(self.byte(after + 1), b'=' | b'>' | b'~');
        if end > from && assigns { after } else { at }
    }

    /// Where a value begins whose name was itself a value: of `name=` or `key:`, of an element before the value's, or of a
    /// variable that is declared.
    fn pair(&self, span: Span, at: usize) -> Option<usize> {
        const WORDS: &[&[u8]] = &[b"value", b"Value", b"VALUE", b"defaultValue", b"default", b"content"];
        if let Some(element) = self.pair_element(at) {
            return Some(element);
        }
        if self.byte(at) == b'{' && self.0[..span.start].ends_with(b"variable \"") {
            let body = &self.0[at..self.0.len().min(at + 400)];
            let body = &body[..memchr::memchr(b'}', body).unwrap_or(body.len())];
            let word = at + memchr::memmem::find(body, b"default")? + b"default".len();
            let sign = self.blanks(word);
            return (self.byte(sign) == b'=').then_some(sign + 1);
        }
        let mut place = at;
        if self.byte(place) == b',' {
            place = self.blanks(place + 1);
        }
        place += usize::from(self.byte(place) == b'\r');
        if self.byte(place) == b'\n' {
            place = self.blanks(place + 1);
        }
        let quote = matches!(self.byte(place), b'"' | b'\'');
        place += usize::from(quote);
        let word = WORDS.iter().find(|word| self.starts(place, word))?;
        place += word.len();
        if quote {
            if !matches!(self.byte(place), b'"' | b'\'') {
                return None;
            }
            place += 1;
        }
        place = self.blanks(place);
        matches!(self.byte(place), b'=' | b':').then_some(place + 1)
    }

    /// `<key>name</key><string>…`, `<name>name</name><value>…`, `name="name" type="…"><value>…`.
    fn pair_element(&self, at: usize) -> Option<usize> {
        let line = &self.0.get(at..self.0.len().min(at + 64))?;
        let close = memchr::memchr(b'>', line)?;
        let starts_tag = self.starts(at, b"</");
        let attributes =
            at > 0 && matches!(self.0[at - 1], b'"' | b' ') && close > 0 && line[..close].contains(&b'=');
        if !starts_tag && !attributes || line[1..close].contains(&b'<') {
            return None;
        }
        let open = self.space(at + close + 1);
        let tag =
            self.0.get(open + 1..)?.iter().take(12).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        (self.byte(open) == b'<' && tag > 0 && self.byte(open + 1 + tag) == b'>').then_some(open + tag + 2)
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
        // `key=key=…`: the value is another assignment, which is read by itself.
        let nested = name::end(self.0, at);
        if nested > at
            && matches!(self.byte(nested), b'=' | b':')
            && self.0[at..nested].eq_ignore_ascii_case(&self.0[name.range()])
        {
            return None;
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
        let value = self.bare(at, in_default);
        if value.is_empty() {
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
        if operator == Operator::Call {
            return None;
        }
        let literal = in_default
            || matches!(operator, Operator::Flag | Operator::Pair | Operator::Cell | Operator::Is)
            || matches!(self.byte(value.end), b'"' | b'\'' | b'`')
            || name.start > 0 && matches!(self.0[name.start - 1], b'?' | b'&' | b'-' | b'"' | b'\'')
            || self.in_comment(name.start);
        Some(Assigned { operator, form: Form::Bare, value, literal })
    }

    /// The start of a string on the next line, if the value begins there.
    fn next_line(&self, at: usize) -> usize {
        let next = at + usize::from(self.byte(at) == b'\\' && matches!(self.byte(at + 1), b'\n' | b'\r'));
        let next = next + usize::from(self.byte(next) == b'\r');
        let line = self.blanks(next + usize::from(self.byte(next) == b'\n'));
        if self.byte(next) == b'\n' && matches!(self.byte(line), b'"' | b'\'') { line } else { at }
    }

    /// Past the name of an argument: `with: "…"`, `default="…"`.
    fn keyword(&self, at: usize) -> usize {
        let length = self
            .0
            .get(at..)
            .map_or(0, |rest| rest.iter().take(16).take_while(|byte| byte.is_ascii_lowercase()).count());
        let sign = self.blanks(at + length);
        if length > 0 && matches!(self.byte(sign), b':' | b'=') { self.blanks(sign + 1) } else { at }
    }

    /// Past a tag that begins at a place.
    fn tag(&self, at: usize) -> usize {
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
    fn element(&self, at: usize, operator: Operator) -> Option<Assigned> {
        let text = self.0.get(at..)?.iter().take(LONGEST_VALUE);
        let end = at + text.take_while(|&&byte| !matches!(byte, b'<' | b'\n')).count();
        let value = self.trimmed(Span::new(at, end));
        let found = Assigned { operator, form: Form::Bare, value, literal: true };
        (self.starts(end, b"</") && !value.is_empty()).then_some(found)
    }

    /// Whether a comment stands before a place on its line.
    fn in_comment(&self, at: usize) -> bool {
        let before = &self.0[at.saturating_sub(160)..at];
        let line =
            before.iter().rposition(|&byte| byte == b'\n').map_or(before, |newline| &before[newline + 1..]);
        let text = line.trim_ascii_start();
        const MARKS: &[&[u8]] = &[b"//", b"#", b"* ", b"/*", b"--", b";", b"<!--", b"%", b"REM ", b"rem "];
        MARKS.iter().any(|mark| text.starts_with(mark)) || memchr::memmem::find(line, b" // ").is_some()
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
        let rest = &rest[..rest.len().min(LONGEST_VALUE + 1)];
        let mut length = rest.len();
        let mut name = true;
        for (index, &byte) in rest.iter().enumerate() {
            let call = name && index > 1 && matches!(byte, b'(' | b'[' | b'{');
            if stops(byte) || call || matches!(byte, b'&' | b';' | b',') && is_next_pair(&rest[index + 1..]) {
                // An expression needs no reading past what opens it.
                length = index + usize::from(call);
                break;
            }
            name &= name::is_name(byte) || byte == b':';
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

/// Whether another name and `=` begin here: in a URL's query or a list, a value ends before the next one.
fn is_next_pair(rest: &[u8]) -> bool {
    let length = rest.iter().take(48).take_while(|&&byte| name::is_name(byte)).count();
    rest.first().is_some_and(u8::is_ascii_alphabetic) && rest.get(length) == Some(&b'=')
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
