//! One JSON object a line: the findings, the skips, and last a summary. A file without its last line is a report that
//! was cut off.

use std::io::{self, Write};

use keysieve_finding::{Outcome, SkipRecord, Stats};
use serde::Serialize;

use crate::Context;
use crate::record::{FindingRecord, SCHEMA_VERSION, Target, Tool};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Record<'a> {
    Finding(FindingRecord<'a>),
    Skip(&'a SkipRecord),
    Summary(Summary<'a>),
}

#[derive(Serialize)]
struct Summary<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    target: Target<'a>,
    findings: usize,
    stats: Stats,
    interrupted: bool,
    complete: bool,
}

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    for finding in &outcome.findings {
        line(&Record::Finding(FindingRecord::of(finding, context)), out)?;
    }
    for skip in &outcome.skips {
        line(&Record::Skip(skip), out)?;
    }
    let summary = Summary {
        schema_version: SCHEMA_VERSION,
        tool: Tool::of(context),
        target: Target::of(outcome, context),
        findings: outcome.findings.len(),
        stats: outcome.stats,
        interrupted: outcome.interrupted,
        complete: outcome.complete(),
    };
    line(&Record::Summary(summary), out)
}

fn line(record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")
}
