//! JUnit XML, for the test views of Jenkins, GitLab, Azure and others.
//!
//! There is no standard; what is written here is what the readers have in common. A finding's place is a test case that
//! failed, a gap one that ended in an error. A report without any test case is broken to some readers, so a clean run
//! has one that passed. The time is always zero: reports hold no wall time.

use std::io::{self, Write};

use keysieve_finding::{Location, Outcome, SkipClass, SkipRecord};

use crate::markup::escape;
use crate::places::{self, Place};
use crate::{Context, sentence, words};

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let places: Vec<Place<'_>> = places::in_order(outcome).collect();
    let gaps: Vec<&SkipRecord> = outcome.skips.iter().filter(|skip| skip.class == SkipClass::Gap).collect();
    let errors = gaps.len() + usize::from(outcome.interrupted);
    let passed = usize::from(places.is_empty() && errors == 0);
    let counts = format!(
        "name=\"keysieve\" tests=\"{}\" failures=\"{}\" errors=\"{errors}\" skipped=\"0\" time=\"0\"",
        places.len() + errors + passed,
        places.len(),
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites {counts}>")?;
    writeln!(out, "  <testsuite {counts}>")?;
    writeln!(out, "    <properties>")?;
    property("keysieve.version", &context.version, out)?;
    property("keysieve.ruleset", &context.ruleset, out)?;
    writeln!(out, "    </properties>")?;
    for place in places {
        failure(place, out)?;
    }
    for gap in gaps {
        let said = if gap.detail.is_empty() { gap.reason.as_str() } else { &gap.detail };
        let said = format!("not scanned: {}: {said}", gap.reason);
        error(&gap.path, gap.reason.as_str(), &said, out)?;
    }
    if outcome.interrupted {
        error("the whole run", "interrupted", "interrupted before the end", out)?;
    }
    if passed > 0 {
        let scanned = words::count(outcome.stats.objects, "file scanned", "files scanned");
        let name = escape(&format!("no secrets found, {scanned}"));
        writeln!(out, "    <testcase classname=\"keysieve\" name=\"{name}\" time=\"0\"/>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn property(name: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escape(value))
}

fn failure(Place { finding, location }: Place<'_>, out: &mut dyn Write) -> io::Result<()> {
    let message = sentence::of(finding, location);
    let place = where_it_is(location);
    write!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"0\">\n      \
         <failure message=\"{}\" type=\"{}\">",
        escape(&finding.rule.id),
        escape(&format!("{} at {place}", finding.rule.name)),
        escape(&location.path),
        location.line,
        escape(&message),
        finding.severity,
    )?;
    writeln!(out, "{}: {}", escape(&place), escape(&message))?;
    if let Some(snippet) = &location.snippet {
        writeln!(out, "{}", escape(&snippet.text))?;
    }
    let advice = sentence::advice(finding);
    if !advice.is_empty() {
        writeln!(out, "{}", escape(&advice))?;
    }
    writeln!(out, "fingerprint: {}</failure>\n    </testcase>", finding.fingerprint)
}

fn error(path: &str, kind: &str, said: &str, out: &mut dyn Write) -> io::Result<()> {
    let path = if path.is_empty() { "." } else { path };
    writeln!(
        out,
        "    <testcase classname=\"keysieve.skip\" name=\"{}\" file=\"{}\" time=\"0\">\n      \
         <error message=\"{}\" type=\"{kind}\"/>\n    </testcase>",
        escape(&format!("not scanned: {path}")),
        escape(path),
        escape(said),
    )
}

fn where_it_is(location: &Location) -> String {
    match location.binary {
        true => format!("{}, byte {}", location.path, location.byte_start),
        false => format!("{}:{}:{}", location.path, location.line, location.column),
    }
}
