//! Events of the Open Cybersecurity Schema Framework, one JSON object a line and place: class 2006, Data Security
//! Finding, of version 1.4. <https://schema.ocsf.io/1.4.0/classes/data_security_finding>

use std::io::{self, Write};

use keysieve_finding::{Confidence, Outcome, Severity};
use serde_json::{Value, json};

use crate::places::{self, Identities, Place};
use crate::visible::visible;
use crate::{Context, sentence};

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let mut identities = Identities::default();
    for place in places::in_order(outcome) {
        serde_json::to_writer(&mut *out, &event(place, identities.of(place), context))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn event(place: Place<'_>, identity: [u8; 16], context: &Context) -> Value {
    let Place { finding, location } = place;
    let rule = &finding.rule;
    let (severity_id, severity) = severity(finding.severity);
    let (confidence_id, confidence) = confidence(finding.confidence);
    let mut remediation = json!({ "desc": sentence::advice(finding) });
    if let Some(link) = sentence::link(&rule.docs) {
        remediation["references"] = json!([link]);
    }
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2006,
        "class_name": "Data Security Finding",
        "type_uid": 200_601,
        "type_name": "Data Security Finding: Create",
        "time": context.time.millis(),
        "severity_id": severity_id,
        "severity": severity,
        "confidence_id": confidence_id,
        "confidence": confidence,
        "status_id": 1,
        "status": "New",
        "is_alert": true,
        "message": sentence::of(finding, location),
        "metadata": {
            "version": "1.4.0",
            "product": {
                "name": "keysieve",
                "vendor_name": "keysieve",
                "version": context.version,
                "feature": { "name": "rules", "version": context.ruleset },
            },
        },
        "finding_info": {
            "uid": places::uuid(identity),
            "title": visible(&rule.name),
            "desc": sentence::of(finding, location),
            "types": ["secret"],
            "analytic": { "type_id": 1, "type": "Rule", "uid": visible(&rule.id), "name": visible(&rule.name) },
        },
        "remediation": remediation,
        // Type 1 is a regular file.
        "file": { "name": name(&location.path), "path": visible(&location.path), "type_id": 1, "type": "Regular File" },
        "unmapped": {
            "fingerprint": finding.fingerprint.to_string(),
            "mask": finding.secret.masked(),
            "line": location.line,
            "column": location.column,
            "byte_start": location.byte_start,
            "byte_end": location.byte_end,
        },
    })
}

/// The last part of a path.
pub(crate) fn name(path: &str) -> String {
    visible(path.rsplit('/').next().unwrap_or(path))
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn confidence(confidence: Confidence) -> (u8, &'static str) {
    match confidence {
        Confidence::Low => (1, "Low"),
        Confidence::Medium => (2, "Medium"),
        Confidence::High => (3, "High"),
    }
}
