//! How values are assigned to names, in the grammars that programs, configuration and people use.

mod columns;
mod glance;
mod names;
mod pairs;
mod values;

use keysieve_finding::Span;

use super::name;

pub(super) use glance::Glance;

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
    /// In a row of a table, below the name.
    Column,
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

/// Reads what is assigned to the name at `span`.
pub(crate) fn read(haystack: &[u8], span: Span) -> Option<Assigned> {
    let text = Text(haystack);
    if let Some(value) = text.inserted(span) {
        return Some(value);
    }
    if let Some(value) = text.below(span.end) {
        return Some(value);
    }
    let (at, closed) = text.close_name(text.more_words(span.end));
    if closed && text.is_path(span.start) {
        return None;
    }
    if closed
        && span.start > 0
        && haystack[span.start - 1] == b'\\'
        && haystack[span.start..at].contains(&b'"')
    {
        // The last part of a path of Windows is no name; one in an escaped text is.
        return if haystack[span.end] == b'\\' { text.assigned(span, at, closed) } else { None };
    }
    text.assigned(span, at, closed)
}

/// The values after the first one that is assigned to the name that ends at `end`: in a list or a table of strings,
/// `["…", "…"]`, `{"a": "…", "b": "…"}`, in the rows of a table and the entries of a list of YAML. Says whether it is
/// the first one of any.
pub(crate) fn more(haystack: &[u8], end: usize, first: &Assigned, mut found: impl FnMut(Assigned)) -> bool {
    const MOST: usize = 32;
    const DESCRIPTIONS: &[&[u8]] =
        &[b"name", b"type", b"id", b"label", b"title", b"description", b"displayName", b"kind", b"location"];
    let text = Text(haystack);
    if first.operator == Operator::Column {
        text.rows_below(end, found);
        return true;
    }
    if first.operator == Operator::Colon && text.entries_below(first, &mut found) {
        return true;
    }
    if first.form != Form::Quoted || first.operator == Operator::Call {
        return false;
    }
    let opened = first.value.start.checked_sub(2).map(|before| haystack[before]);
    if !matches!(opened, Some(b'[' | b'{' | b'(')) {
        return false;
    }
    let mut value = first.value;
    for _ in 0..MOST {
        let quote = text.byte(value.end);
        let mut at = text.space(value.end + 1);
        let key = text.byte(at) == b':' || text.starts(at, b"=>");
        if !key && text.byte(at) != b',' || !matches!(quote, b'"' | b'\'') {
            return true;
        }
        at = text.space(at + if text.byte(at) == b'=' { 2 } else { 1 });
        if matches!(text.byte(at), b'{' | b'[' | b'(') {
            // What is deeper has names of its own.
            return true;
        }
        let Some(next) = text.quoted(at) else { return true };
        // `[{"name": "…"}]` says what is needed, not what it is.
        let describes = key && DESCRIPTIONS.contains(&&haystack[value.range()]);
        value = next;
        if describes {
            continue;
        }
        let after = text.space(value.end + 1);
        let blank = haystack[value.range()].contains(&b' ');
        if text.byte(after) != b':' && !text.starts(after, b"=>") && !blank {
            found(Assigned { value, ..*first });
        }
    }
    true
}

