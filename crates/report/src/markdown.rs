//! GitHub's Markdown: for a job summary or a comment, one row a secret.
//!
//! GitHub takes a megabyte of summary a step and shows nothing of a longer one. Rows are added, the worst first, as long
//! as they fit, and the last line says how many did not.

use std::cmp::Reverse;
use std::io::{self, Write};

use keysieve_finding::{Finding, Location, Outcome, Severity, SkipClass};

use crate::markup::markdown;
use crate::{Context, words};

/// How long a report may be, in bytes: what GitHub takes, less some for what comes before and after the rows.
const ROOM: usize = 1024 * 1024 - 64 * 1024;

/// How many places of a secret are named.
const MAX_PLACES: usize = 5;

/// How many gaps are named.
const MAX_GAPS: usize = 100;

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    heading(outcome, out)?;
    let rows = rows(outcome);
    if !rows.is_empty() {
        writeln!(out, "| severity | secret | where | what to do |")?;
        writeln!(out, "|---|---|---|---|")?;
        rows.iter().try_for_each(|row| out.write_all(row.as_bytes()))?;
        writeln!(out)?;
    }
    let left = outcome.findings.len() - rows.len();
    if left > 0 {
        let secrets = words::count(left as u64, "more secret does", "more secrets do");
        writeln!(out, "{secrets} not fit here.\n")?;
    }
    gaps(outcome, out)?;
    let rules = markdown(&context.ruleset);
    let scanned = words::count(outcome.stats.objects, "file", "files");
    writeln!(
        out,
        "<sub>{scanned} ({}) scanned by keysieve {}, rules {rules}.</sub>",
        words::size(outcome.stats.bytes),
        markdown(&context.version)
    )
}

fn heading(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let secrets = outcome.findings.len() as u64;
    match secrets {
        0 if outcome.complete() => writeln!(out, "### ✅ No secrets found\n")?,
        0 => writeln!(out, "### ⚠️ No secrets found, but not everything was scanned\n")?,
        _ => {
            let places = outcome.findings.iter().map(|finding| finding.total_locations).sum();
            let (secrets, places) =
                (words::count(secrets, "secret", "secrets"), words::count(places, "place", "places"));
            writeln!(out, "### 🔑 {secrets} in {places}\n")?;
        }
    }
    if outcome.interrupted {
        writeln!(out, "The run was interrupted; this is what was found until then.\n")?;
    }
    Ok(())
}

/// A row for each secret, as many as there is room for.
fn rows(outcome: &Outcome) -> Vec<String> {
    let mut findings: Vec<&Finding> = outcome.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse((finding.severity, finding.confidence)));
    let mut used = 0;
    let fits = |row: &String| {
        used += row.len();
        used <= ROOM
    };
    findings.into_iter().map(row).take_while(fits).collect()
}

fn row(finding: &Finding) -> String {
    let rule = &finding.rule;
    let mut places: Vec<String> =
        finding.locations.iter().take(MAX_PLACES).map(|at| format!("`{}`", code(&place(at)))).collect();
    let more = finding.total_locations.saturating_sub(places.len() as u64);
    if more > 0 {
        places.push(format!("and {}", words::count(more, "more place", "more places")));
    }
    let mut evidence = vec![format!("{} confidence", finding.confidence)];
    evidence.extend(words::evidence(&finding.evidence, false));
    format!(
        "| {} {} | **{}** `{}`<br>{}<br><sub>`{}`</sub> | {} | {} |\n",
        mark(finding.severity),
        finding.severity,
        markdown(&rule.name),
        code(&finding.secret.masked()),
        markdown(&evidence.join(", ")),
        finding.fingerprint,
        places.join("<br>"),
        markdown(rule.about.trim()),
    )
}

fn place(location: &Location) -> String {
    match location.binary {
        true => format!("{}, byte {}", location.path, location.byte_start),
        false => format!("{}:{}", location.path, location.line),
    }
}

/// Text between backticks, in a table.
fn code(text: &str) -> String {
    crate::visible::visible(text).replace('`', "'").replace('|', "\\|")
}

const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🔴",
        Severity::High => "🟠",
        Severity::Medium => "🟡",
        Severity::Low => "⚪",
    }
}

fn gaps(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let gaps: Vec<_> = outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap).collect();
    let total = outcome.stats.gaps.max(gaps.len() as u64);
    if total == 0 {
        return Ok(());
    }
    writeln!(out, "**Could not scan {}:**\n", words::count(total, "object", "objects"))?;
    for gap in gaps.iter().take(MAX_GAPS) {
        let path = if gap.path.is_empty() { "." } else { &gap.path };
        writeln!(out, "- `{}`: {} {}", code(path), gap.reason, markdown(&gap.detail))?;
    }
    let more = total.saturating_sub(gaps.len().min(MAX_GAPS) as u64);
    if more > 0 {
        writeln!(out, "- and {} more", words::grouped(more))?;
    }
    writeln!(out)
}
