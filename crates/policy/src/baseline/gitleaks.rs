//! JSON reports of gitleaks and betterleaks, which these take as baselines.

use keysieve_finding::{MaskKind, Secret};
use serde_json::Value;

use super::{BaselineEntry, What};

/// Its findings; `None` if it is no such report. A secret that is masked there is known by its line.
pub(super) fn entries(findings: &[Value]) -> Option<Vec<BaselineEntry>> {
    findings.iter().map(entry).collect()
}

fn entry(finding: &Value) -> Option<BaselineEntry> {
    let text = |name: &str| finding.get(name).and_then(Value::as_str);
    let (rule, file) = (text("RuleID")?, text("File")?);
    let line = finding.get("StartLine")?.as_u64()?;
    let secret = text("Secret").unwrap_or_default();
    let what = match secret {
        // What `--redact` and our own reports in this format write.
        masked if masked.is_empty() || masked == "REDACTED" || masked.ends_with("...") => at(line),
        secret => What::Value(Secret::new(secret.as_bytes(), MaskKind::Password)),
    };
    Some(BaselineEntry::new(what, rule, &path(file), 1))
}

/// A place that is known by its line. That of a finding about a file as such is 0 there, and 1 here.
pub(super) fn at(line: u64) -> What {
    What::Line(line.max(1))
}

/// A path as we write it: `/` between its parts, `!/` before what is in an archive.
pub(super) fn path(file: &str) -> String {
    file.replace('\\', "/").replace('!', "!/").replace("!//", "!/")
}
