//! Reading a configuration file of another tool: what is wrong with it, and what of it counts for nothing here.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::Imported;
use super::dialect::Dialect;
use super::node::{Node, Value};
use crate::error::{Errors, Problem};

/// A file that is being read.
pub(super) struct Reading {
    file: String,
    problems: RefCell<Vec<Problem>>,
    notes: RefCell<Vec<Problem>>,
}

impl Reading {
    pub(super) fn new(file: String) -> Self {
        Self { file, problems: RefCell::default(), notes: RefCell::default() }
    }

    /// Notes what is wrong: nothing of the file counts then.
    pub(super) fn problem(&self, line: usize, rule: Option<&str>, what: String, help: &str) {
        self.problems.borrow_mut().push(self.remark(line, rule, what, help));
    }

    /// Notes what counts for nothing, or for something else than in its tool.
    pub(super) fn note(&self, line: usize, rule: Option<&str>, what: String, help: &str) {
        self.notes.borrow_mut().push(self.remark(line, rule, what, help));
    }

    fn remark(&self, line: usize, rule: Option<&str>, what: String, help: &str) -> Problem {
        let rule = rule.filter(|rule| !rule.is_empty()).map(str::to_owned);
        Problem { file: self.file.clone(), line, rule, what, help: help.to_owned() }
    }

    /// What was read, or all that is wrong.
    pub(super) fn finish(self, mut imported: Imported) -> Result<Imported, Errors> {
        let problems = self.problems.into_inner();
        imported.notes = self.notes.into_inner();
        if problems.is_empty() { Ok(imported) } else { Err(Errors::new(problems)) }
    }
}

/// A map of which every key is to be read.
pub(super) struct Fields<'a> {
    pub(super) reading: &'a Reading,
    node: &'a Node,
    name: RefCell<String>,
    read: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(reading: &'a Reading, node: &'a Node) -> Self {
        if !node.is_map() {
            reading.problem(node.line, None, "this must be a table".to_owned(), "write keys with values");
        }
        Self { reading, node, name: RefCell::default(), read: RefCell::default() }
    }

    /// Says whose fields they are, for messages.
    pub(super) fn name(self, rule: &str) -> Self {
        *self.name.borrow_mut() = rule.to_owned();
        self
    }

    pub(super) fn line(&self) -> usize {
        self.node.line
    }

    /// The value of a key, if it has one.
    pub(super) fn get(&self, key: &'static str) -> Option<&'a Node> {
        self.read.borrow_mut().insert(key);
        self.node.get(key).filter(|node| node.value != Value::Nothing)
    }

    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn text(&self, key: &'static str) -> Option<&'a str> {
        let node = self.get(key)?;
        if node.text().is_none() {
            self.problem(node.line, format!("`{key}` is not a text"), "write one text");
        }
        node.text().filter(|text| !text.is_empty())
    }

    pub(super) fn number(&self, key: &'static str) -> Option<f64> {
        let (node, text) = (self.get(key)?, self.text(key)?);
        let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.problem(node.line, format!("`{key}` is not a number"), "write a number");
        }
        number
    }

    pub(super) fn truth(&self, key: &'static str) -> Option<bool> {
        let (node, text) = (self.get(key)?, self.text(key)?);
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => {
                self.problem(node.line, format!("`{key}` is neither true nor false"), "write true or false");
                None
            }
        }
    }

    /// A list of texts; a text alone is a list of one.
    pub(super) fn texts(&self, key: &'static str) -> Vec<String> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let text = |item: &Node| {
            if item.text().is_none() {
                self.problem(item.line, format!("`{key}` holds something that is no text"), "write texts");
            }
            item.text().map(str::to_owned)
        };
        items.iter().filter_map(text).collect()
    }

    /// A list of maps; a map alone is a list of one.
    pub(super) fn maps(&self, key: &'static str) -> &'a [Node] {
        let Some(node) = self.get(key) else { return &[] };
        match &node.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(node),
        }
    }

    /// Dialect, translated and checked.
    pub(super) fn expressions(&self, key: &'static str, dialect: Dialect) -> Vec<String> {
        let line = self.get(key).map_or(0, |node| node.line);
        let texts = self.texts(key);
        texts.iter().filter_map(|text| self.expression(key, line, text, dialect)).collect()
    }

    /// An expression, translated and checked.
    pub(super) fn expression(&self, key: &str, line: usize, text: &str, dialect: Dialect) -> Option<String> {
        match dialect.translate(text) {
            Ok(ours) => Some(ours),
            Err(complaint) => {
                let help = "expressions match bytes, without look-around and references back: write ASCII classes, or \
                            leave the rule out";
                self.problem(line, format!("`{key}`: {complaint}"), help);
                None
            }
        }
    }

    pub(super) fn problem(&self, line: usize, what: String, help: &str) {
        self.reading.problem(line, Some(&self.name.borrow()), what, help);
    }

    pub(super) fn note(&self, line: usize, what: String, help: &str) {
        self.reading.note(line, Some(&self.name.borrow()), what, help);
    }

    /// Notes that a key, if it is there, counts for nothing.
    pub(super) fn ignored(&self, key: &'static str, help: &str) {
        if let Some(node) = self.get(key) {
            self.note(node.line, format!("`{key}` counts for nothing"), help);
        }
    }

    /// Notes every key that nothing has asked for.
    pub(super) fn finish(self) {
        let Value::Map(fields) = &self.node.value else { return };
        for (key, node) in fields {
            if !self.read.borrow().contains(key.as_str()) {
                let what = format!("the key `{key}` is not known and counts for nothing");
                self.note(node.line, what, "correct its name, or take it out");
            }
        }
    }
}
