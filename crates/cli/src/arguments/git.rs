//! The arguments of `keysieve git`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{ConfigArguments, KeyArguments, ReportArguments, RuleArguments, RunArguments, VerdictArguments};

/// Which repository to scan, and how.
#[derive(Args, Debug)]
pub(crate) struct GitArguments {
    /// The repository, or a directory in it [default: the current directory]
    #[arg(value_name = "REPO", value_hint = ValueHint::DirPath)]
    pub(crate) repo: Option<PathBuf>,
    /// Read objects only, not the files of the work trees
    #[arg(long)]
    pub(crate) no_worktree: bool,

    #[command(flatten)]
    pub(crate) reports: ReportArguments,
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
    #[command(flatten)]
    pub(crate) verdict: VerdictArguments,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}
