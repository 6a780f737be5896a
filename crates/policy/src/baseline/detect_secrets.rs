//! `.secrets.baseline` of detect-secrets: by file, the SHA-1 of each secret.

use serde_json::Value;

use super::{BaselineEntry, What};

/// Its findings; `None` if it is no such file. What someone marked as a true secret is no known one.
pub(super) fn entries(baseline: &Value) -> Option<Vec<BaselineEntry>> {
    let results = baseline.get("results")?.as_object()?;
    let mut entries = Vec::new();
    for (file, findings) in results {
        for finding in findings.as_array()? {
            if finding.get("is_secret").and_then(Value::as_bool) == Some(true) {
                continue;
            }
            let kind = finding.get("type").and_then(Value::as_str).unwrap_or_default();
            let hash = sha1(finding.get("hashed_secret")?.as_str()?)?;
            // One hash stands for every place in its file.
            entries.push(BaselineEntry::new(What::Sha1(hash), kind, &file.replace('\\', "/"), u64::MAX));
        }
    }
    Some(entries)
}

fn sha1(digits: &str) -> Option<[u8; 20]> {
    let mut hash = [0; 20];
    (digits.len() == 40 && digits.is_ascii()).then_some(())?;
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(hash)
}
