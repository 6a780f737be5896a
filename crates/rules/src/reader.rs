//! Typed reading of a TOML document that collects every problem instead of stopping at the first.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Problem, closest};

/// Collects the problems of one file.
pub(crate) struct Reporter<'t> {
    file: &'t str,
    text: &'t str,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Reporter<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, problems: RefCell::default() }
    }

    /// Records what is wrong at a byte of the file.
    pub(crate) fn report(
        &self,
        at: usize,
        rule: Option<&str>,
        what: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems.borrow_mut().push(Problem {
            file: self.file.to_owned(),
            line: self.line(at),
            rule: rule.map(str::to_owned),
            what: what.into(),
            help: help.into(),
        });
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count()
    }

    pub(crate) fn count(&self) -> usize {
        self.problems.borrow().len()
    }

    /// The problems in the order of lines.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line);
        problems
    }
}

/// A value and the byte of the file at which it begins.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) at: usize,
}

/// One table of the document. Reading a key makes it known; what was never read is unknown in the end.
pub(crate) struct Section<'d> {
    reporter: &'d Reporter<'d>,
    table: &'d DeTable<'d>,
    at: usize,
    rule: Option<String>,
    known: Vec<&'static str>,
}

impl<'d> Section<'d> {
    pub(crate) fn new(reporter: &'d Reporter<'d>, table: &'d DeTable<'d>, span: Range<usize>) -> Self {
        Self { reporter, table, at: span.start, rule: None, known: Vec::new() }
    }

    /// From here on, problems name this rule.
    pub(crate) fn name(&mut self, rule: &str) {
        self.rule = Some(rule.to_owned());
    }

    /// Where the table begins.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn reporter(&self) -> &'d Reporter<'d> {
        self.reporter
    }

    pub(crate) fn report(&self, at: usize, what: impl Into<String>, help: impl Into<String>) {
        self.reporter.report(at, self.rule.as_deref(), what, help);
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where the key of a value stands; where the table begins, if there is no such key.
    pub(crate) fn key_at(&self, key: &str) -> usize {
        self.table.get_key_value(key).map_or(self.at, |(key, _)| key.span().start)
    }

    fn get(&mut self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.known.push(key);
        self.table.get(key)
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let is = value.get_ref().type_str();
        self.report(value.span().start, format!("`{key}` is of type {is}"), format!("write {expected}"));
    }

    pub(crate) fn string(&mut self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(At { value: text.clone().into_owned(), at: value.span().start }),
            _ => {
                self.wrong_type(key, value, "a string");
                None
            }
        }
    }

    /// A string that says something; the empty one is reported.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<At<String>> {
        let text = self.string(key)?;
        if text.value.trim().is_empty() {
            self.report(
                text.at,
                format!("`{key}` is empty"),
                "write something, or leave the key out if it is optional",
            );
            return None;
        }
        Some(text)
    }

    pub(crate) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.wrong_type(key, value, "true or false");
                None
            }
        }
    }

    pub(crate) fn number(&mut self, key: &'static str) -> Option<At<f64>> {
        let value = self.get(key)?;
        let parsed = match value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if parsed.is_none() {
            self.wrong_type(key, value, "a number");
        }
        Some(At { value: parsed?, at: value.span().start })
    }

    /// A string or an integer, as text: what `lookahead` takes.
    pub(crate) fn word_or_integer(&mut self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        let at = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => Some(At { value: text.clone().into_owned(), at }),
            DeValue::Integer(number) => Some(At { value: number.to_string(), at }),
            _ => {
                self.wrong_type(key, value, "a string or an integer");
                None
            }
        }
    }

    /// A string, or a list of strings; `None` if the key is missing.
    pub(crate) fn string_or_strings(&mut self, key: &'static str) -> Option<Vec<At<String>>> {
        match self.get(key)?.get_ref() {
            DeValue::String(_) => self.string(key).map(|text| vec![text]),
            _ => self.strings(key),
        }
    }

    /// A list of strings, each with its place; `None` if the key is missing.
    pub(crate) fn strings(&mut self, key: &'static str) -> Option<Vec<At<String>>> {
        let value = self.get(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, value, "a list of strings");
            return None;
        };
        let mut strings = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(text) => {
                    strings.push(At { value: text.clone().into_owned(), at: item.span().start });
                }
                _ => self.wrong_type(key, item, "only strings in the list"),
            }
        }
        Some(strings)
    }

    pub(crate) fn section(&mut self, key: &'static str) -> Option<Section<'d>> {
        let value = self.get(key)?;
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(key, value, "a table");
            return None;
        };
        let mut section = Section::new(self.reporter, table, value.span());
        section.rule.clone_from(&self.rule);
        Some(section)
    }

    /// A list of tables: `[[key]]`.
    pub(crate) fn sections(&mut self, key: &'static str) -> Vec<Section<'d>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, value, &format!("each of them under a heading `[[{key}]]`"));
            return Vec::new();
        };
        let mut sections = Vec::with_capacity(items.len());
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(table) => sections.push(Section::new(self.reporter, table, item.span())),
                _ => self.wrong_type(key, item, &format!("each of them under a heading `[[{key}]]`")),
            }
        }
        sections
    }

    /// A word of a closed set.
    pub(crate) fn choice<T: Copy>(&mut self, key: &'static str, known: &[(&str, T)]) -> Option<T> {
        let word = self.string(key)?;
        self.chosen(key, &word, known)
    }

    pub(crate) fn chosen<T: Copy>(&self, key: &str, word: &At<String>, known: &[(&str, T)]) -> Option<T> {
        let found = known.iter().find(|(name, _)| *name == word.value).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            let meant = closest(&word.value, names.iter().copied());
            let meant = meant.map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
            let help = format!("write one of {}{meant}", names.join(", "));
            self.report(word.at, format!("`{key}` cannot be `{}`", word.value), help);
        }
        found
    }

    /// Reports that a required key is missing.
    pub(crate) fn missing(&self, key: &str, help: impl Into<String>) {
        // A key of the wrong type, or empty, was reported when it was read.
        if !self.has(key) {
            self.report(self.at, format!("`{key}` is missing"), help);
        }
    }

    /// Reports every key that was never read.
    pub(crate) fn finish(self) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let unread: Vec<_> =
                self.known.iter().copied().filter(|known| !self.table.contains_key(*known)).collect();
            let help = match closest(name, unread.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known are: {}", self.known.join(", ")),
            };
            self.report(key.span().start, format!("unknown key `{name}`"), help);
        }
    }
}
