//! How a run goes: shared by the verbs that scan.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};
use keysieve_scan::Limits;

use crate::size;

/// How it runs.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Run")]
pub(crate) struct RunArguments {
    /// Use this many threads [default: as many as there are processors]
    #[arg(short = 'j', long, value_name = "N", env = "KEYSIEVE_THREADS", hide_env_values = true)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// End after this long, with what was found so far
    #[arg(long, value_name = "SECONDS", value_parser = seconds, env = "KEYSIEVE_TIMEOUT", hide_env_values = true)]
    pub(crate) timeout: Option<Duration>,
    /// Open archives and compressed files, so many in one another; 0 opens none [default: 8]
    #[arg(long, value_name = "N", env = "KEYSIEVE_ARCHIVE_DEPTH", hide_env_values = true)]
    pub(crate) archive_depth: Option<usize>,
    /// Unpack at most this much of one file: bytes, or with k, M or G (of 1024) [default: 256M and 200 times its size]
    #[arg(long, value_name = "SIZE", value_parser = size::parse, env = "KEYSIEVE_ARCHIVE_LIMIT", hide_env_values = true)]
    pub(crate) archive_limit: Option<u64>,
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

impl RunArguments {
    /// How far containers are unpacked.
    pub(crate) fn archives(&self) -> Limits {
        let usual = Limits::default();
        Limits { depth: self.archive_depth.unwrap_or(usual.depth), bytes: self.archive_limit, ..usual }
    }
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

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "expected a number of seconds above zero, such as 90 or 0.5".to_owned())
}
