//! The formats by name.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::str::FromStr;

use keysieve_finding::Outcome;

use crate::{
    Context, azure, codequality, csv, ecs, github, gitlab, gitleaks, html, json, jsonl, junit, markdown,
    ocsf, rdjson, sarif, text,
};

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
    /// A page for people, in one file that loads nothing.
    Html,
    /// GitHub's Markdown, for job summaries and comments.
    Markdown,
    /// JUnit XML, for the test views of build servers.
    Junit,
    /// Comma-separated values, for spreadsheets.
    Csv,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// Logging commands of Azure Pipelines, which become errors and warnings of the build.
    Azure,
    /// GitLab's secret detection report, schema 15.
    Gitlab,
    /// GitLab's Code Quality report.
    CodeQuality,
    /// Reviewdog's diagnostic format.
    Rdjson,
    /// The JSON report of gitleaks, masked.
    Gitleaks,
    /// Events of the Open Cybersecurity Schema Framework, one a line.
    Ocsf,
    /// Events in the fields of the Elastic Common Schema, one a line.
    Ecs,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Text,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Html,
        Self::Markdown,
        Self::Junit,
        Self::Csv,
        Self::Github,
        Self::Azure,
        Self::Gitlab,
        Self::CodeQuality,
        Self::Rdjson,
        Self::Gitleaks,
        Self::Ocsf,
        Self::Ecs,
    ];

    /// How many images get a SARIF run of their own; of more than that, all are in one.
    pub const MAX_SARIF_RUNS: usize = sarif::MAX_RUNS;

    /// The word that options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Csv => "csv",
            Self::Github => "github",
            Self::Azure => "azure",
            Self::Gitlab => "gitlab",
            Self::CodeQuality => "code-quality",
            Self::Rdjson => "rdjson",
            Self::Gitleaks => "gitleaks",
            Self::Ocsf => "ocsf",
            Self::Ecs => "ecs",
        }
    }

    /// Other words that mean it.
    #[must_use]
    pub const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Jsonl => &["ndjson"],
            Self::Markdown => &["md"],
            Self::CodeQuality => &["codequality", "codeclimate"],
            _ => &[],
        }
    }

    /// Whether it shows raw secrets where [`Context::show_secrets`] asks for them. The others never do: they are made
    /// to be sent elsewhere.
    #[must_use]
    pub const fn can_show_secrets(self) -> bool {
        matches!(self, Self::Text | Self::Json | Self::Jsonl)
    }

    /// Whether it says who wrote commits and what they say: then [`Context::authored`] is asked.
    #[must_use]
    pub const fn asks_for_authors(self) -> bool {
        matches!(self, Self::Csv | Self::Gitleaks)
    }

    /// The format that a file's name asks for, most often by its extension: `.txt`, `.json`, `.jsonl` or `.ndjson`,
    /// `.sarif` (also `.sarif.json`, which some services want), `.html`, `.md`, `.xml` for JUnit, `.csv`, `.rdjson`;
    /// and the names that GitLab gives its own reports.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        match path.file_name()?.to_str()? {
            "gl-secret-detection-report.json" => return Some(Self::Gitlab),
            "gl-code-quality-report.json" => return Some(Self::CodeQuality),
            _ => {}
        }
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        let inner = path.file_stem().map(Path::new).and_then(Path::extension);
        match extension.as_str() {
            "txt" => Some(Self::Text),
            "json" if inner.is_some_and(|inner| inner.eq_ignore_ascii_case("sarif")) => Some(Self::Sarif),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "sarif" => Some(Self::Sarif),
            "html" | "htm" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            "xml" => Some(Self::Junit),
            "csv" => Some(Self::Csv),
            "rdjson" => Some(Self::Rdjson),
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
            Self::Html => html::write(outcome, context, &mut out)?,
            Self::Markdown => markdown::write(outcome, context, &mut out)?,
            Self::Junit => junit::write(outcome, context, &mut out)?,
            Self::Csv => csv::write(outcome, context, &mut out)?,
            Self::Github => github::write(outcome, context, &mut out)?,
            Self::Azure => azure::write(outcome, context, &mut out)?,
            Self::Gitlab => gitlab::write(outcome, context, &mut out)?,
            Self::CodeQuality => codequality::write(outcome, context, &mut out)?,
            Self::Rdjson => rdjson::write(outcome, context, &mut out)?,
            Self::Gitleaks => gitleaks::write(outcome, context, &mut out)?,
            Self::Ocsf => ocsf::write(outcome, context, &mut out)?,
            Self::Ecs => ecs::write(outcome, context, &mut out)?,
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
            // Written for people, who read that there is more.
            Self::Text | Self::Html | Self::Markdown => return 0,
            Self::Sarif => kept.min(sarif::MAX_RESULTS),
            _ => kept,
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
        let named = |format: &Self| format.as_str() == word || format.aliases().contains(&word);
        Self::ALL.iter().copied().find(named).ok_or(UnknownFormat)
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
        assert_eq!("md".parse(), Ok(Format::Markdown));
        let error = "xml".parse::<Format>().expect_err("no such format");
        assert!(error.to_string().starts_with("expected one of text, json, jsonl, sarif, html, markdown"));
    }

    #[test]
    fn an_extension_asks_for_a_format() {
        let format = |path: &str| Format::from_path(Path::new(path));
        assert_eq!(format("out/report.JSON"), Some(Format::Json));
        assert_eq!(format("report.sarif"), Some(Format::Sarif));
        assert_eq!(format("report.sarif.json"), Some(Format::Sarif));
        assert_eq!(format("report.ndjson"), Some(Format::Jsonl));
        assert_eq!(format("report.txt"), Some(Format::Text));
        assert_eq!(format("summary.md"), Some(Format::Markdown));
        assert_eq!(format("TEST-keysieve.xml"), Some(Format::Junit));
        assert_eq!(format("out/gl-secret-detection-report.json"), Some(Format::Gitlab));
        assert_eq!(format("gl-code-quality-report.json"), Some(Format::CodeQuality));
        assert_eq!(format("report"), None);
        assert_eq!(format(".json"), None);
    }
}
