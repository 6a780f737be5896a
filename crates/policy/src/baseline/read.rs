//! Which format a baseline has.

use keysieve_finding::FingerprintKey;
use serde_json::Value;

use super::{Baseline, detect_secrets, gitleaks, gitleaks_ignore, own, report, sarif};
use crate::{Error, Problem};

impl Baseline {
    /// Reads a baseline in any of the formats that are known, told by what is in it: our own; our JSON reports; SARIF;
    /// JSON reports of gitleaks and betterleaks; `.secrets.baseline` of detect-secrets.
    ///
    /// Where a format holds no secret and no fingerprint of ours, its entries know only a line, and do not follow when
    /// lines move.
    ///
    /// # Errors
    /// If it is none of these, if a part of it cannot be read, or if it was made with another key than `key`.
    pub fn read(name: &str, text: &str, key: &FingerprintKey) -> Result<Self, Vec<Error>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if own::is_ours(text) {
            return own::read(name, text, key);
        }
        let error = |line, problem| vec![Error { file: name.to_owned(), line, problem }];
        // The error itself may repeat what stands there.
        let value: Value =
            serde_json::from_str(text).map_err(|wrong| error(wrong.line(), Problem::BaselineJson))?;
        let entries = match &value {
            Value::Array(findings) => gitleaks::entries(findings),
            Value::Object(fields) if fields.contains_key("runs") => sarif::entries(&value),
            Value::Object(fields) if fields.contains_key("schema_version") => report::entries(&value),
            Value::Object(fields) if fields.contains_key("results") => detect_secrets::entries(&value),
            _ => None,
        };
        let entries = entries.ok_or_else(|| error(0, Problem::BaselineFormat))?;
        Ok(Self::new(name, key, entries))
    }

    /// Reads a `.gitleaksignore`: a baseline whose entries stand for any number of findings, each on one line.
    ///
    /// # Errors
    /// Every line that is none of `file:rule:line` and `commit:file:rule:line`.
    pub fn read_gitleaks_ignore(name: &str, text: &str, key: &FingerprintKey) -> Result<Self, Vec<Error>> {
        let error = |(line, problem)| Error { file: name.to_owned(), line, problem };
        match gitleaks_ignore::entries(text) {
            Ok(entries) => Ok(Self::new(name, key, entries)),
            Err(errors) => Err(errors.into_iter().map(error).collect()),
        }
    }
}
