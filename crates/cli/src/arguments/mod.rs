//! What can be written on the command line: the verbs here, and in a file each the groups of options that they share.

mod baseline;
mod compat;
mod config;
mod explain;
mod files;
mod git;
mod hook;
#[cfg(feature = "image")]
mod image;
mod key;
mod reports;
mod rules;
mod run;
mod scan;
mod stream;
mod verdict;
mod watch;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::baseline::{BaselineArguments, BaselineVerb};
pub(crate) use self::compat::{CompatVerb, GitleaksArguments, GitleaksHistory, GitleaksShared, GitleaksVerb};
pub(crate) use self::config::{ConfigArguments, ConfigVerb};
pub(crate) use self::explain::ExplainArguments;
pub(crate) use self::files::FileArguments;
pub(crate) use self::git::{GitArguments, HistoryArguments, SelectionArguments};
pub(crate) use self::hook::{HookArguments, HookName, HookVerb};
#[cfg(feature = "image")]
pub(crate) use self::image::{ImageArguments, ImagesArguments, RegistryArguments, Wanted};
pub(crate) use self::key::KeyArguments;
pub(crate) use self::reports::ReportArguments;
pub(crate) use self::rules::{ListFormat, RuleArguments, RulesVerb};
pub(crate) use self::run::{Color, RunArguments};
pub(crate) use self::scan::ScanArguments;
pub(crate) use self::stream::{
    FramingName, HoldArguments, KnownArguments, MaskArguments, RedactArguments, StreamArguments,
    WrapArguments,
};
pub(crate) use self::verdict::VerdictArguments;
pub(crate) use self::watch::{AlertsVerb, SayArguments, SilenceArguments, StartName, WatchArguments};
use crate::ruleset;

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
    /// Find secrets in a git repository: its whole history and all that lies beside it, or a part
    ///
    /// Every object is read, reachable or not: files, messages, names, notes, stashes; then the files of the git
    /// directory and those of the work trees. With --staged, --range or another selection only what that brings is read,
    /// and only what stands on changed lines is reported. Nothing of the repository is executed. Exit codes are those of
    /// `scan`; a shallow or partial clone is incomplete.
    Git(Box<GitArguments>),
    /// Find secrets in container images: every layer, and all that describes them
    ///
    /// Files that a later layer deletes or overwrites are scanned too, and so are the history, the environment, labels
    /// and annotations. Each finding says the layer, the step of the build that made it and what has become of the
    /// file. Nothing is written to disk. Exit codes are those of `scan`.
    #[cfg(feature = "image")]
    Image(Box<ImageArguments>),
    /// Let git look for secrets before each commit and each push
    #[command(subcommand)]
    Hook(HookVerb),
    /// Mask the secrets in a stream, from standard input to standard output
    ///
    /// Everything else stays, byte for byte. Lines go out as soon as they are whole. Records of containers (CRI, docker), JSON lines, logfmt and syslog stay
    /// what they are. What a scan of the whole finds is masked, however the stream comes in; what needs proof from later
    /// lines cannot be, but for private keys. SIGHUP reads rules and known values anew, SIGTERM ends it when all that was
    /// read is out. Exit codes: 0 all went through; 2 wrong usage; 4 it could not be read or written; 141 the reader
    /// went away.
    Redact(Box<RedactArguments>),
    /// Run a program with the secrets in both of its outputs masked
    ///
    /// Exits with the program's code, 128 and the signal that ended it, 125 if keysieve itself failed, 126 if the program
    /// cannot be run, 127 if it is not there. Signals are passed on to it.
    Wrap(Box<WrapArguments>),
    /// Follow log files: alerts, a masked copy, metrics
    ///
    /// Files are followed through rotation by renaming, by copying and cutting, and by packing with gzip. With --state a
    /// restart goes on where the last run ended: after SIGTERM nothing is lost and nothing comes twice but the begin of a
    /// private key that goes on; after a crash what came since the last checkpoint, a second ago at most, comes twice.
    /// SIGHUP reads rules and known values anew.
    Watch(Box<WatchArguments>),
    /// List the alerts of `watch`, and note what became of them
    #[command(subcommand)]
    Alerts(AlertsVerb),
    /// Make and keep a baseline: what was there before, and is not new
    ///
    /// A baseline holds fingerprints, no secrets. `keysieve scan --baseline FILE` then reports only what is not in it.
    #[command(subcommand)]
    Baseline(BaselineVerb),
    /// Explain why something in a file is reported, or is not
    ///
    /// Says for every candidate what speaks for it and what against it. Comments, ignore files and baselines are not
    /// asked: they decide later, and `keysieve scan` says what they left out.
    Explain(Box<ExplainArguments>),
    /// List, explain and check rules
    #[command(subcommand)]
    Rules(RulesVerb),
    /// Show, check and begin a configuration
    #[command(subcommand)]
    Config(ConfigVerb),
    /// Act as another tool would: accept its verbs and options, exit as it does
    #[command(subcommand)]
    Compat(CompatVerb),
    /// Print completions for a shell
    Completions {
        /// The shell that is to read them
        shell: Shell,
    },
    /// Print the manual page
    Man,
}
