//! What can be written on the command line.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{FalseyValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use keysieve_finding::{Confidence, Severity};
use keysieve_policy::Date;
use keysieve_report::Format;

use crate::{ruleset, size};

/// Finds leaked credentials in files: API keys, tokens, private keys, passwords.
///
/// It reads every file, works offline, and never prints a secret unless it is told to.
#[derive(Debug, Parser)]
#[command(name = "keysieve", version = ruleset::version(), arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Find secrets in directories, files and standard input
    ///
    /// Every file is read, whatever its name, type or size. Exit codes: 0 nothing was found; 1 something was found; 2
    /// wrong usage, nothing was scanned; 3 nothing was found, but something could not be read; 4 internal error; 130
    /// interrupted.
    Scan(Box<ScanArguments>),
    /// Find secrets in a git repository: its whole history and all that lies beside it
    ///
    /// Every object is read, reachable or not: files, messages, names, notes, stashes; then the files of the git
    /// directory and those of the work trees. Nothing of the repository is executed. Exit codes are those of `scan`; a
    /// shallow or partial clone is incomplete.
    Git(Box<GitArguments>),
    /// List, explain and check rules
    #[command(subcommand)]
    Rules(RulesVerb),
    /// Print completions for a shell
    Completions {
        /// The shell that is to read them
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// What to scan, and how.
#[derive(Args, Debug)]
pub(crate) struct ScanArguments {
    /// Files and directories; `-` is standard input [default: the current directory]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) reports: ReportArguments,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
    #[command(flatten)]
    pub(crate) verdict: VerdictArguments,
    #[command(flatten)]
    pub(crate) files: FileArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

/// Which repository to scan, and how.
#[derive(Args, Debug)]
pub(crate) struct GitArguments {
    /// The repository, or a directory in it [default: the current directory]
    #[arg(value_name = "REPO", value_hint = ValueHint::DirPath)]
    pub(crate) repo: Option<PathBuf>,
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

    #[command(flatten)]
    pub(crate) reports: ReportArguments,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
    #[command(flatten)]
    pub(crate) verdict: VerdictArguments,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

/// What is written, and where to.
#[derive(Args, Debug)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportArguments {
    /// Format of the report [default: by the extension of -o, else text]
    ///
    /// May be repeated: the n-th -f belongs to the n-th -o, and one more -f than -o goes to standard output.
    #[arg(short, long = "format", value_name = "FORMAT", value_parser = formats())]
    pub(crate) formats: Vec<Format>,
    /// Write the report to a file; `-` is standard output
    #[arg(short, long = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) outputs: Vec<PathBuf>,
    /// Print secrets unmasked, in text, JSON and JSON lines
    #[arg(long)]
    pub(crate) show_secrets: bool,
    /// Make fingerprints your own with this key; `@FILE` reads it from a file
    ///
    /// A key on the command line can be seen by other users: prefer the environment variable or a file.
    #[arg(long, value_name = "KEY", env = "KEYSIEVE_FINGERPRINT_KEY", hide_env_values = true)]
    pub(crate) fingerprint_key: Option<OsString>,
}

/// Which rules are used.
#[derive(Args, Debug)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArguments {
    /// Add rules from a file, or from every *.toml in a directory
    #[arg(long = "rules", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) files: Vec<PathBuf>,
    /// Report only what these rules find
    #[arg(long = "rule", value_name = "ID", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Do not report what these rules find
    #[arg(id = "exclude-rule", long = "exclude-rule", value_name = "ID", value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
}

/// What is reported, and what it leads to.
#[derive(Args, Debug)]
#[command(next_help_heading = "Findings and exit code")]
pub(crate) struct VerdictArguments {
    /// Report findings of this confidence and above
    #[arg(long, value_name = "LEVEL", value_parser = confidences(), default_value = "medium",
        env = "KEYSIEVE_MIN_CONFIDENCE", hide_env_values = true)]
    pub(crate) min_confidence: Confidence,
    /// Report findings of this severity and above
    #[arg(long, value_name = "LEVEL", value_parser = severities(), default_value = "low",
        env = "KEYSIEVE_MIN_SEVERITY", hide_env_values = true)]
    pub(crate) min_severity: Severity,
    /// Exit 1 only for findings of this severity and above [default: any that is reported]
    #[arg(long, value_name = "SEVERITY", value_parser = severities(), env = "KEYSIEVE_FAIL_ON", hide_env_values = true)]
    pub(crate) fail_on: Option<Severity>,
    /// Exit N where it would exit 1
    #[arg(long, value_name = "N", env = "KEYSIEVE_EXIT_CODE", hide_env_values = true)]
    pub(crate) exit_code: Option<u8>,
    /// Exit 0 where it would exit 1
    #[arg(long, conflicts_with = "exit_code")]
    pub(crate) exit_zero: bool,
    /// Exit 0 where it would exit 3: when something could not be read
    #[arg(long, value_parser = FalseyValueParser::new(), env = "KEYSIEVE_ALLOW_PARTIAL", hide_env_values = true)]
    pub(crate) allow_partial: bool,
    /// Let no comment in a line suppress a finding
    #[arg(long)]
    pub(crate) no_inline_allow: bool,
    /// Let nothing suppress a finding: no comment and no .keysieveignore
    #[arg(long)]
    pub(crate) no_suppress: bool,
    /// The day for which expiry is judged [default: SOURCE_DATE_EPOCH, else today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) now: Option<Date>,
}

