//! The arguments of `keysieve git`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueHint};
use keysieve_source_git::Range;

use super::run::seconds;
use super::{ConfigArguments, KeyArguments, ReportArguments, RuleArguments, RunArguments, VerdictArguments};

/// Which repository to scan, and how.
#[derive(Args, Debug)]
pub(crate) struct GitArguments {
    /// The repository, or a directory in it [default: the current directory]; with --staged also names of files
    #[arg(value_name = "REPO", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) selection: SelectionArguments,
    #[command(flatten)]
    pub(crate) history: HistoryArguments,
    #[command(flatten)]
    pub(crate) reports: ReportArguments,
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
    /// Use the configuration, the ignore file and the baselines of a commit, whatever those of the work tree say
    ///
    /// For gates: a change cannot allow itself. Only what lies at the root of the repository counts.
    #[arg(long, value_name = "REV", conflicts_with_all = ["config", "no_config"], help_heading = "Configuration")]
    pub(crate) config_from: Option<String>,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
    #[command(flatten)]
    pub(crate) verdict: VerdictArguments,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

/// A part of the repository.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Selection", group = ArgGroup::new("part").multiple(false))]
pub(crate) struct SelectionArguments {
    /// Read what is staged: what the next commit would bring. For a pre-commit hook
    ///
    /// The index counts, not the files of the work tree. Named files are read as a whole, unless all of them differ
    /// from the last commit.
    #[arg(long, group = "part", conflicts_with_all = ["since_commit", "branch"])]
    pub(crate) staged: bool,
    /// Read what B brings and A does not have, commit by commit; merges too, and what was removed again
    #[arg(long, value_name = "A..B", group = "part", value_parser = Range::parse)]
    pub(crate) range: Option<Range>,
    /// Read what came after a commit, up to HEAD or to --branch
    #[arg(long, value_name = "COMMIT", conflicts_with = "range")]
    pub(crate) since_commit: Option<String>,
    /// Read what a branch leads to
    #[arg(long, value_name = "BRANCH", conflicts_with = "range")]
    pub(crate) branch: Option<String>,
    /// Read what a push would bring, as git tells a pre-push hook on standard input
    #[arg(long, group = "part", conflicts_with_all = ["since_commit", "branch"])]
    pub(crate) pre_push: bool,
    /// The remote that is pushed to, the first argument of a pre-push hook: what it has is not new
    #[arg(long, value_name = "NAME", requires = "pre_push")]
    pub(crate) remote: Option<String>,
    /// Read what a push brings to this server, as git tells a pre-receive hook on standard input
    #[arg(long, group = "part", conflicts_with_all = ["since_commit", "branch"])]
    pub(crate) pre_receive: bool,
    /// End so early that the push is answered in time, with what was found so far: the push is refused, unless
    /// --allow-partial is given
    #[arg(long, value_name = "SECONDS", value_parser = seconds, requires = "pre_receive")]
    pub(crate) deadline: Option<Duration>,
    /// Read what the change brings that a build server is building, and write what it shows of it
    ///
    /// Knows GitHub, GitLab, Bitbucket, Azure, Jenkins, CircleCI and Buildkite, pull requests, forks and merge queues.
    /// Without -f and -o, GitHub gets annotations and a job summary, Azure annotations, others text. A shallow clone is an error.
    #[arg(long, group = "part", conflicts_with_all = ["since_commit", "branch"])]
    pub(crate) ci: bool,
    /// Report everything that stands in a changed file, rather than changed lines alone
    #[arg(long)]
    pub(crate) whole_files: bool,
}

impl SelectionArguments {
    /// Whether only a part of the repository is asked for.
    pub(crate) fn is_part(&self) -> bool {
        self.staged
            || self.ci
            || self.pre_push
            || self.pre_receive
            || self.range.is_some()
            || self.since_commit.is_some()
            || self.branch.is_some()
    }
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
    /// Scan each version of a file in full, as if nothing were known of the one before
    #[arg(long, hide = true)]
    pub(crate) full_scan: bool,
    /// Write what `git filter-repo --replace-text` needs to take the secrets out of the history
    ///
    /// It serves for `--replace-message` as well. The file holds the secrets themselves, and only its owner can read it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "show_secrets")]
    pub(crate) purge_expressions: Option<PathBuf>,
}
