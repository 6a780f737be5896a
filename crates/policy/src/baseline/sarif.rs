//! SARIF logs, ours and others'.

use serde_json::Value;

use super::{BaselineEntry, What};

/// Its results; `None` if it is no log. Ours carry a fingerprint, those of other tools are known by their line.
pub(super) fn entries(log: &Value) -> Option<Vec<BaselineEntry>> {
    let mut entries = Vec::new();
    for run in log.get("runs")?.as_array()? {
        for result in run.get("results").and_then(Value::as_array).into_iter().flatten() {
            entries.extend(entry(result));
        }
    }
    Some(entries)
}

fn entry(result: &Value) -> Option<BaselineEntry> {
    let rule = result.get("ruleId").and_then(Value::as_str).unwrap_or_default();
    let place = result.pointer("/locations/0/physicalLocation")?;
    let path = decoded(place.pointer("/artifactLocation/uri")?.as_str()?)?;
    let print = result.pointer("/partialFingerprints/keysieveFingerprint~1v1").and_then(Value::as_str);
    let what = match print.map(str::parse) {
        Some(Ok(print)) => What::Print(print),
        _ => What::Line(place.pointer("/region/startLine")?.as_u64()?),
    };
    Some(BaselineEntry::new(what, rule, &path, 1))
}

/// A URI as a path, without percent signs.
fn decoded(uri: &str) -> Option<String> {
    let uri = uri.strip_prefix("file://").unwrap_or(uri);
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' && tail.len() >= 2 {
            let digits = std::str::from_utf8(&tail[..2]).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(byte);
        }
    }
    Some(String::from_utf8_lossy(&bytes).trim_start_matches("./").to_owned())
}
