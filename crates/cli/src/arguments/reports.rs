//! What is written, and where to: shared by the verbs that scan.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use keysieve_report::Format;

/// What is written, and where to.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportArguments {
    /// Format of the report [default: by the name of -o, else text]
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
    /// Let SARIF list what is suppressed too, marked as such; GitHub shows it as open all the same
    #[arg(long)]
    pub(crate) sarif_suppressed: bool,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL
        .iter()
        .map(|format| PossibleValue::new(format.as_str()).aliases(format.aliases().iter().copied()));
    PossibleValuesParser::new(names).try_map(|word| word.parse::<Format>())
}
