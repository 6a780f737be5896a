//! A rule file.

use std::path::Path;

use toml::de::DeTable;

use crate::entry::{self, Defaults};
use crate::error::{Errors, Problem};
use crate::example::Examples;
use crate::reader::{Reporter, Section};
use crate::rule::Rule;

/// How much is asked of a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// The built-in pack: every law.
    Pack,
    /// A user's own file: what only documents or only speeds up is optional. `provider`, `name`, `severity` (high),
    /// `about`, `docs` and `examples` may be left out, repetitions need no bound, and a rule may be one that only a
    /// search through the whole object finds.
    User,
}

/// A rule file, read and checked.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// The rules in the order of the file.
    pub rules: Vec<Rule>,
    /// The examples of each rule, parallel to `rules`.
    pub examples: Vec<Examples>,
    /// The line of each rule's heading, parallel to `rules`.
    pub lines: Vec<usize>,
}

impl RuleFile {
    /// Parses a rule file; `path` is only for messages.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(path: &Path, text: &str, strictness: Strictness) -> Result<Self, Errors> {
        let name = path.display().to_string();
        let reporter = Reporter::new(&name, text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            reporter.report(at, None, format!("not TOML: {}", error.message()), "correct the syntax");
        }
        let mut file = Self { rules: Vec::new(), examples: Vec::new(), lines: Vec::new() };
        // What is read of a broken document would be reported for what the breakage swallowed.
        if errors.is_empty() {
            let root = Section::new(&reporter, document.get_ref(), 0..0);
            file.read(root, path, strictness);
        }
        let problems = reporter.into_problems();
        if problems.is_empty() { Ok(file) } else { Err(Errors::new(problems)) }
    }

    /// Reads and parses a rule file.
    ///
    /// # Errors
    /// All that is wrong with it, or that it cannot be read.
    pub fn load(path: &Path, strictness: Strictness) -> Result<Self, Errors> {
        Self::parse(path, &read(path).map_err(|problem| Errors::new(vec![problem]))?, strictness)
    }

    fn read(&mut self, mut root: Section<'_>, path: &Path, strictness: Strictness) {
        let provider = root.text("provider").map(|provider| provider.value);
        if provider.is_none() && strictness == Strictness::Pack {
            root.missing("provider", "name whose credentials the file's rules find, as people write it");
        }
        let docs = root.text("docs");
        if let Some(docs) = &docs {
            entry::check_docs(&root, docs);
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let defaults = Defaults {
            provider: provider.or(stem).unwrap_or_default(),
            docs: docs.map(|docs| docs.value),
            strictness,
        };
        let sections = root.sections("rule");
        if sections.is_empty() {
            root.missing("rule", "a rule begins with a heading `[[rule]]`");
        }
        let reporter = root.reporter();
        for section in sections {
            let line = reporter.line(section.at());
            if let Some((rule, examples)) = entry::read(section, &defaults) {
                self.rules.push(rule);
                self.examples.push(examples);
                self.lines.push(line);
            }
        }
        root.finish();
    }
}

/// Reads a file's text.
pub(crate) fn read(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| Problem {
        file: path.display().to_string(),
        line: 0,
        rule: None,
        what: format!("cannot be read: {error}"),
        help: "rule files are UTF-8 text; check the path and its permissions".into(),
    })
}
