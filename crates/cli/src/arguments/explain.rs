//! The arguments of `keysieve explain`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::RuleArguments;

/// What to explain.
#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    /// The files; '-' is standard input
    // The rules' files are called so already.
    #[arg(id = "explained", required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// Only what stands on this line, counted from 1
    #[arg(long, value_name = "N")]
    pub(crate) line: Option<usize>,
    /// Take standard input for a file of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_name: Option<PathBuf>,
    /// Print secrets in full
    #[arg(long)]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
}
