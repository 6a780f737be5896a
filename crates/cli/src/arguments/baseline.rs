//! The arguments of `keysieve baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::{ConfigArguments, FileArguments, KeyArguments, RuleArguments, RunArguments, VerdictArguments};

/// What to do with a baseline.
#[derive(Debug, Subcommand)]
pub(crate) enum BaselineVerb {
    /// Write a baseline of everything that is found now
    Create {
        #[command(flatten)]
        asked: Box<BaselineArguments>,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Take in what is new, take out what is gone, follow what moved
    ///
    /// What entries say of themselves (expires, owner, reason) stays. Scan the same paths as before: what is not found
    /// there is taken out.
    Update {
        #[command(flatten)]
        asked: Box<BaselineArguments>,
    },
    /// Take out what is gone, follow what moved, and let new findings stay new
    Prune {
        #[command(flatten)]
        asked: Box<BaselineArguments>,
    },
}

/// What to scan, and where the baseline is.
#[derive(Args, Debug)]
pub(crate) struct BaselineArguments {
    /// Files and directories [default: the current directory]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// The baseline to write; what it knows already is read from it, unless --baseline names another
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, default_value = DEFAULT_BASELINE)]
    pub(crate) output: PathBuf,

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

/// Where a baseline is written.
const DEFAULT_BASELINE: &str = ".keysieve-baseline.jsonl";
