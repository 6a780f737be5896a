//! Which rules are used, shared by the verbs that scan; and the arguments of `keysieve rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

/// Which rules are used.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArguments {
    /// Add rules from a file, also one of another tool, or from every *.toml in a directory
    #[arg(long = "rules", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,
    /// Report only what these rules find
    #[arg(long = "rule", value_name = "ID", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Do not report what these rules find
    #[arg(id = "exclude-rule", long = "exclude-rule", value_name = "ID", value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
    /// Undo so many layers of encodings: base64, hex, escapes, gzip in base64; 0 undoes none [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=8), env = "KEYSIEVE_DECODE_DEPTH",
        hide_env_values = true)]
    pub(crate) decode_depth: Option<u8>,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesVerb {
    /// List every rule
    List {
        /// How to print the list
        #[arg(short, long, value_enum, default_value_t)]
        format: ListFormat,
        /// Add rules from a file, or from every *.toml in a directory
        #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
        rules: Vec<PathBuf>,
    },
    /// Explain a rule: what it looks for, what its secret opens, how to rotate it
    Show {
        /// The rule
        id: String,
        /// Add rules from a file, or from every *.toml in a directory
        #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
        rules: Vec<PathBuf>,
    },
    /// Check rule files and run their examples
    ///
    /// Each positive example must be found, and exactly what stands between « and »; in a negative one the rule must
    /// find nothing. Exits 2 if anything is wrong.
    Check {
        /// Rule files [default: the built-in rules]
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
    },
    /// Print the reference of the format and of all built-in rules, as Markdown
    Docs,
}

/// The form of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table
    #[default]
    Text,
    /// A JSON array
    Json,
}
