//! GitLab's Code Quality report, which is the part of the Code Climate format that GitLab reads: an array of issues,
//! without a byte order mark. <https://docs.gitlab.com/ci/testing/code_quality/>

use std::io::{self, Write};

use keysieve_finding::{Outcome, Severity};
use serde::Serialize;

use crate::places::{self, Identities, Place};
use crate::visible::visible;
use crate::{Context, sentence};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: String,
    /// Tells issues apart, and says which were there before: it stays when lines move.
    fingerprint: String,
    severity: &'static str,
    location: Spot<'a>,
}

#[derive(Serialize)]
struct Spot<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

pub(crate) fn write(outcome: &Outcome, _: &Context, out: &mut dyn Write) -> io::Result<()> {
    let mut identities = Identities::default();
    let issues: Vec<Issue<'_>> =
        places::in_order(outcome).map(|place| issue(place, &mut identities)).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    out.write_all(b"\n")
}

fn issue<'a>(place: Place<'a>, identities: &mut Identities) -> Issue<'a> {
    let Place { finding, location } = place;
    Issue {
        description: sentence::of(finding, location),
        check_name: visible(&finding.rule.id),
        fingerprint: places::hex(identities.of(place)),
        severity: level(finding.severity),
        location: Spot { path: &location.path, lines: Lines { begin: location.line } },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
    }
}
