//! The arguments of `keysieve scan`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{
    ConfigArguments, FileArguments, KeyArguments, ReportArguments, RuleArguments, RunArguments,
    VerdictArguments,
};

/// What to scan, and how.
#[derive(Args, Debug)]
pub(crate) struct ScanArguments {
    /// Files and directories; `-` is standard input [default: the current directory]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

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
    pub(crate) files: FileArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}
