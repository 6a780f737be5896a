//! Rules and exceptions of other tools' configuration files.

mod detect_secrets;
mod dialect;
mod draft;
mod filter;
mod foreign;
mod gitleaks;
mod go_regex;
mod groups;
mod kingfisher;
mod node;
mod reading;
mod trufflehog;
mod yaml;

use keysieve_filter::Filter;

use crate::Rule;
use crate::error::Problem;

pub(crate) use draft::is_alias;
pub use filter::foreign_filter;
pub use foreign::Foreign;

/// What a configuration file of another tool says, in our terms.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Imported {
    /// Its rules, under their own names.
    pub rules: Vec<Rule>,
    /// The same as texts in our format.
    pub texts: Vec<RuleText>,
    /// For rules that look only at certain files: the rule, and an expression that the file's path matches.
    pub paths: Vec<(String, String)>,
    /// What it lets pass.
    pub allows: Vec<ImportedAllow>,
    /// What rules are made of besides themselves.
    pub parts: Vec<Part>,
    /// Rules that report nothing themselves.
    pub silent: Vec<String>,
    /// What it changes in rules of the file that it builds on.
    pub changes: Vec<Change>,
    /// Whether it adds to the tool's built-in rules.
    pub use_default: bool,
    /// A file that it builds on.
    pub extends: Option<String>,
    /// The names of rules, of what it builds on, that do not count.
    pub disabled: Vec<String>,
    /// How many known findings it holds: then it is a baseline, too.
    pub known: usize,
    /// What of it counts for nothing here, or for something else than in its tool.
    pub notes: Vec<Problem>,
}

/// A rule as a text in our format: a `[[rule]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleText {
    /// Its id there, which has the form of ours; what its tool calls it is an alias.
    pub id: String,
    /// The text.
    pub text: String,
}

/// An exception of another tool's configuration.
#[derive(Clone, Debug, Default)]
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
    /// Names of commits, in lower case.
    pub commits: Vec<String>,
    /// A filter of betterleaks, in our language of regular expressions; what it drops is let pass.
    pub filter: Option<Filter>,
    /// The same as it is written.
    pub filter_text: String,
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

/// A finding that another needs near it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The rule whose findings count only with it.
    pub of: String,
    /// The rule that must find something in the same object.
    pub needs: String,
    /// How many lines away at most; any number without it.
    pub lines: Option<u64>,
    /// How many columns away at most; any number without it.
    pub columns: Option<u64>,
}

/// What a file says anew of a rule of the file that it builds on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// The rule.
    pub id: String,
    /// Where it says so.
    pub line: usize,
    /// Another name.
    pub name: Option<String>,
    /// Another least entropy.
    pub entropy: Option<f64>,
    /// Further keywords.
    pub keywords: Vec<String>,
    /// An expression for the paths that it looks at.
    pub path: Option<String>,
    /// Whether it names another group as the secret, which needs the expression.
    pub secret_group: bool,
}
