//! The formats by name.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::str::FromStr;

use keysieve_finding::Outcome;

use crate::{Context, json, jsonl, sarif, text};

/// A form that a report can take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Text,
    /// One JSON document; `fixtures/schemas/report-1.schema.json` describes it.
    Json,
    /// One JSON object a line; `fixtures/schemas/record-1.schema.json` describes it.
    Jsonl,
    /// SARIF 2.1.0, for code scanning services.
    Sarif,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Text, Self::Json, Self::Jsonl, Self::Sarif];

    /// The word that options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
        }
    }

    /// The format that a file's extension asks for: `.txt`, `.json`, `.jsonl` or `.ndjson`, `.sarif`; also
    /// `.sarif.json`, which some services want.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let inner = path.file_stem().map(Path::new).and_then(Path::extension);
        match extension.as_str() {
            "txt" => Some(Self::Text),
            "json" if inner.is_some_and(|inner| inner.eq_ignore_ascii_case("sarif")) => Some(Self::Sarif),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "sarif" => Some(Self::Sarif),
            _ => None,
        }
    }

    /// Writes the whole report and flushes it.
    ///
    /// # Errors
    ///
    /// What the writer says; a closed pipe keeps its [`io::ErrorKind`].
    pub fn write(self, outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        match self {
            Self::Text => text::write(outcome, context, &mut out)?,
            Self::Json => json::write(outcome, context, &mut out)?,
            Self::Jsonl => jsonl::write(outcome, context, &mut out)?,
            Self::Sarif => sarif::write(outcome, context, &mut out)?,
        }
        out.flush()
    }

    /// How many of the places where secrets stand this format leaves out; the report says so itself, and whoever
    /// started the run may want to hear of it too.
    #[must_use]
    pub fn left_out(self, outcome: &Outcome) -> u64 {
        let total: u64 = outcome.findings.iter().map(|finding| finding.total_locations).sum();
        let kept: usize = outcome.findings.iter().map(|finding| finding.locations.len()).sum();
        let written = match self {
            Self::Text => return 0,
            Self::Json | Self::Jsonl => kept,
            Self::Sarif => kept.min(sarif::MAX_RESULTS),
        };
        total.saturating_sub(written as u64)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        match word {
            "ndjson" => Ok(Self::Jsonl),
            _ => Self::ALL.iter().copied().find(|format| format.as_str() == word).ok_or(UnknownFormat),
        }
    }
}

/// A word that names no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
        write!(f, "expected one of {}", known.join(", "))
    }
}

impl std::error::Error for UnknownFormat {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(*format));
        }
        let error = "xml".parse::<Format>().expect_err("no such format");
        assert_eq!(error.to_string(), "expected one of text, json, jsonl, sarif");
    }

    #[test]
    fn an_extension_asks_for_a_format() {
        let format = |path: &str| Format::from_path(Path::new(path));
        assert_eq!(format("out/report.JSON"), Some(Format::Json));
        assert_eq!(format("report.sarif"), Some(Format::Sarif));
        assert_eq!(format("report.sarif.json"), Some(Format::Sarif));
        assert_eq!(format("report.ndjson"), Some(Format::Jsonl));
        assert_eq!(format("report.txt"), Some(Format::Text));
        assert_eq!(format("report"), None);
        assert_eq!(format(".json"), None);
    }
}
