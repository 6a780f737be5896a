//! What JSON and JSONL say, in the order in which they say it.
//!
//! The names of the fields are a promise: `fixtures/schemas/` holds the schemas, and [`SCHEMA_VERSION`] grows when a
//! name or a meaning changes. New fields may come without that.

use keysieve_finding::{
    Confidence, Evidence, Finding, Fingerprint, GitPart, GitPlace, GitState, Location, ObjectId, Outcome,
    Severity,
};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::layer::{ImageRecord, LayerRecord};
use crate::{Context, path};

/// The version of the schemas that these records follow.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// Which tool, with which rules.
#[derive(Serialize)]
pub(crate) struct Tool<'a> {
    name: &'static str,
    version: &'a str,
    ruleset: &'a str,
}

impl<'a> Tool<'a> {
    pub(crate) fn of(context: &'a Context) -> Self {
        Self { name: "keysieve", version: &context.version, ruleset: &context.ruleset }
    }
}

/// What was scanned.
#[derive(Serialize)]
pub(crate) struct Target<'a> {
    mode: &'a str,
    arguments: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<ImageRecord<'a>>,
}

impl<'a> Target<'a> {
    pub(crate) fn of(outcome: &'a Outcome, context: &'a Context) -> Self {
        Self {
            mode: &context.mode,
            arguments: &outcome.targets,
            images: outcome.images.iter().map(ImageRecord::of).collect(),
        }
    }
}

/// One secret.
#[derive(Serialize)]
pub(crate) struct FindingRecord<'a> {
    rule: &'a str,
    name: &'a str,
    provider: &'a str,
    severity: Severity,
    confidence: Confidence,
    /// Always the mask.
    secret: String,
    /// The secret itself, what is not UTF-8 in it replaced; only if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_raw: Option<String>,
    fingerprint: Fingerprint,
    evidence: &'a Evidence,
    remediation: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    docs: &'a str,
    total_locations: u64,
    #[serde(serialize_with = "locations")]
    locations: &'a [Location],
}

impl<'a> FindingRecord<'a> {
    pub(crate) fn of(finding: &'a Finding, context: &Context) -> Self {
        let raw = || String::from_utf8_lossy(finding.secret.expose()).into_owned();
        Self {
            rule: &finding.rule.id,
            name: &finding.rule.name,
            provider: &finding.rule.provider,
            severity: finding.severity,
            confidence: finding.confidence,
            secret: finding.secret.masked(),
            secret_raw: context.show_secrets.then(raw),
            fingerprint: finding.fingerprint,
            evidence: &finding.evidence,
            remediation: &finding.rule.about,
            docs: &finding.rule.docs,
            total_locations: finding.total_locations,
            locations: &finding.locations,
        }
    }
}

#[derive(Serialize)]
struct LocationRecord<'a> {
    path: &'a str,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    byte_start: u64,
    byte_end: u64,
    binary: bool,
    decoded_by: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    container: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    git: Option<GitRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<LayerRecord<'a>>,
}

/// How a place is embedded in the history of its repository.
#[derive(Serialize)]
struct GitRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<ObjectId>,
    part: GitPart,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<ObjectId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_commit: Option<ObjectId>,
    state: GitState,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    refs: &'a [String],
    versions: u64,
}

impl<'a> GitRecord<'a> {
    fn of(git: &'a GitPlace) -> Self {
        Self {
            blob: git.object,
            part: git.part,
            commit: git.commit,
            author_date: git.author_date(),
            last_commit: git.last_commit,
            state: git.state,
            refs: &git.refs,
            versions: git.versions,
        }
    }
}

impl<'a> LocationRecord<'a> {
    fn of(location: &'a Location) -> Self {
        let mut container = path::parts(location);
        container.pop();
        Self {
            path: &location.path,
            line: location.line,
            column: location.column,
            end_line: location.end_line,
            end_column: location.end_column,
            byte_start: location.byte_start,
            byte_end: location.byte_end,
            binary: location.binary,
            decoded_by: &location.decoded_by,
            snippet: location.snippet.as_ref().map(|snippet| snippet.text.as_str()),
            container: container.iter().map(|name| keysieve_finding::shown(name)).collect(),
            git: location.git.as_deref().map(GitRecord::of),
            layer: location.layer.as_deref().map(LayerRecord::of),
        }
    }
}

fn locations<S: Serializer>(locations: &[Location], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(locations.iter().map(LocationRecord::of))
}

/// All findings, one at a time: a record lives only as long as it is written.
pub(crate) struct Findings<'a>(pub(crate) &'a Outcome, pub(crate) &'a Context);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.findings.len()))?;
        for finding in &self.0.findings {
            seq.serialize_element(&FindingRecord::of(finding, self.1))?;
        }
        seq.end()
    }
}
