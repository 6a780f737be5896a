//! SARIF 2.1.0, for code scanning services.
//!
//! Each service reads a part of the standard, and each its own: GitHub drops results without four numbers in their
//! region, GitLab takes a result for a secret only if a tag of its rule says `cwe-798`, DefectDojo makes a finding of
//! every location. What is written here is what all of them take; reasons stand where they apply.
//!
//! Raw secrets never go in, whatever the context says: these files are uploaded.

mod artifacts;
mod images;
mod message;
mod model;
mod notifications;
mod rules;
mod suppressions;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use keysieve_finding::{Finding, Location, ObjectId, Outcome, Snippet};
use serde_json::Value;

use self::artifacts::{Artifacts, SRCROOT};
pub(crate) use self::images::MAX_RUNS;
use self::model::{
    AutomationDetails, Driver, Log, LogicalLocation, PhysicalLocation, Region, Run, RunResult, Text, Tool,
    UriBase,
};
use crate::visible::visible;
use crate::{Context, Format};

/// How many results a run may have: GitLab takes no more, GitHub keeps no more.
pub(crate) const MAX_RESULTS: usize = 5000;

/// What stands for a secret in a snippet.
const REDACTED: &str = "[REDACTED]";

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let runs = match images::apart(outcome) {
        Some(parts) => parts.iter().map(|(part, id)| run(part, context, id)).collect(),
        None => vec![run(outcome, context, &format!("keysieve/{}/", context.mode))],
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn run(outcome: &Outcome, context: &Context, id: &str) -> Run {
    let places = worst_first(outcome);
    let room = MAX_RESULTS - places.len();
    let allowed = &outcome.allowed[..outcome.allowed.len().min(room)];
    let used =
        places.iter().map(|(finding, _)| *finding).chain(allowed.iter().map(|allowed| &allowed.finding));
    let rules = rules::of(used.map(|finding| finding.rule.as_ref()));
    let indexes: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(index, id)| (*id, index)).collect();
    let mut artifacts = Artifacts::default();
    let mut results: Vec<RunResult> = places
        .iter()
        .map(|(finding, location)| {
            result(finding, location, indexes[finding.rule.id.as_str()], context, &mut artifacts)
        })
        .collect();
    if !allowed.is_empty() {
        // If one result says whether it is suppressed, all must.
        results.iter_mut().for_each(|result| result.suppressions = Some(Vec::new()));
        for allowed in allowed {
            let finding = &allowed.finding;
            let index = indexes[finding.rule.id.as_str()];
            results.extend(finding.locations.iter().map(|location| RunResult {
                suppressions: Some(vec![suppressions::of(allowed)]),
                ..result(finding, location, index, context, &mut artifacts)
            }));
        }
    }
    let driver = Driver {
        name: "keysieve",
        full_name: format!("keysieve {}", context.version),
        organization: "keysieve",
        version: context.version.clone(),
        semantic_version: context.version.clone(),
        information_uri: context.information_uri.clone(),
        rules: rules.values().map(|rule| rules::rule(rule)).collect(),
        properties: BTreeMap::from([("keysieve/ruleset", Value::from(context.ruleset.as_str()))]),
    };
    let root = if outcome.images.is_empty() {
        "The root of the repository, or the directory that was scanned."
    } else {
        "The root of the image's file system."
    };
    let root = root.to_owned();
    Run {
        tool: Tool { driver },
        automation_details: AutomationDetails { id: id.to_owned() },
        column_kind: "utf16CodeUnits",
        original_uri_base_ids: BTreeMap::from([(SRCROOT, UriBase { description: Text { text: root } })]),
        redaction_tokens: [REDACTED],
        invocations: [notifications::invocation(outcome, Format::Sarif.left_out(outcome))],
        artifacts: artifacts.into_list(),
        results,
        properties: images::properties(outcome),
    }
}

/// Every place of every finding, the worst first and otherwise in the outcome's order, no more than fit.
fn worst_first(outcome: &Outcome) -> Vec<(&Finding, &Location)> {
    let mut findings: Vec<&Finding> = outcome.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse((finding.severity, finding.confidence)));
    let places =
        findings.into_iter().flat_map(|finding| finding.locations.iter().map(move |at| (finding, at)));
    places.take(MAX_RESULTS).collect()
}

fn result(
    finding: &Finding,
    location: &Location,
    rule_index: usize,
    context: &Context,
    artifacts: &mut Artifacts,
) -> RunResult {
    let outermost = artifacts.outermost(location);
    let message = message::of(finding, location, outermost.as_ref().map(|outer| outer.uri.as_str()));
    let logical_locations = outermost
        .iter()
        .map(|_| LogicalLocation { fully_qualified_name: visible(&location.path), kind: "resource" });
    let logical_locations: Vec<LogicalLocation> = match &location.layer {
        Some(place) => vec![images::logical(place, location)],
        None => logical_locations.collect(),
    };
    let place = model::Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifacts::of(location),
            region: Some(region(location)),
        },
        logical_locations,
        message: None,
    };
    let related = outermost.map(|outer| model::Location {
        id: Some(1),
        physical_location: PhysicalLocation { artifact_location: outer, region: None },
        logical_locations: Vec::new(),
        message: Some(Text { text: "The file that holds it.".to_owned() }),
    });
    let mut partial_fingerprints =
        BTreeMap::from([("keysieveFingerprint/v1", finding.fingerprint.to_string())]);
    if let Some(hash) = context.line_hashes.of(location) {
        partial_fingerprints.insert("primaryLocationLineHash", hash.to_owned());
    }
    RunResult {
        rule_id: finding.rule.id.clone(),
        rule_index,
        level: rules::level(finding.severity),
        rank: (finding.severity != finding.rule.severity).then(|| rules::score(finding.severity).1),
        message,
        locations: [place],
        related_locations: related.into_iter().collect(),
        partial_fingerprints,
        suppressions: None,
        properties: properties(finding, location),
    }
}