/// Whether a name and its value stand on a line alone, as in YAML.
pub(crate) fn is_line(haystack: &[u8], name: Span, value: Span) -> bool {
    let text = Text(haystack);
    let before = &haystack[name.start.saturating_sub(80)..name.start];
    let line = memchr::memrchr(b'\n', before).map_or(before, |newline| &before[newline + 1..]);
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'#' | b'*'))
        && matches!(text.byte(text.blanks(value.end)), b'\n' | b'\r' | 0)
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

    /// Whether a text, which is not empty, stands at a place; told by its first byte nearly always.
    #[inline]
    fn starts(&self, at: usize, text: &[u8]) -> bool {
        self.byte(at) == text[0] && self.0[at..].starts_with(text)
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
        if let Some(value) = self.pair(span, after, closed) {
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
        if let Some(value) = self.chosen(at, closed) {
            return Some(value);
        }
        if !closed && self.byte(after) == b',' {
            return self
                .pair_of_tuple(span, after)
                .or_else(|| self.first_of_tuple(after))
                .or_else(|| self.set_by_name(span, after));
        }
        if after == at {
            return None;
        }
        let dashes = span.start > 0 && self.0[span.start - 1] == b'-';
        if dashes {
            return self.value(after, Operator::Flag, span);
        }
        if let Some(from) = self.sentence(after) {
            return self.value(from, Operator::Is, span);
        }
        let quoted = matches!(self.byte(after), b'"' | b'\'') || self.starts(after, b"@\"");
        if quoted && (!closed || self.is_listed(span, at, after)) {
            return self.quoted(after).map(|value| Assigned {
                operator: Operator::Beside,
                form: Form::Quoted,
                value,
                literal: true,
            });
        }
        self.alone(span, after).or_else(|| self.outstanding(after))
    }

    /// Whether a name in quotes begins its line and a wide gap follows it, as in Valve's KeyValues: `"name"    "value"`.
    fn is_listed(&self, span: Span, at: usize, after: usize) -> bool {
        let before = &self.0[span.start.saturating_sub(BLANKS)..span.start];
        let line = memchr::memrchr(b'\n', before).map_or(before, |newline| &before[newline + 1..]);
        let wide = after > at + 1 || self.byte(at) == b'\t';
        wide && line.trim_ascii_start() == b"\"" && self.byte(span.end) == b'"' && at == span.end + 1
    }

    /// The string that is taken where what has the name is not there, or that is given to it: `getenv("PASSWORD") || "…"`,
    /// `get("password").orElse("…")`, `find("#password").type("…")`.
    fn chosen(&self, at: usize, closed: bool) -> Option<Assigned> {
        const CHOICES: &[&[u8]] = &[b"||", b"??", b"?:", b"or "];
        /// Of optional values, and of fields on a page.
        const METHODS: &[&[u8]] = &[
            b"orElse",
            b"or_else",
            b"or",
            b"unwrap_or",
            b"unwrap_or_else",
            b"getOrElse",
            b"type",
            b"fill",
            b"val",
            b"sendKeys",
            b"send_keys",
            b"setValue",
            b"set_value",
            b"setText",
            b"typeText",
            b"enterText",
        ];
        let after = self.blanks(at);
        let literal = |operator, value| Assigned { operator, form: Form::Quoted, value, literal: true };
        let stands = |choice: &&&[u8]| self.starts(after, choice) && (after > at || choice[0] != b'o');
        if let Some(choice) = CHOICES.iter().find(stands) {
            let value = self.quoted(self.blanks(after + choice.len()))?;
            return Some(literal(Operator::Default, value));
        }
        if !closed || self.byte(at) != b'.' || self.0[at - 1] != b')' {
            return None;
        }
        let length =
            self.0[at + 1..].iter().take(24).take_while(|&&byte| name::is_name(byte) && byte != b'.').count();
        let open = at + 1 + length;
        let method = &self.0[at + 1..open];
        if self.byte(open) != b'(' || !METHODS.contains(&method) {
            return None;
        }
        let default = method.starts_with(b"or") || method.starts_with(b"un") || method.starts_with(b"get");
        let value = self.quoted(open + 1)?;
        Some(literal(if default { Operator::Default } else { Operator::Comma }, value))
    }

    /// Where the value begins in `password is …` and `password for the server: …`.
    fn sentence(&self, at: usize) -> Option<usize> {
        const FURTHER: &[&[u8]] = &[b"for ", b"of ", b"to ", b"on "];
        if self.starts(at, b"is ") {
            return Some(at + 3);
        }
        let word = FURTHER.iter().find(|word| self.starts(at, word))?;
        let rest = &self.0[at + word.len()..];
        let words = |&&byte: &&u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'_' | b'.' | b'\'' | b'@')
        };
        let length = rest.iter().take(48).take_while(words).count();
        let end = at + word.len() + length;
        (self.byte(end) == b':' && self.byte(end + 1) == b' ').then_some(end + 2)
    }

    /// The value of `name value` that stand on their line alone, but for a word such as `export` or `ENV`.
    fn alone(&self, span: Span, from: usize) -> Option<Assigned> {
        let value = self.bare(from, false);
        let after = self.blanks(value.end);
        if value.is_empty() || !matches!(self.byte(after), b'\n' | b'\r' | 0) || !self.leads(span) {
            return None;
        }
        // Code has such lines, too: `key *key_new(void)`.
        let literal = span.start > 0 && !matches!(self.0[span.start - 1], b'\n' | b'\r');
        Some(Assigned { operator: Operator::Beside, form: Form::Bare, value, literal })
    }

    /// What stands behind a name in a sentence and can be no word of it: `the token 1f3…`.
    fn outstanding(&self, from: usize) -> Option<Assigned> {
        const SHORTEST: usize = 20;
        const LONGEST: usize = 160;
        let rest = self.0.get(from..)?;
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = rest.iter().take(LONGEST).take_while(is_part).count();
        let text = &rest[..length];
        let ends = match rest[length..] {
            [b'.', next, ..] => next <= b' ',
            [byte, ..] => {
                byte <= b' ' || matches!(byte, b',' | b';' | b')' | b'"' | b'\'' | b'`' | b'<' | b'!' | b'?')
            }
            [] => true,
        };
        // Names of files are words with separators between them.
        let is_mixed = |piece: &[u8]| {
            piece.len() >= 14 && piece.iter().filter(|byte| byte.is_ascii_digit()).count() >= 3
        };
        let mixed = || text.split(|byte| matches!(byte, b'_' | b'-')).any(is_mixed);
        (length >= SHORTEST && ends && mixed()).then(|| Assigned {
            operator: Operator::Beside,
            form: Form::Bare,
            value: Span::new(from, from + length),
            literal: true,
        })
    }

    /// Whether there is nothing before a name on its line but words that lead to one.
    fn leads(&self, span: Span) -> bool {
        const LEADS: &[&[u8]] = &[
            b"ENV",
            b"ARG",
            b"export",
            b"set",
            b"setenv",
            b"setx",
            b"SetEnv",
            b"-x",
            b"-gx",
            b"-Ux",
            b"-",
            b"server",
            b"set-option",
            b"enable",
        ];
        // `machine db login ci password …`, `username admin password …`
        const USERS: &[&[u8]] = &[b"machine", b"default", b"login", b"user", b"username"];
        let before = &self.0[span.start.saturating_sub(64)..span.start];
        let newline = memchr::memrchr(b'\n', before);
        let line = newline.map_or(before, |newline| &before[newline + 1..]);
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let whole = newline.is_some() || span.start <= 64;
        whole
            && (words.clone().take(4).all(|word| LEADS.contains(&word))
                || words.next().is_some_and(|word| USERS.contains(&word)))
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
            // `buildConfigField("String", "API_KEY", "…")`
            Some(b',') => {
                rest.ends_with(b"tring\",")
                    || rest.ends_with(b"tring\", ")
                    || self.is_behind_pairs(span.start)
            }
            Some(byte) if blanks > 0 => byte.is_ascii_alphanumeric(),
            Some(b'=' | b'#' | b'[' | b'.' | b'^' | b'*') => self.is_selector(span),
            _ => false,
        }
    }

    /// Whether a name stands in a selector that is the first argument of a call: `("input[name=password]", …)`.
    fn is_selector(&self, span: Span) -> bool {
        let before = &self.0[span.start.saturating_sub(48)..span.start];
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.#:[]=~^$* >'\"".contains(byte);
        let length = before.iter().rev().take_while(|byte| is_part(byte)).count();
        let (before, selector) = before.split_at(before.len() - length);
        before.last() == Some(&b'(') && matches!(selector.first(), Some(b'"' | b'\''))
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
            // ``tokens (`list[str]`)`` documents a parameter.
            (b'(', b'`') if at > 0 && self.0[at - 1] == b' ' => return None,
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
        let next = self.byte(after + 1);
        // A password may hold an equals sign; a type that is no word has blanks around its own, or a string behind it.
        let is_word = self.0[from..end].iter().all(u8::is_ascii_alphabetic);
        let tight = after == end && !is_word && !matches!(next, b'"' | b'\'' | b'`' | b'@' | b' ');
        let assigns = self.byte(after) == b'=' && !matches!(next, b'=' | b'>' | b'~') && !tight;
        let count = |byte: u8| self.0[from..end].iter().filter(|&&other| other == byte).count();
        let whole = count(b'[') == count(b']') && count(b'<') == count(b'>');
        if end > from && assigns && whole { after } else { at }
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
        use Operator::{Assign, Call, Cell, Colon, Column, Comma, Compare, Default, Element, Flag, Pair};
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
            ("page.fill(\"input[name=password]\", \"v-1\")", Comma, Quoted),
            ("buildConfigField(\"String\", \"PASSWORD\", \"\\\"v-1\\\"\")", Comma, Quoted),
            ("{password, \"v-1\"}", Comma, Quoted),
            ("config.put(Names.PASSWORD, \"v-1\")", Comma, Quoted),
            ("Map.of(\"name\", \"a\", \"password\", \"v-1\")", Comma, Quoted),
            ("INSERT INTO users (name, password) VALUES ('a, b', 'v-1')", Assign, Quoted),
            ("insert into `users` (`id`, `password`, `name`)\n  values (1, 'v-1', 'a')", Assign, Quoted),
            ("password = os.getenv('X', 'v-1')", Default, Quoted),
            ("password = env.X || 'v-1'", Default, Quoted),
            ("password = SecretStr(\"v-1\")", Default, Quoted),
            ("${PASSWORD:-v-1}", Default, Bare),
            ("${db.password:v-1}", Default, Bare),
            ("x?user=a&password=v-1&b=c", Assign, Bare),
            ("password =\n    \"v-1\"", Assign, Quoted),
            ("user,password\na,v-1\nb,v-2", Column, Bare),
            ("user;\"password\";role\n\"a;b\";\"v-1\";x\n", Column, Quoted),
            ("| user | password |\n|---|---|\n| a | v-1 |\n", Column, Bare),
            ("password: >-\n  v-1\nuser: a\n", Colon, Bare),
            ("passwords:\n  - v-1\n  - v-2\n", Colon, Bare),
            ("password <- \"v-1\"", Assign, Quoted),
            ("$h->{\"password\"} = \"v-1\";", Assign, Quoted),
            ("$Conf{Some::password} = 'v-1';", Assign, Quoted),
            ("\t\"password\"\t\"v-1\"", Operator::Beside, Quoted),
            ("set :password, \"v-1\"", Comma, Quoted),
            ("<property name=\"password\"><value>v-1</value>", Operator::Pair, Bare),
            (
                "<p name=\"Argument.name\">password</p><p name=\"Argument.value\">v-1</p>",
                Operator::Pair,
                Bare,
            ),
            ("{\"ParameterKey\":\"Password\",\"ParameterValue\":\"v-1\"}", Operator::Pair, Quoted),
            // The string is another call's.
            ("x(props.password):v-1 0),add(\"a\",\"b\")", Colon, Bare),
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
            "user, password // who\na, b // c",
            "name, password\nonly one cell",
            "password;\tb\nv-1\tv-2",
            "let {password} = v-1",
            "\"password\" \"v-1\"",
            "{type:\"password\",value:E,onChange:f}",
            "new sfn.Pass(this, 'v-1')",
            "passes (`torch.Tensor`): what",
            "password: |\n  several\n  lines\n",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn every_row_below_a_name_and_every_entry_is_read() {
        for (text, expected) in [
            ("id,pass\n1,a-1\n2,b-2\n3,c-3\nand so on\n", ["b-2", "c-3"]),
            ("pass:\n  - a-1\n  - 'b-2'\n  - c-3\nuser: x\n", ["b-2", "c-3"]),
        ] {
            let at = memchr::memmem::find(text.as_bytes(), b"pass").unwrap_or_default();
            let span = Span::new(at, at + 4);
            let first = read(text.as_bytes(), span);
            let mut rest = Vec::new();
            if let Some(first) = first {
                assert!(more(text.as_bytes(), span.end, &first, |next| rest.push(&text[next.value.range()])));
            }
            assert_eq!(rest, expected, "{text}");
        }
    }
}
