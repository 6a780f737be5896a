//! How it went, at the end of a text report.

use std::io::{self, Write};

use keysieve_finding::{Outcome, Severity, SkipClass, SkipReason};

use super::paint::{BOLD, DIM, GOOD, Paint, TROUBLE, severity};
use crate::visible::Visible;
use crate::words;

pub(super) fn write(outcome: &Outcome, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    if outcome.findings.is_empty() {
        nothing(outcome, paint, out)?;
    } else {
        found(outcome, paint, out)?;
    }
    for line in [excluded(outcome), suppressed(outcome)].into_iter().flatten() {
        writeln!(out, "{}", paint.with(DIM, line))?;
    }
    gaps(outcome, paint, out)?;
    if outcome.interrupted {
        let what = "interrupted before the end; this is what was found until then.";
        writeln!(out, "{} {what}", paint.with(TROUBLE, "Incomplete:"))?;
    } else if !outcome.complete() {
        let what = "what could not be scanned may hold secrets that are not listed here.";
        writeln!(out, "{} {what}", paint.with(TROUBLE, "Incomplete:"))?;
    }
    Ok(())
}

fn scanned(outcome: &Outcome) -> String {
    let files = words::count(outcome.stats.objects, "file", "files");
    format!("{files} ({})", words::size(outcome.stats.bytes))
}

fn nothing(outcome: &Outcome, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let style = if outcome.complete() { GOOD } else { BOLD };
    writeln!(out, "{} {} scanned.", paint.with(style, "No secrets found."), scanned(outcome))
}

fn found(outcome: &Outcome, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let places = outcome.findings.iter().map(|finding| finding.total_locations).sum();
    let secrets = words::count(outcome.findings.len() as u64, "secret", "secrets");
    let found = format!("Found {secrets} in {}:", words::count(places, "place", "places"));
    write!(out, "{}", paint.with(BOLD, found))?;
    let mut separator = " ";
    for level in Severity::ALL.iter().rev() {
        let count = outcome.findings.iter().filter(|finding| finding.severity == *level).count();
        if count > 0 {
            write!(out, "{separator}{} {level}", paint.with(severity(*level), words::grouped(count as u64)))?;
            separator = ", ";
        }
    }
    writeln!(out, ". {} scanned.", scanned(outcome))
}

fn excluded(outcome: &Outcome) -> Option<String> {
    let said: Vec<String> = words::excluded(outcome)
        .into_iter()
        .map(|(reason, count)| match reason {
            SkipReason::Ignored if !outcome.images.is_empty() => {
                words::count(count, "layer of another image", "layers of other images")
            }
            SkipReason::Ignored => {
                words::count(count, "ignored (--no-ignore reads it)", "ignored (--no-ignore reads them)")
            }
            SkipReason::Symlink => words::count(count, "symbolic link", "symbolic links"),
            SkipReason::Special => words::count(count, "special file", "special files"),
            SkipReason::TooLarge => words::count(count, "over the size limit", "over the size limit"),
            SkipReason::GitDirectory => words::count(count, "git directory", "git directories"),
            other => format!("{} {other}", words::grouped(count)),
        })
        .collect();
    (!said.is_empty()).then(|| format!("Left out: {}.", said.join(", ")))
}

fn suppressed(outcome: &Outcome) -> Option<String> {
    let counts = outcome.stats.suppressed;
    let said: Vec<String> = [
        (counts.inline, "by a comment in the line"),
        (counts.ignore_file, "by the ignore file"),
        (counts.config, "by the configuration"),
        (counts.baseline, "known to the baseline"),
        (counts.confidence, "below the confidence asked for (--min-confidence low)"),
        (counts.severity, "below the severity asked for (--min-severity low)"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, why)| format!("{} {why}", words::grouped(count)))
    .collect();
    (!said.is_empty()).then(|| format!("Not reported: {}.", said.join(", ")))
}

fn gaps(outcome: &Outcome, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let gaps: Vec<_> = outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap).collect();
    let total = outcome.stats.gaps.max(gaps.len() as u64);
    if total == 0 {
        return Ok(());
    }
    let heading = format!("Could not scan {}:", words::count(total, "object", "objects"));
    writeln!(out, "{}", paint.with(TROUBLE, heading))?;
    for gap in &gaps {
        // The root itself has no name relative to itself.
        let path = Visible(if gap.path.is_empty() { "." } else { &gap.path });
        write!(out, "  {path}: {}", gap.reason)?;
        if !gap.detail.is_empty() {
            write!(out, ": {}", Visible(&gap.detail))?;
        }
        writeln!(out)?;
    }
    match total - gaps.len() as u64 {
        0 => Ok(()),
        more => writeln!(out, "  and {} more", words::grouped(more)),
    }
}
