//! One secret on the page.

use std::cmp::Reverse;
use std::io::{self, Write};

use keysieve_finding::{Finding, Location, MASK, Outcome, Snippet};

use crate::markup::escape;
use crate::{sentence, words};

/// How many places of a secret are listed.
const MAX_PLACES: usize = 100;

/// The findings, the worst first and otherwise in the outcome's order.
pub(super) fn worst_first(outcome: &Outcome) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = outcome.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse((finding.severity, finding.confidence)));
    findings
}

pub(super) fn write(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = &finding.rule;
    let level = finding.severity;
    let mask = match finding.secret.masked() {
        mask if mask == MASK => String::new(),
        mask => format!(" <code>{}</code>", escape(&mask)),
    };
    let places = words::count(finding.total_locations, "place", "places");
    let first = finding.locations.first().map(place).unwrap_or_default();
    writeln!(
        out,
        "<details class=\"secret\" data-level=\"{level}\"><summary><span class=\"level {level}\">{level}</span> \
         <strong>{}</strong>{mask} <span class=\"dim\">{places}, <code>{}</code></span></summary>\n\
         <div class=\"inside\">",
        escape(&rule.name),
        escape(&first),
    )?;
    let mut said = vec![format!("{} confidence", finding.confidence)];
    said.extend(words::evidence(&finding.evidence, true));
    writeln!(
        out,
        "<p>Rule <code>{}</code>, {}. Fingerprint <code>{}</code>.</p>",
        escape(&rule.id),
        escape(&said.join(", ")),
        finding.fingerprint
    )?;
    let advice = sentence::advice(finding);
    if !advice.is_empty() {
        writeln!(out, "<p>{}</p>", escape(&advice))?;
    }
    if let Some(link) = sentence::link(&rule.docs) {
        let link = escape(link);
        writeln!(out, "<p><a href=\"{link}\" rel=\"noreferrer noopener\">{link}</a></p>")?;
    }
    for location in finding.locations.iter().take(MAX_PLACES) {
        one_place(location, out)?;
    }
    let listed = finding.locations.len().min(MAX_PLACES) as u64;
    let more = finding.total_locations.saturating_sub(listed);
    if more > 0 {
        writeln!(out, "<p class=\"dim\">and {}</p>", words::count(more, "more place", "more places"))?;
    }
    writeln!(out, "</div></details>")
}

fn one_place(location: &Location, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<div class=\"place\"><code>{}</code>", escape(&place(location)))?;
    if !location.decoded_by.is_empty() {
        write!(out, " <span class=\"dim\">in {}</span>", escape(&location.decoded_by.join(", ")))?;
    }
    if let Some(snippet) = &location.snippet {
        write!(out, "<span class=\"line\">{}</span>", line(snippet))?;
    }
    writeln!(out, "</div>")
}

fn place(location: &Location) -> String {
    match location.binary {
        true => format!("{}, byte {}", location.path, location.byte_start),
        false => format!("{}:{}:{}", location.path, location.line, location.column),
    }
}

/// The line with this place's mask marked.
fn line(snippet: &Snippet) -> String {
    let piece = |range: std::ops::Range<usize>| escape(snippet.text.get(range).unwrap_or_default());
    let end = snippet.end.min(snippet.text.len());
    let start = snippet.start.min(end);
    format!("{}<mark>{}</mark>{}", piece(0..start), piece(start..end), piece(end..snippet.text.len()))
}
