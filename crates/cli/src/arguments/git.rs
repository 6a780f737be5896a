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

    #[command(flatten)]
    pub(crate) history: HistoryArguments,
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

/// What of the repository.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "History")]
pub(crate) struct HistoryArguments {
    /// Read objects only, not the files of the work trees
    #[arg(long)]
    pub(crate) no_worktree: bool,
    /// Do not report what no reference leads to
    #[arg(long)]
    pub(crate) no_unreachable: bool,
    /// Remember in DIR which contents had nothing in them, and do not read them again with the same rules
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "KEYSIEVE_CACHE", hide_env_values = true)]
    pub(crate) cache: Option<PathBuf>,
    /// Write what `git filter-repo --replace-text` needs to take the secrets out of the history
    ///
    /// The file holds the secrets themselves, and only its owner can read it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "show_secrets")]
    pub(crate) purge_expressions: Option<PathBuf>,
}
