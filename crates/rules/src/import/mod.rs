//! Rules and exceptions of other tools' configuration files.

mod filter;
mod gitleaks;
mod go_regex;
mod groups;

use crate::Rule;

/// What a configuration file of another tool says, in our terms.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Imported {
    /// Its rules, under their own names.
    pub rules: Vec<Rule>,
    /// For rules that look only at certain files: the rule, and an expression that the file's path matches.
    pub paths: Vec<(String, String)>,
    /// What it lets pass.
    pub allows: Vec<ImportedAllow>,
    /// Whether it adds to the tool's built-in rules.
    pub use_default: bool,
    /// A file that it builds on.
    pub extends: Option<String>,
    /// The names of rules, of what it builds on, that do not count.
    pub disabled: Vec<String>,
}

/// An exception of another tool's configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportedAllow {
    /// What it is about, in the file's words.
    pub description: String,
    /// The rules that it is about; all, if there are none.
    pub rules: Vec<String>,
    /// Whether all of what follows must hold, or any of it.
    pub all: bool,
    /// Expressions for the path.
    pub paths: Vec<String>,
    /// Expressions for the text that `target` names.
    pub regexes: Vec<String>,
    /// What the expressions look at.
    pub target: AllowTarget,
    /// Lower-case words in the secret.
    pub stopwords: Vec<String>,
}

/// What the expressions of an exception look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AllowTarget {
    /// The secret.
    #[default]
    Secret,
    /// All that the rule matched.
    Match,
    /// The line or lines that it stands on.
    Line,
}
