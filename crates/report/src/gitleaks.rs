//! The JSON report of gitleaks, for what imports that: an array with one object a place, its names, order and quirks.
//!
//! Quirks: columns are bytes; both are inclusive, and both are one more on every line but the first. Entries of archives
//! are `outer!inner`. Secrets and lines are masked here, always, as that tool does when told `--redact`. Columns are
//! those of the secret, where that tool gives the ones of all that the rule matched.

use std::io::{self, Write};

use keysieve_finding::{Authored, GitPlace, Location, MASK, Origin, Outcome};
use keysieve_template::{Error as TemplateError, Limits, Record as Fields, Template, Value};
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::Context;
use crate::places::{self, Place};
use crate::visible::visible;

/// What stands for a secret of which nothing may be shown.
const REDACTED: &str = "REDACTED";

/// The names are Go's.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record<'a> {
    #[serde(rename = "RuleID")]
    rule_id: &'a str,
    description: String,
    start_line: u64,
    end_line: u64,
    start_column: u64,
    end_column: u64,
    #[serde(rename = "Match")]
    matched: String,
    secret: String,
    file: String,
    symlink_file: &'a str,
    commit: String,
    entropy: f32,
    author: String,
    email: String,
    date: String,
    message: String,
    tags: [&'a str; 0],
    fingerprint: String,
}

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let records: Vec<Record<'_>> = places::in_order(outcome).map(|place| record(place, context)).collect();
    // One space, as that tool indents.
    let mut serializer = Serializer::with_formatter(&mut *out, PrettyFormatter::with_indent(b" "));
    records.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

fn record<'a>(Place { finding, location }: Place<'a>, context: &Context) -> Record<'a> {
    let Authored { author, email, message } = context.author_of(location);
    let file = file(location);
    let secret = match finding.secret.masked() {
        mask if mask == MASK => REDACTED.to_owned(),
        mask => mask.replace(MASK, "..."),
    };
    let commit = location.git.as_deref().and_then(|git| git.commit).map(|commit| commit.to_string());
    let place = format!("{file}:{}:{}", finding.rule.id, location.line);
    let line = location.snippet.as_ref().map(|snippet| visible(snippet.text.trim()));
    Record {
        rule_id: &finding.rule.id,
        description: visible(&finding.rule.name),
        start_line: location.line,
        end_line: location.end_line,
        start_column: column(location.line, location.column),
        // Exclusive here, inclusive there.
        end_column: column(location.end_line, location.end_column.saturating_sub(1).max(1)),
        matched: line.unwrap_or_else(|| secret.clone()),
        secret,
        fingerprint: commit.as_ref().map_or_else(|| place.clone(), |commit| format!("{commit}:{place}")),
        file,
        symlink_file: "",
        commit: commit.unwrap_or_default(),
        // The field is as wide there.
        #[allow(clippy::cast_possible_truncation)]
        entropy: finding.evidence.entropy as f32,
        author,
        email,
        date: location.git.as_deref().and_then(GitPlace::author_date).unwrap_or_default(),
        message,
        tags: [],
    }
}

/// A report in a form of the user's own: a template of Go's `text/template` over what the JSON report says, as gitleaks
/// takes it. Its `.` is the list of findings.
#[derive(Debug)]
pub struct GitleaksTemplate(Template);

impl GitleaksTemplate {
    /// Reads a template; errors call it by `name`.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn parse(name: &str, text: &str) -> Result<Self, TemplateError> {
        Template::parse(name, text).map(Self)
    }

    /// The report; the time of the context is what the template takes for the present.
    ///
    /// # Errors
    /// What the template cannot do with the findings.
    pub fn render(&self, outcome: &Outcome, context: &Context) -> Result<String, TemplateError> {
        let findings = places::in_order(outcome).map(|place| fields(record(place, context))).collect();
        // They hold no lists that hold lists.
        let findings = Value::list(findings).unwrap_or(Value::Nil);
        let now = i64::try_from(context.time.millis() / 1000).unwrap_or_default();
        self.0.render(findings, now, Limits::default())
    }
}

/// A record as templates see it. <https://github.com/gitleaks/gitleaks/blob/master/report/finding.go>
fn fields(record: Record<'_>) -> Value {
    let number = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let text = |text: &str| Value::text(text);
    let tags = record.tags.iter().map(|tag| text(tag)).collect();
    let fields = vec![
        ("RuleID", text(record.rule_id)),
        ("Description", text(&record.description)),
        ("StartLine", number(record.start_line)),
        ("EndLine", number(record.end_line)),
        ("StartColumn", number(record.start_column)),
        ("EndColumn", number(record.end_column)),
        ("Line", text(&record.matched)),
        ("Match", text(&record.matched)),
        ("Secret", text(&record.secret)),
        ("File", text(&record.file)),
        ("SymlinkFile", text(record.symlink_file)),
        ("Commit", text(&record.commit)),
        ("Link", text("")),
        ("Entropy", Value::Single(record.entropy)),
        ("Author", text(&record.author)),
        ("Email", text(&record.email)),
        ("Date", text(&record.date)),
        ("Message", text(&record.message)),
        ("Tags", Value::list(tags).unwrap_or(Value::Nil)),
        ("Fingerprint", text(&record.fingerprint)),
    ];
    Value::record(Fields::new("report.Finding", fields).optional(&["Link"]).hidden(&["Line"]))
}

/// A column as gitleaks counts it.
fn column(line: u64, column: u64) -> u64 {
    column + u64::from(line > 1)
}

/// A path as gitleaks writes it: a stream has none.
fn file(location: &Location) -> String {
    match location.origin {
        Origin::Stream { .. } => String::new(),
        Origin::Entry { .. } => location.path.replace("!/", "!"),
        _ => location.path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_one_more_on_later_lines() {
        // `KEY` at the start: bytes 1 to 3 on the first line, 2 to 4 on the second.
        assert_eq!((column(1, 1), column(1, 3)), (1, 3));
        assert_eq!((column(2, 1), column(2, 3)), (2, 4));
    }
}
