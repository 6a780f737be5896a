//! What is reported and what it leads to: shared by the verbs that scan.

use std::path::PathBuf;

use clap::builder::{FalseyValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use keysieve_finding::{Confidence, Severity};
use keysieve_policy::Date;

/// What is reported, and what it leads to.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Findings and exit code")]
pub(crate) struct VerdictArguments {
    /// Report findings of this confidence and above [default: medium]
    #[arg(long, value_name = "LEVEL", value_parser = confidences(),
        env = "KEYSIEVE_MIN_CONFIDENCE", hide_env_values = true)]
    pub(crate) min_confidence: Option<Confidence>,
    /// Report findings of this severity and above [default: low]
    #[arg(long, value_name = "LEVEL", value_parser = severities(), env = "KEYSIEVE_MIN_SEVERITY", hide_env_values = true)]
    pub(crate) min_severity: Option<Severity>,
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
    /// Report only what is not in this file: a baseline, or a report of keysieve or another tool; repeatable
    #[arg(long = "baseline", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baselines: Vec<PathBuf>,
    /// Let a secret that the baseline knows at one path be known at every path
    #[arg(long)]
    pub(crate) by_secret: bool,
    /// Let a comment or an entry of an ignore file count only if it gives a reason
    #[arg(long)]
    pub(crate) require_reason: bool,
    /// Let no comment in a line suppress a finding
    #[arg(long)]
    pub(crate) no_inline_allow: bool,
    /// Let nothing suppress a finding: no comment, no .keysieveignore, no baseline
    #[arg(long)]
    pub(crate) no_suppress: bool,
    /// The day for which expiry is judged [default: SOURCE_DATE_EPOCH, else today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) now: Option<Date>,
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