/// What is read.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Files")]
pub(crate) struct FileArguments {
    /// Read what .gitignore leaves out
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Read only files that match, or that are in a directory that matches
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Leave out what matches
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Leave out larger files: bytes, or with k, M or G (of 1024) [default: no limit]
    #[arg(long, value_name = "SIZE", value_parser = size::parse, env = "KEYSIEVE_MAX_FILE_SIZE", hide_env_values = true)]
    pub(crate) max_file_size: Option<u64>,
    /// Read the files that are listed in a file, one a line; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files_from: Option<PathBuf>,
    /// The names in --files-from end with a NUL byte, as `git diff --name-only -z` writes them
    #[arg(short = '0', long, requires = "files_from")]
    pub(crate) null: bool,
}

/// How it runs.
#[derive(Args, Debug)]
#[command(next_help_heading = "Run")]
pub(crate) struct RunArguments {
    /// Use this many threads [default: as many as there are processors]
    #[arg(short = 'j', long, value_name = "N", env = "KEYSIEVE_THREADS", hide_env_values = true)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// End after this long, with what was found so far
    #[arg(long, value_name = "SECONDS", value_parser = seconds, env = "KEYSIEVE_TIMEOUT", hide_env_values = true)]
    pub(crate) timeout: Option<Duration>,
    /// Colors and links in text
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        env = "KEYSIEVE_COLOR",
        hide_env_values = true
    )]
    pub(crate) color: Color,
    /// Show no progress bar
    #[arg(long, value_parser = FalseyValueParser::new(), env = "KEYSIEVE_NO_PROGRESS", hide_env_values = true)]
    pub(crate) no_progress: bool,
    /// Say nothing on standard error but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more on standard error: time, speed, entries that allow nothing
    #[arg(short, long, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
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

fn formats() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|format| match format {
        Format::Jsonl => PossibleValue::new(format.as_str()).alias("ndjson"),
        _ => PossibleValue::new(format.as_str()),
    });
    PossibleValuesParser::new(names).try_map(|word| word.parse::<Format>())
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.iter().map(|level| level.as_str()))
        .try_map(|word| word.parse::<Severity>())
}

fn confidences() -> impl TypedValueParser<Value = Confidence> {
    PossibleValuesParser::new(Confidence::ALL.iter().map(|level| level.as_str()))
        .try_map(|word| word.parse::<Confidence>())
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "expected a day of the calendar as YYYY-MM-DD".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "expected a number of seconds above zero, such as 90 or 0.5".to_owned())
}
