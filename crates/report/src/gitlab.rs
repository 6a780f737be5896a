//! GitLab's secret detection report, for `artifacts:reports:secret_detection`.
//!
//! Fields and limits are those of schema 15.2, which GitLab reads whatever the last number is:
//! <https://gitlab.com/gitlab-org/security-products/security-report-schemas>. What the schema calls a name must say
//! nothing of one finding; descriptions are Markdown. The field for a raw extract of the source stays unused.

use std::io::{self, Write};

use keysieve_finding::{GitPlace, Outcome, Severity, SkipClass};
use serde::Serialize;

use crate::markup::markdown;
use crate::places::{self, Identities, Place};
use crate::visible::visible;
use crate::{Context, sentence};

const SCHEMA_VERSION: &str = "15.2.1";

/// The longest name that GitLab takes, in characters.
const MAX_NAME: usize = 255;

/// The longest solution that GitLab takes, in characters.
const MAX_SOLUTION: usize = 7000;

/// How many gaps are named one by one.
const MAX_MESSAGES: usize = 1000;

/// What stands for the commit where none is known, as in GitLab's own reports.
const NO_COMMIT: &str = "0000000";

#[derive(Serialize)]
struct Report<'a> {
    version: &'static str,
    scan: Scan<'a>,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan<'a> {
    analyzer: Tool<'a>,
    scanner: Tool<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Clone, Copy, Serialize)]
struct Tool<'a> {
    id: &'static str,
    name: &'static str,
    version: &'a str,
    vendor: Vendor,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Clone, Copy, Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    solution: String,
    identifiers: [Identifier<'a>; 2],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
    location: Spot<'a>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Link<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct Spot<'a> {
    file: &'a str,
    start_line: u64,
    end_line: u64,
    commit: Commit,
}

#[derive(Serialize)]
struct Commit {
    sha: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
}

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let tool = Tool {
        id: "keysieve",
        name: "keysieve",
        version: &context.version,
        vendor: Vendor { name: "keysieve" },
        url: context.information_uri.as_deref().and_then(sentence::link),
    };
    let mut identities = Identities::default();
    let report = Report {
        version: SCHEMA_VERSION,
        scan: Scan {
            analyzer: tool,
            scanner: tool,
            kind: "secret_detection",
            start_time: context.time.to_string(),
            end_time: context.time.to_string(),
            status: if outcome.complete() { "success" } else { "failure" },
            messages: messages(outcome),
        },
        vulnerabilities: places::in_order(outcome).map(|place| of(place, &mut identities)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    out.write_all(b"\n")
}

fn of<'a>(place: Place<'a>, identities: &mut Identities) -> Vulnerability<'a> {
    let Place { finding, location } = place;
    let docs = sentence::link(&finding.rule.docs);
    let id = visible(&finding.rule.id);
    let git = location.git.as_deref();
    let commit = git.and_then(|git| git.commit);
    Vulnerability {
        id: places::uuid(identities.of(place)),
        name: sentence::cut(visible(&finding.rule.name), MAX_NAME),
        description: markdown(&sentence::of(finding, location)),
        severity: level(finding.severity),
        solution: sentence::cut(sentence::advice(finding), MAX_SOLUTION),
        identifiers: [
            // The first is what GitLab tells kinds of findings apart by.
            Identifier {
                kind: "keysieve_rule_id",
                name: format!("keysieve rule {id}"),
                value: id,
                url: docs,
            },
            Identifier {
                kind: "cwe",
                name: "CWE-798".to_owned(),
                value: "798".to_owned(),
                url: Some("https://cwe.mitre.org/data/definitions/798.html"),
            },
        ],
        links: docs.map(|url| Link { url }).into_iter().collect(),
        location: Spot {
            file: &location.path,
            start_line: location.line,
            end_line: location.end_line,
            commit: Commit {
                sha: commit.map_or_else(|| NO_COMMIT.to_owned(), |commit| commit.to_string()),
                date: git.and_then(GitPlace::author_date),
            },
        },
    }
}

fn messages(outcome: &Outcome) -> Vec<Message> {
    let mut messages = Vec::new();
    if outcome.interrupted {
        let value = "The run was interrupted; what was found until then is reported.".to_owned();
        messages.push(Message { level: "fatal", value });
    }
    let gaps = outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap);
    for gap in gaps.take(MAX_MESSAGES) {
        let value = format!("Not scanned: {}: {} {}", gap.path, gap.reason, gap.detail);
        messages.push(Message { level: "warn", value: visible(value.trim_end()) });
    }
    let listed = messages.len() as u64 - u64::from(outcome.interrupted);
    if outcome.stats.gaps > listed {
        let value = format!("{} more objects could not be scanned.", outcome.stats.gaps - listed);
        messages.push(Message { level: "warn", value });
    }
    messages
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
    }
}
