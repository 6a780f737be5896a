//! Workflow commands that GitHub Actions turns into annotations beside the lines.
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step. The worst are written as such, the others as plain
//! lines of the log, and the last line says how many there are in all: a job summary (`markdown`) has room for them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use keysieve_finding::{Outcome, Severity, SkipClass};

use crate::places::{self, Place};
use crate::visible::visible;
use crate::{Context, sentence, words};

/// How many annotations of a level GitHub shows.
const MAX_OF_A_LEVEL: usize = 10;

pub(crate) fn write(outcome: &Outcome, _: &Context, out: &mut dyn Write) -> io::Result<()> {
    let mut written: BTreeMap<&str, usize> = BTreeMap::new();
    let places = places::worst_first(outcome);
    for place in &places {
        let level = level(place.finding.severity);
        let count = written.entry(level).or_default();
        *count += 1;
        if *count <= MAX_OF_A_LEVEL { annotation(*place, level, out)? } else { plain(*place, out)? }
    }
    gaps(outcome, &mut written, out)?;
    let secrets = words::count(outcome.findings.len() as u64, "secret", "secrets");
    let total = outcome.findings.iter().map(|finding| finding.total_locations).sum();
    let mut said = format!("keysieve: {secrets} in {}", words::count(total, "place", "places"));
    let hidden: usize = written.values().map(|count| count.saturating_sub(MAX_OF_A_LEVEL)).sum();
    if hidden > 0 {
        said.push_str(&format!("; {hidden} more than GitHub shows as annotations"));
    }
    if !outcome.complete() {
        said.push_str("; not everything was scanned");
    }
    writeln!(out, "{said}")
}

fn annotation(Place { finding, location }: Place<'_>, level: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::{level} file={}", property(&location.path))?;
    if !location.binary {
        write!(out, ",line={},endLine={}", location.line, location.end_line)?;
        // Columns count only within one line.
        if location.line == location.end_line {
            write!(out, ",col={},endColumn={}", location.utf16_column, location.utf16_end_column)?;
        }
    }
    let title = property(&visible(&format!("{} ({})", finding.rule.name, finding.rule.id)));
    let message = format!("{} {}", sentence::of(finding, location), sentence::advice(finding));
    writeln!(out, ",title={title}::{}", data(message.trim_end()))
}

fn plain(Place { finding, location }: Place<'_>, out: &mut dyn Write) -> io::Result<()> {
    let line = format!(
        "{}[{}] {}:{}:{}: {}",
        finding.severity,
        finding.rule.id,
        location.path,
        location.line,
        location.column,
        sentence::of(finding, location)
    );
    writeln!(out, "{}", defused(&visible(&line)))
}

fn gaps(outcome: &Outcome, written: &mut BTreeMap<&str, usize>, out: &mut dyn Write) -> io::Result<()> {
    for gap in outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap) {
        let count = written.entry("warning").or_default();
        *count += 1;
        let said = visible(format!("not scanned: {}: {} {}", gap.path, gap.reason, gap.detail).trim_end());
        match *count <= MAX_OF_A_LEVEL {
            true => writeln!(out, "::warning title=keysieve::{}", data(&said))?,
            false => writeln!(out, "{}", defused(&said))?,
        }
    }
    Ok(())
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "notice",
    }
}

/// The message of a command.
fn data(text: &str) -> String {
    defused(&visible(text)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line in which the runner sees no other command: an old form of them counts anywhere in a line.
fn defused(line: &str) -> String {
    line.replace("##[", "##\u{fffd}[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_command_ends_it_or_begins_another() {
        assert_eq!(property("a,b:c%\n::error::x"), "a%2Cb%3Ac%25\\n%3A%3Aerror%3A%3Ax");
        assert_eq!(data("50% of ##[set-env]"), "50%25 of ##\u{fffd}[set-env]");
    }
}
