//! Reviewdog's diagnostic format (`rdjson`), for comments on pull requests.
//!
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>: columns are bytes of UTF-8, from 1, and ends are
//! exclusive, as they are here.

use std::io::{self, Write};

use keysieve_finding::{Outcome, Severity};
use serde::Serialize;

use crate::places::{self, Place};
use crate::visible::visible;
use crate::{Context, sentence};

#[derive(Serialize)]
struct Report<'a> {
    source: Source<'a>,
    severity: &'static str,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Spot<'a>,
    severity: &'static str,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Spot<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u64,
    column: u64,
}

#[derive(Serialize)]
struct Code<'a> {
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let worst = outcome.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Low);
    let report = Report {
        source: Source { name: "keysieve", url: context.information_uri.as_deref() },
        severity: level(worst),
        diagnostics: places::in_order(outcome).map(diagnostic).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    out.write_all(b"\n")
}

fn diagnostic(Place { finding, location }: Place<'_>) -> Diagnostic<'_> {
    let advice = sentence::advice(finding);
    let message = format!("{} {advice}", sentence::of(finding, location));
    Diagnostic {
        message: message.trim_end().to_owned(),
        location: Spot {
            path: &location.path,
            range: (!location.binary).then_some(Range {
                start: Position { line: location.line, column: location.column },
                end: Position { line: location.end_line, column: location.end_column },
            }),
        },
        severity: level(finding.severity),
        code: Code { value: visible(&finding.rule.id), url: sentence::link(&finding.rule.docs) },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "ERROR",
        Severity::Medium => "WARNING",
        Severity::Low => "INFO",
    }
}
