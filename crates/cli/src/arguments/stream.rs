//! The arguments of the verbs that mask streams.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{FalseyValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum, ValueHint};
use keysieve_finding::{Confidence, Severity};

use super::{ConfigArguments, RuleArguments};
use crate::stream::backlog::Overflow;

/// What `redact` and `wrap` share.
#[derive(Args, Clone, Debug)]
pub(crate) struct StreamArguments {
    #[command(flatten)]
    pub(crate) mask: MaskArguments,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
    #[command(flatten)]
    pub(crate) hold: HoldArguments,
    #[command(flatten)]
    pub(crate) config: ConfigArguments,
    #[command(flatten)]
    pub(crate) rules: RuleArguments,
}

/// What is masked, and by what.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Masks")]
pub(crate) struct MaskArguments {
    /// What stands in the place of a secret
    ///
    /// `type`: [REDACTED:github-pat]. `fixed=TEXT`: always the same text. `partial` or `partial=N`: the first and last N
    /// characters, at most four and at most an eighth of the whole, and stars. `length`: as many stars as it had bytes.
    /// `format`: letters become x, digits 0, so that what parses it goes on. `pseudonym`: [REDACTED:github-pat:ID:…],
    /// the same for the same secret under the same --pseudonym-key.
    #[arg(
        long,
        value_name = "FORM",
        default_value = "type",
        env = "KEYSIEVE_REPLACE",
        hide_env_values = true
    )]
    pub(crate) replace: String,
    /// The key of pseudonyms: a file with one line, `ID:KEY` or a key alone, of 16 characters or more
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, env = "KEYSIEVE_PSEUDONYM_KEY", hide_env_values = true)]
    pub(crate) pseudonym_key: Option<PathBuf>,
    /// Mask findings of this confidence and above [default: medium]
    #[arg(long, value_name = "LEVEL", value_parser = confidences(),
        env = "KEYSIEVE_MIN_CONFIDENCE", hide_env_values = true)]
    pub(crate) min_confidence: Option<Confidence>,
    /// Mask findings of this severity and above [default: low]
    #[arg(long, value_name = "LEVEL", value_parser = severities(),
        env = "KEYSIEVE_MIN_SEVERITY", hide_env_values = true)]
    pub(crate) min_severity: Option<Severity>,
    /// How the stream is framed
    #[arg(
        long,
        value_name = "FRAMING",
        value_enum,
        default_value_t,
        env = "KEYSIEVE_FRAMING",
        hide_env_values = true
    )]
    pub(crate) framing: FramingName,
    /// Let a line through as it is if looking at it fails, instead of putting a marker in its place
    #[arg(long, value_parser = FalseyValueParser::new(), env = "KEYSIEVE_FAIL_OPEN", hide_env_values = true)]
    pub(crate) fail_open: bool,
}

/// How a stream is framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FramingName {
    /// Each line is told by its first bytes
    #[default]
    Auto,
    /// Lines, whatever they look like
    Plain,
    /// Records of the container runtime interface, as the kubelet keeps them
    Cri,
    /// Records of docker's json-file driver
    Docker,
    /// journald's export format; masks keep the length of what they stand for
    Journald,
}

/// Values that are known to be secret.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Known values")]
pub(crate) struct KnownArguments {
    /// Mask the values in a file: one a line; or, if it ends in .json, a list of strings or an object of names and values
    ///
    /// For `wrap` and `watch`, - is standard input. It and other pipes are read once, at the start.
    #[arg(id = "known-values", long = "known-values", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// Mask the values of environment variables whose names match: `*_TOKEN`
    #[arg(id = "known-env", long = "known-env", value_name = "GLOB")]
    pub(crate) env: Vec<String>,
    /// Mask the values in the files of a directory, such as a mounted Kubernetes Secret
    #[arg(id = "known-dir", long = "known-dir", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) directories: Vec<PathBuf>,
}

/// How long an incomplete line waits.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Time and memory")]
pub(crate) struct HoldArguments {
    /// How many threads search what waits, when it is much [default: one a processor, at most 4]
    #[arg(short = 'j', long, value_name = "N", env = "KEYSIEVE_THREADS", hide_env_values = true)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Let an incomplete line out after so many milliseconds without a byte; 0 waits for ever [default: 200; 25 with --pty]
    #[arg(long, value_name = "MS", value_parser = milliseconds,
        env = "KEYSIEVE_HOLD_MS", hide_env_values = true)]
    pub(crate) hold_ms: Option<Duration>,
    /// Hold back at most so many bytes of it, and as long again: the token that it ends in
    #[arg(
        long,
        value_name = "N",
        default_value_t = 65_536,
        env = "KEYSIEVE_HOLD_BYTES",
        hide_env_values = true
    )]
    pub(crate) hold_bytes: usize,
    /// What to do when the reader is slower than the writer: block, drop-oldest or spill:DIR
    ///
    /// `block`: the writer waits, as with any pipe. `drop-oldest`: up to 8 MiB wait, then the oldest lines are dropped, and
    /// counted. `spill:DIR`: they wait in a file in this directory, which nobody else can open.
    #[arg(long, value_name = "POLICY", default_value = "block", hide_default_value = true, value_parser = overflow,
        env = "KEYSIEVE_OVERFLOW", hide_env_values = true)]
    pub(crate) overflow: Overflow,
}

fn overflow(text: &str) -> Result<Overflow, String> {
    match text.split_once(':') {
        Some(("spill", directory)) if !directory.is_empty() => Ok(Overflow::Spill(directory.into())),
        None if text == "block" => Ok(Overflow::Block),
        None if text == "drop-oldest" => Ok(Overflow::DropOldest),
        _ => Err("expected block, drop-oldest or spill:DIR".to_owned()),
    }
}

/// The arguments of `keysieve redact`.
#[derive(Args, Clone, Debug)]
pub(crate) struct RedactArguments {
    #[command(flatten)]
    pub(crate) stream: StreamArguments,
}

/// The arguments of `keysieve wrap`.
#[derive(Args, Clone, Debug)]
pub(crate) struct WrapArguments {
    /// The program and its arguments
    #[arg(value_name = "CMD", required = true, trailing_var_arg = true, value_hint = ValueHint::CommandWithArguments)]
    pub(crate) command: Vec<std::ffi::OsString>,
    /// Give the program a terminal of its own: it colours its output, asks questions, and does not hold lines back
    ///
    /// Both of its outputs come on standard output then, and its lines end with a carriage return and a newline.
    #[arg(long)]
    pub(crate) pty: bool,
    #[command(flatten)]
    pub(crate) stream: StreamArguments,
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_millis).map_err(|_| "expected a whole number of milliseconds".to_owned())
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.iter().map(|level| level.as_str()))
        .try_map(|word| word.parse::<Severity>())
}

fn confidences() -> impl TypedValueParser<Value = Confidence> {
    PossibleValuesParser::new(Confidence::ALL.iter().map(|level| level.as_str()))
        .try_map(|word| word.parse::<Confidence>())
}
