//! What can be wrong with a template.

/// A template cannot be read, or cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{template}:{line}: {what}")]
pub struct Error {
    /// The template, as whoever parsed it calls it.
    pub template: String,
    /// The line of it, from 1.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

/// What is wrong, before it is known where.
pub(crate) type Problem = String;

/// What is wrong, and in which line.
#[derive(Clone, Debug)]
pub(crate) struct At {
    pub(crate) line: u32,
    pub(crate) what: Problem,
}

impl At {
    pub(crate) fn new(line: u32, what: impl Into<Problem>) -> Self {
        Self { line, what: what.into() }
    }

    pub(crate) fn of(self, template: &str) -> Error {
        Error { template: template.to_owned(), line: self.line, what: self.what }
    }
}
