//! The arguments of `keysieve compat`: those of the tools that it stands in for.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Which tool to act as.
#[derive(Debug, Subcommand)]
pub(crate) enum CompatVerb {
    /// gitleaks: git, dir, stdin, and the older detect and protect
    ///
    /// Secrets are masked in every report, as if --redact were given. The rules are keysieve's, or those of a
    /// gitleaks.toml; in one, useDefault means keysieve's.
    Gitleaks(Box<GitleaksArguments>),
}

/// What `gitleaks` takes.
#[derive(Debug, Parser)]
#[command(name = "gitleaks", version, arg_required_else_help = true)]
pub(crate) struct GitleaksArguments {
    #[command(flatten)]
    pub(crate) shared: GitleaksShared,
    #[command(subcommand)]
    pub(crate) verb: GitleaksVerb,
}

/// The options that all of its verbs have.
#[derive(Args, Debug)]
pub(crate) struct GitleaksShared {
    /// Findings that are known: a JSON report of gitleaks
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) baseline_path: Option<PathBuf>,
    /// A gitleaks.toml
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Rules that count [default: all]
    #[arg(long, global = true, value_name = "ID", value_delimiter = ',')]
    pub(crate) enable_rule: Vec<String>,
    /// The exit code where leaks are found
    #[arg(long, global = true, value_name = "N", default_value_t = 1)]
    pub(crate) exit_code: u8,
    /// A .gitleaksignore, or the directory that holds it
    #[arg(short = 'i', long, global = true, value_name = "PATH", default_value = ".")]
    pub(crate) gitleaks_ignore_path: PathBuf,
    /// Let no comment suppress a finding
    #[arg(long, global = true)]
    pub(crate) ignore_gitleaks_allow: bool,
    /// json, csv, junit, sarif or template [default: json]
    #[arg(short = 'f', long, global = true, value_name = "FORMAT", value_parser = ["json", "csv", "junit", "sarif", "template"])]
    pub(crate) report_format: Option<String>,
    /// Where the report goes; `-` is standard output
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(crate) report_path: Option<PathBuf>,
    /// A template of Go's text/template that the report is made with
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) report_template: Option<PathBuf>,
    /// Leave out larger files, in millions of bytes
    #[arg(long, global = true, value_name = "N", default_value_t = 0)]
    pub(crate) max_target_megabytes: u64,
    /// End after this many seconds
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) timeout: u64,
    /// Show each finding
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// No colors
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
    /// Secrets are masked in any case
    #[arg(long, global = true, value_name = "PERCENT", num_args = 0..=1, require_equals = true, hide = true)]
    pub(crate) redact: Option<Option<u8>>,
    /// There is none
    #[arg(long, global = true, hide = true)]
    pub(crate) no_banner: bool,
    /// How much is said on standard error: fatal and error leave only errors
    #[arg(short, long, global = true, value_name = "LEVEL", hide = true)]
    pub(crate) log_level: Option<String>,
    /// Open archives in so many others; none if it is not given
    #[arg(long, global = true, value_name = "N", hide = true)]
    pub(crate) max_archive_depth: Option<usize>,
    /// Look at what is encoded in so many layers [default: 5]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) max_decode_depth: Option<u32>,
    /// Taken and not needed
    #[arg(long, global = true, value_name = "WHAT", hide = true)]
    pub(crate) diagnostics: Option<OsString>,
    /// Taken and not needed
    #[arg(long, global = true, value_name = "DIR", hide = true)]
    pub(crate) diagnostics_dir: Option<OsString>,
}

/// Its verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum GitleaksVerb {
    /// Scan the history of a repository
    Git {
        /// The repository [default: the current directory]
        repo: Option<PathBuf>,
        #[command(flatten)]
        history: GitleaksHistory,
    },
    /// Scan directories and files
    #[command(visible_aliases = ["directory", "file"])]
    Dir {
        /// What to scan [default: the current directory]
        paths: Vec<PathBuf>,
        /// Links are not followed: what they point to is read where it is
        #[arg(long, hide = true)]
        follow_symlinks: bool,
    },
    /// Scan standard input
    Stdin,
    /// Print the version
    Version,
    /// As `git`, and with --no-git as `dir`
    #[command(hide = true)]
    Detect(OldArguments),
    /// As `git --pre-commit`, and with --no-git as `dir`
    #[command(hide = true)]
    Protect(OldArguments),
}

/// What its older verbs take.
#[derive(Args, Debug)]
pub(crate) struct OldArguments {
    /// What to scan
    #[arg(short, long, default_value = ".")]
    pub(crate) source: PathBuf,
    /// Scan files rather than history
    #[arg(long)]
    pub(crate) no_git: bool,
    /// Scan standard input
    #[arg(long)]
    pub(crate) pipe: bool,
    /// Links are not followed: what they point to is read where it is
    #[arg(long, hide = true)]
    pub(crate) follow_symlinks: bool,
    #[command(flatten)]
    pub(crate) history: GitleaksHistory,
}

/// What belongs to history.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct GitleaksHistory {
    /// Which commits, as `git log` takes them: A..B, names, ^A, --not, --all, --branches, --tags, --remotes, -n N
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    pub(crate) log_opts: Option<String>,
    /// Only what is staged
    #[arg(long)]
    pub(crate) staged: bool,
    /// Only what is not committed: with --staged what is staged, else what is not
    #[arg(long)]
    pub(crate) pre_commit: bool,
    /// Taken and not needed
    #[arg(long, value_name = "PLATFORM", hide = true)]
    pub(crate) platform: Option<String>,
}
