//! The format of our own: JSON lines.
//!
//! ```text
//! {"keysieve_baseline":1,"key_check":"90c1f2b3a4d5e6f7"}
//! {"path":"deploy/ci.env","rule":"connection-string-url-password","fingerprint":"ks1:…","count":1}
//! {"path":"src/old.rs","rule":"github-pat","fingerprint":"ks1:…","count":2,"expires":"2027-03-31","reason":"…"}
//! ```
//!
//! One line an entry, sorted by path, rule and fingerprint. `count` is how often the secret stands in that file.
//! `expires`, `owner` and `reason` are for people to add; they stay when the file is updated.

use keysieve_finding::{Fingerprint, FingerprintKey};
use serde::{Deserialize, Serialize};

use super::{Baseline, BaselineEntry, What};
use crate::{Attributes, Error, Problem};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Head {
    keysieve_baseline: u32,
    key_check: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    fingerprint: String,
    #[serde(default = "one")]
    count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

const fn one() -> u64 {
    1
}

/// An entry that is to be written.
pub(super) struct Line<'a> {
    pub(super) path: &'a str,
    pub(super) rule: &'a str,
    pub(super) print: Fingerprint,
    pub(super) count: u64,
    pub(super) attributes: &'a Attributes,
}

/// Whether a text begins as one of our baselines does.
pub(super) fn is_ours(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains("\"keysieve_baseline\""))
}

pub(super) fn write<'a>(key: &FingerprintKey, lines: impl Iterator<Item = Line<'a>>) -> String {
    let mut text = String::new();
    let mut line = |value: serde_json::Result<String>| {
        // Strings and numbers: nothing in them can fail.
        text.push_str(&value.unwrap_or_default());
        text.push('\n');
    };
    line(serde_json::to_string(&Head { keysieve_baseline: VERSION, key_check: key.check() }));
    for Line { path, rule, print, count, attributes } in lines {
        line(serde_json::to_string(&Entry {
            path: path.to_owned(),
            rule: rule.to_owned(),
            fingerprint: print.to_string(),
            count,
            expires: attributes.expires.map(|day| day.to_string()),
            owner: attributes.owner.clone(),
            reason: attributes.reason.clone(),
        }));
    }
    text
}

/// Reads a baseline of ours.
pub(super) fn read(name: &str, text: &str, key: &FingerprintKey) -> Result<Baseline, Vec<Error>> {
    let error = |line, problem| Error { file: name.to_owned(), line, problem };
    let mut lines = (1..).zip(text.lines());
    let head = lines.next().and_then(|(_, line)| serde_json::from_str::<Head>(line).ok());
    let Some(head) = head.filter(|head| head.keysieve_baseline == VERSION) else {
        return Err(vec![error(1, Problem::BaselineVersion)]);
    };
    if head.key_check != key.check() {
        return Err(vec![error(1, Problem::OtherKey)]);
    }
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
        match entry(text) {
            Ok(entry) => entries.push(entry),
            Err(problem) => errors.push(error(line, problem)),
        }
    }
    if errors.is_empty() { Ok(Baseline::new(name, key, entries)) } else { Err(errors) }
}

fn entry(text: &str) -> Result<BaselineEntry, Problem> {
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| text.starts_with(mark)) {
        return Err(Problem::Conflict);
    }
    let entry: Entry = serde_json::from_str(text).map_err(|_| Problem::BaselineEntry)?;
    let print: Fingerprint = entry.fingerprint.parse().map_err(|_| Problem::Fingerprint)?;
    let mut read = BaselineEntry::new(What::Print(print), &entry.rule, &entry.path, entry.count);
    read.attributes = Attributes {
        expires: entry.expires.map(|day| day.parse()).transpose()?,
        owner: entry.owner,
        reason: entry.reason,
    };
    Ok(read)
}
