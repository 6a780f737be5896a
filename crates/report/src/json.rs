//! One JSON document.

use std::io::{self, Write};

use keysieve_finding::{Outcome, SkipRecord, Stats};
use serde::Serialize;

use crate::Context;
use crate::record::{Findings, SCHEMA_VERSION, Target, Tool};

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    target: Target<'a>,
    findings: Findings<'a>,
    skips: &'a [SkipRecord],
    stats: Stats,
    interrupted: bool,
    complete: bool,
}

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool::of(context),
        target: Target::of(outcome, context),
        findings: Findings(outcome, context),
        skips: &outcome.skips,
        stats: outcome.stats,
        interrupted: outcome.interrupted,
        complete: outcome.complete(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    out.write_all(b"\n")
}
