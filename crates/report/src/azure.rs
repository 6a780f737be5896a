//! Logging commands of Azure Pipelines, which become errors and warnings of the build.
//! <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>

use std::io::{self, Write};

use keysieve_finding::{Outcome, Severity, SkipClass};

use crate::places::{self, Place};
use crate::visible::visible;
use crate::{Context, sentence, words};

pub(crate) fn write(outcome: &Outcome, _: &Context, out: &mut dyn Write) -> io::Result<()> {
    for Place { finding, location } in places::worst_first(outcome) {
        let kind = if finding.severity >= Severity::High { "error" } else { "warning" };
        write!(out, "##vso[task.logissue type={kind};sourcepath={}", property(&location.path))?;
        if !location.binary {
            write!(out, ";linenumber={};columnnumber={}", location.line, location.utf16_column)?;
        }
        let message = format!("{} {}", sentence::of(finding, location), sentence::advice(finding));
        writeln!(out, ";code={};]{}", property(&finding.rule.id), data(message.trim_end()))?;
    }
    for gap in outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap) {
        let said = format!("not scanned: {}: {} {}", gap.path, gap.reason, gap.detail);
        writeln!(out, "##vso[task.logissue type=warning;]{}", data(said.trim_end()))?;
    }
    let secrets = words::count(outcome.findings.len() as u64, "secret", "secrets");
    let total = outcome.findings.iter().map(|finding| finding.total_locations).sum();
    let partly = if outcome.complete() { "" } else { "; not everything was scanned" };
    writeln!(out, "keysieve: {secrets} in {}{partly}", words::count(total, "place", "places"))
}

/// The message of a command.
fn data(text: &str) -> String {
    // The agent looks for commands anywhere in a line.
    let text = visible(text).replace("##", "#\u{fffd}#");
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_command_ends_it_or_begins_another() {
        assert_eq!(property("a;b]c%"), "a%3Bb%5Dc%AZP25");
        assert!(!data("x\n##vso[task.setvariable]").contains("##vso"));
    }
}
