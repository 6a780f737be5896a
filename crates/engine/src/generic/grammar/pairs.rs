//! Names and values that stand apart: in tuples, in neighbouring elements, attributes and lines.

use keysieve_finding::Span;

use super::super::name;
use super::{Assigned, Form, Operator, Text};

/// How far a list of columns reaches to each side of a name in it.
const COLUMNS: usize = 320;

impl Text<'_> {
    /// Where the values begin of which a list of columns ends behind a place: `…) VALUES (`.
    pub(super) fn values_behind(&self, at: usize) -> Option<usize> {
        let rest = &self.0.get(at..self.0.len().min(at + COLUMNS))?;
        let close = at + memchr::memchr2(b')', b';', rest)?;
        let word = self.space(close + 1);
        let is_word = self.0.get(word..word + 6).is_some_and(|text| text.eq_ignore_ascii_case(b"values"));
        let open = self.space(word + 6);
        (self.byte(close) == b')' && is_word && self.byte(open) == b'(').then_some(open + 1)
    }

    /// The value of a column: `INSERT INTO users (name, password) VALUES ('…', '…')`.
    pub(super) fn inserted(&self, span: Span) -> Option<Assigned> {
        let quoted = matches!(self.byte(span.end), b'`' | b'"' | b'\'' | b']');
        let after = self.blanks(span.end + usize::from(quoted));
        if !matches!(self.byte(after), b',' | b')') {
            return None;
        }
        let mut at = self.values_behind(after)?;
        let before = &self.0[span.start.saturating_sub(COLUMNS)..span.start];
        let columns = &before[memchr::memrchr(b'(', before)? + 1..];
        for _ in 0..columns.iter().filter(|&&byte| byte == b',').count() {
            at = self.space(at);
            let end = match self.quoted(at) {
                Some(value) => value.end + 1,
                None => at,
            };
            at = end + memchr::memchr3(b',', b')', b'\n', self.0.get(end..)?)?;
            if self.byte(at) != b',' {
                return None;
            }
            at += 1;
        }
        let value = self.quoted(self.space(at))?;
        let next = self.byte(self.blanks(value.end + 1));
        matches!(next, b',' | b')').then_some(Assigned {
            operator: Operator::Assign,
            form: Form::Quoted,
            value,
            literal: true,
        })
    }

    /// `{name, "…"}`, a pair in Erlang.
    pub(super) fn pair_of_tuple(&self, span: Span, at: usize) -> Option<Assigned> {
        let opened = span.start > 0 && self.0[span.start - 1] == b'{';
        let value = opened.then(|| self.quoted(self.blanks(at + 1))).flatten()?;
        let closes = self.byte(self.blanks(value.end + 1)) == b'}';
        closes.then_some(Assigned { operator: Operator::Comma, form: Form::Quoted, value, literal: true })
    }

    /// `put(NAME, "…")`: what is set under a name that is no string.
    pub(super) fn set_by_name(&self, span: Span, at: usize) -> Option<Assigned> {
        const SETTERS: &[&[u8]] = &[
            b"put(",
            b"Property(",
            b"set :",
            b"set(",
            b"Set(",
            b"add(",
            b"Add(",
            b"append(",
            b"eader(",
            b"define(",
        ];
        let before = &self.0[..span.start];
        let before = before.strip_suffix(b"$").unwrap_or(before);
        SETTERS.iter().find(|setter| before.ends_with(setter))?;
        let value = self.quoted(self.blanks(at + 1))?;
        let ends = matches!(self.byte(self.blanks(value.end + 1)), b')' | b',' | b'\n' | b'\r' | 0);
        ends.then_some(Assigned { operator: Operator::Comma, form: Form::Quoted, value, literal: true })
    }

    /// Whether a string stands behind whole pairs of strings in a call that makes a map of them: `Map.of("a", "b", "name"`.
    pub(super) fn is_behind_pairs(&self, start: usize) -> bool {
        let before = &self.0[start.saturating_sub(160)..start];
        let Some(open) =
            memchr::memmem::rfind(before, b"of(").or_else(|| memchr::memmem::rfind(before, b"Of("))
        else {
            return false;
        };
        let pairs = &before[open + 3..];
        let quotes = pairs.iter().filter(|&&byte| byte == b'"').count();
        let inside = |&byte: &u8| !matches!(byte, b'(' | b')' | b'{' | b'}' | b'[' | b';');
        quotes % 4 == 1 && pairs.iter().all(inside)
    }

    /// `a, name = "…", "…"`: the value in the name's place.
    pub(super) fn tuple(&self, span: Span, from: usize) -> Option<Assigned> {
        let before = &self.0[span.start.saturating_sub(80)..span.start];
        if !before.ends_with(b",") && !before.ends_with(b", ") {
            return None;
        }
        let line = memchr::memrchr(b'\n', before).map_or(before, |newline| &before[newline + 1..]);
        let names = line.iter().all(|&byte| name::is_name(byte) || matches!(byte, b' ' | b'\t' | b','));
        let place = line.iter().filter(|&&byte| byte == b',').count();
        if !names || !(1..=4).contains(&place) {
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
    pub(super) fn first_of_tuple(&self, at: usize) -> Option<Assigned> {
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
        let next = self.blanks(value.end + 1);
        let next = if self.byte(next) == b',' { self.byte(self.blanks(next + 1)) } else { 0 };
        let several = matches!(next, b'"' | b'\'' | b'`') || next.is_ascii_digit();
        several.then_some(Assigned { operator: Operator::Assign, form: Form::Quoted, value, literal: true })
    }

    /// Where a value begins whose name was itself a value: of `name=` or `key:`, of an element before the value's, or of a
    /// variable that is declared.
    pub(super) fn pair(&self, span: Span, at: usize, closed: bool) -> Option<usize> {
        const WORDS: &[&[u8]] =
            &[b"value", b"Value", b"VALUE", b"defaultValue", b"default", b"content", b"ParameterValue"];
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
        if place == at && !closed && !matches!(self.0[at - 1], b' ' | b'\t') {
            return None;
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
    pub(super) fn pair_element(&self, at: usize) -> Option<usize> {
        let line = &self.0.get(at..self.0.len().min(at + 64))?;
        let close = memchr::memchr(b'>', line)?;
        let starts_tag = self.starts(at, b"</");
        let quoted = at > 0 && matches!(self.0[at - 1], b'"' | b' ');
        let attributes = quoted && close > 0 && line[..close].contains(&b'=');
        let bare = quoted && close == 0;
        if !starts_tag && !attributes && !bare || line[close.min(1)..close].contains(&b'<') {
            return None;
        }
        let open = self.space(at + close + 1);
        let rest = self.0.get(open + 1..self.0.len().min(open + 65))?;
        let name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b':';
        let tag = rest.iter().take(24).take_while(name).count();
        let end = memchr::memchr(b'>', rest)?;
        // Of elements with other attributes or without their own, only those that say that they are values.
        let says = || {
            let inside = &rest[..end];
            inside.windows(4).any(|four| four == b"alue")
                && !inside.contains(&b'<')
                && !inside.ends_with(b"/")
        };
        let follows = tag > 0 && if bare || end > tag { says() } else { tag <= 12 };
        (self.byte(open) == b'<' && follows).then_some(open + end + 2)
    }

    /// Whether a name before `>` is that of an element, or of an attribute of one.
    pub(super) fn is_element(&self, span: Span, closed: bool) -> bool {
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
}