fn properties(finding: &Finding, location: &Location) -> BTreeMap<&'static str, Value> {
    let mut properties = BTreeMap::from([
        ("keysieve/confidence", Value::from(finding.confidence.as_str())),
        ("keysieve/severity", Value::from(finding.severity.as_str())),
        ("keysieve/validity", Value::from("not_checked")),
        ("keysieve/byteOffset", Value::from(location.byte_start)),
        ("keysieve/byteLength", Value::from(location.byte_end.saturating_sub(location.byte_start))),
    ]);
    let evidence = &finding.evidence;
    let facts = [
        ("keysieve/account", &evidence.account),
        ("keysieve/expires", &evidence.expires),
        ("keysieve/publicKey", &evidence.public_key),
        ("keysieve/structure", &evidence.structure),
    ];
    for (name, fact) in facts {
        properties.extend(fact.as_deref().map(|fact| (name, Value::from(fact))));
    }
    if let Some(certificate) = &evidence.certificate {
        properties.insert("keysieve/certificate", serde_json::to_value(certificate).unwrap_or_default());
    }
    if !location.decoded_by.is_empty() {
        properties.insert("keysieve/decodedBy", Value::from(location.decoded_by.clone()));
    }
    if let Some(git) = &location.git {
        let id = |id: Option<ObjectId>| id.map(|id| Value::from(id.to_string()));
        let said = [
            ("keysieve/gitBlob", id(git.object)),
            ("keysieve/gitPart", Some(Value::from(git.part.as_str()))),
            ("keysieve/gitCommit", id(git.commit)),
            ("keysieve/gitAuthorDate", git.author_date().map(Value::from)),
            ("keysieve/gitLastCommit", id(git.last_commit)),
            ("keysieve/gitState", Some(Value::from(git.state.as_str()))),
            ("keysieve/gitRefs", Some(Value::from(git.refs.clone())).filter(|_| !git.refs.is_empty())),
            ("keysieve/gitVersions", Some(Value::from(git.versions))),
        ];
        properties.extend(said.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
    if let Some(place) = &location.layer {
        properties.extend(images::place_properties(place));
    }
    properties
}

/// Where it is in its file. Lines mean nothing in a binary, but services want them: 1, and the bytes are among the
/// properties, as a region may not speak of two places.
fn region(location: &Location) -> Region {
    if location.binary {
        return Region { start_line: 1, start_column: 1, end_line: 1, end_column: 1, snippet: None };
    }
    Region {
        start_line: location.line,
        start_column: location.utf16_column,
        end_line: location.end_line,
        end_column: location.utf16_end_column,
        snippet: location.snippet.as_ref().map(|snippet| Text { text: redacted(snippet) }),
    }
}

/// The line with every secret on it replaced as a whole: not even the first characters of a mask are left.
fn redacted(snippet: &Snippet) -> String {
    let own = keysieve_finding::Span::new(snippet.start, snippet.end);
    let masks = if snippet.masks.is_empty() { std::slice::from_ref(&own) } else { &snippet.masks };
    let mut text = String::with_capacity(snippet.text.len() + masks.len() * REDACTED.len());
    let mut written = 0;
    for mask in masks.iter().filter(|mask| !mask.is_empty()) {
        let (Some(before), true) = (snippet.text.get(written..mask.start), mask.end <= snippet.text.len())
        else {
            // Offsets that do not fit the text: nothing of it is certain to be safe.
            return REDACTED.to_owned();
        };
        text.push_str(&visible(before));
        text.push_str(REDACTED);
        written = mask.end;
    }
    match snippet.text.get(written..) {
        Some(after) => text + &visible(after),
        None => REDACTED.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use keysieve_finding::Span;

    use super::*;

    fn redact(text: &str, masks: &[(usize, usize)]) -> String {
        let masks: Vec<Span> = masks.iter().map(|&(start, end)| Span::new(start, end)).collect();
        let own = masks.first().copied().unwrap_or(Span::new(2, 5));
        redacted(&Snippet { text: text.to_owned(), start: own.start, end: own.end, masks })
    }

    #[test]
    fn every_mask_of_a_line_is_replaced() {
        assert_eq!(redact("a=…; b=ghp_…!", &[(2, 5), (9, 16)]), "a=[REDACTED]; b=[REDACTED]!");
        assert_eq!(redact("a=…;", &[]), "a=[REDACTED];");
    }

    #[test]
    fn offsets_that_do_not_fit_show_nothing() {
        assert_eq!(redact("é=…", &[(1, 3)]), "[REDACTED]");
        assert_eq!(redact("a=…", &[(2, 50)]), "[REDACTED]");
        assert_eq!(redact("a=…", &[(2, 5), (3, 4)]), "[REDACTED]");
    }
}
