//! A filter, from its text to what it says of a finding.

use crate::parser::Parser;
use crate::run::Run;
use crate::tree::Expression;
use crate::value::Value;

/// A filter that is read.
#[derive(Clone, Debug)]
pub struct Filter {
    expression: Expression,
    path: bool,
    left_out: Vec<&'static str>,
}

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}, at byte {at} of it")]
pub struct Error {
    /// Where, in bytes from 0.
    pub at: usize,
    /// What.
    pub what: String,
}

/// What a filter may ask of a finding.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    /// The id of its rule.
    pub rule: &'a str,
    /// The secret.
    pub secret: &'a [u8],
    /// All that the rule matched.
    pub matched: &'a [u8],
    /// The line or lines that it stands on.
    pub line: &'a [u8],
    /// The path of the object.
    pub path: &'a [u8],
}

impl Filter {
    /// Reads a filter whose expressions are in our language.
    ///
    /// # Errors
    /// The first thing in it that is not supported, or wrong.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::translated(text, &|expression| Ok(expression.to_owned()))
    }

    /// Reads a filter; `translate` turns its regular expressions into ones of ours, or says what is wrong with them.
    ///
    /// # Errors
    /// The first thing in it that is not supported, or wrong.
    pub fn translated(text: &str, translate: &dyn Fn(&str) -> Result<String, String>) -> Result<Self, Error> {
        let mut parser = Parser::new(text, translate)?;
        let expression = parser.all()?;
        Ok(Self { expression, path: parser.path, left_out: parser.left_out })
    }

    /// Whether it asks for the path.
    #[must_use]
    pub fn asks_for_path(&self) -> bool {
        self.path
    }

    /// Functions that are always false here: what they would drop is kept.
    #[must_use]
    pub fn left_out(&self) -> &[&'static str] {
        &self.left_out
    }

    /// Whether the finding does not count.
    #[must_use]
    pub fn drops(&self, finding: &Finding<'_>) -> bool {
        matches!(Run::new(finding).value(&self.expression), Ok(Value::Bool(true)))
    }
}
