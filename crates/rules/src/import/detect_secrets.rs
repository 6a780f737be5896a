//! `.secrets.baseline` of detect-secrets: with which plugins and filters it was made.
//!
//! Its findings are read as a baseline. <https://github.com/Yelp/detect-secrets#filters>

use super::dialect::Dialect;
use super::node::{Node, Value};
use super::reading::{Fields, Reading};
use super::{AllowTarget, Imported, ImportedAllow};

/// Names of lock files that its filter leaves out.
const LOCK_FILES: &[&str] = &[
    "Brewfile.lock.json",
    "Cartfile.resolved",
    "composer.lock",
    "Gemfile.lock",
    "Package.resolved",
    "package-lock.json",
    "Podfile.lock",
    "yarn.lock",
    "Pipfile.lock",
    "poetry.lock",
    "Cargo.lock",
    "packages.lock.json",
];

pub(super) fn read(reading: &Reading, root: &Node) -> Imported {
    let mut imported = Imported { use_default: true, ..Imported::default() };
    let fields = Fields::new(reading, root);
    fields.get("version");
    fields.get("generated_at");
    imported.known = fields.get("results").map_or(0, |node| match &node.value {
        Value::Map(files) => files.iter().filter_map(|(_, found)| found.list()).map(<[Node]>::len).sum(),
        _ => 0,
    });
    for node in fields.maps("plugins_used") {
        plugin(reading, node, &mut imported);
    }
    for node in fields.maps("filters_used") {
        filter(reading, node, &mut imported);
    }
    // Older files have these two beside each other.
    if let Some(Value::Map(_)) = fields.get("exclude").map(|node| &node.value) {
        for node in fields.maps("exclude") {
            let exclude = Fields::new(reading, node);
            let files = exclude.expressions("files", Dialect::Python);
            let lines = exclude.expressions("lines", Dialect::Python);
            imported.allows.extend(paths("exclude.files", files));
            imported.allows.extend(texts("exclude.lines", lines, AllowTarget::Line));
            exclude.finish();
        }
    }
    fields.ignored("word_list", "write its words into `stopwords` of an [[allow]]");
    fields.finish();
    imported
}

/// What it was made with finds what our rules find; what a plugin was told is kept or named.
fn plugin(reading: &Reading, node: &Node, imported: &mut Imported) {
    let fields = Fields::new(reading, node);
    let Some(name) = fields.text("name") else {
        return fields.problem(fields.line(), "a plugin without `name`".to_owned(), "give it one");
    };
    let fields = fields.name(name);
    fields.ignored("limit", "our rules judge a value by its name, its place and its form together");
    if fields.text("keyword_exclude").is_some() {
        let found = fields.expressions("keyword_exclude", Dialect::Python);
        let found = found.into_iter().map(|expression| format!("(?i){expression}")).collect();
        imported.allows.extend(texts(&format!("{name}.keyword_exclude"), found, AllowTarget::Line));
    }
    if let Some(path) = fields.get("path") {
        let what = "a plugin of your own, in Python, is not run".to_owned();
        fields.note(path.line, what, "write what it looks for as a [[rule]]");
    }
    fields.finish();
}

fn filter(reading: &Reading, node: &Node, imported: &mut Imported) {
    let fields = Fields::new(reading, node);
    let Some(path) = fields.text("path") else {
        return fields.problem(fields.line(), "a filter without `path`".to_owned(), "give it one");
    };
    let fields = fields.name(path);
    let name = path.strip_prefix("detect_secrets.filters.").unwrap_or(path);
    let patterns = || fields.expressions("pattern", Dialect::Python);
    match name {
        "regex.should_exclude_line" => imported.allows.extend(texts(name, patterns(), AllowTarget::Line)),
        "regex.should_exclude_secret" => imported.allows.extend(texts(name, patterns(), AllowTarget::Secret)),
        "regex.should_exclude_file" => imported.allows.extend(paths(name, patterns())),
        "heuristic.is_lock_file" => {
            let names: Vec<String> = LOCK_FILES.iter().map(|file| regex_syntax::escape(file)).collect();
            imported.allows.extend(paths(name, vec![format!(r"(?:^|/)(?:{})\z", names.join("|"))]));
        }
        "heuristic.is_swagger_file" => imported.allows.extend(paths(name, vec!["(?i)swagger".to_owned()])),
        "common.is_baseline_file" => {
            let named = fields.text("filename").unwrap_or(".secrets.baseline");
            let named = named.rsplit(['/', '\\']).next().unwrap_or(named);
            imported.allows.extend(paths(name, vec![format!(r"(?:^|/){}\z", regex_syntax::escape(named))]));
        }
        // Here comments in the line count by themselves, and a value is judged by all of these.
        "allowlist.is_line_allowlisted"
        | "heuristic.is_indirect_reference"
        | "heuristic.is_likely_id_string"
        | "heuristic.is_non_text_file"
        | "heuristic.is_not_alphanumeric_string"
        | "heuristic.is_potential_uuid"
        | "heuristic.is_prefixed_with_dollar_sign"
        | "heuristic.is_sequential_string"
        | "heuristic.is_templated_secret"
        | "gibberish.should_exclude_secret" => {
            fields.get("limit");
        }
        "common.is_ignored_due_to_verification_policies" => {
            fields.get("min_level");
        }
        "wordlist.should_exclude_secret" => {
            for key in ["min_length", "file_name", "file_hash"] {
                fields.get(key);
            }
            let what = "its words are in another file, which is not read".to_owned();
            fields.note(fields.line(), what, "write them into `stopwords` of an [[allow]]");
        }
        _ => {
            let what = "a filter that is not known, perhaps of your own, is not run".to_owned();
            fields.note(fields.line(), what, "write what it lets pass as an [[allow]]");
        }
    }
    fields.finish();
}

fn paths(what: &str, paths: Vec<String>) -> Option<ImportedAllow> {
    let description = format!("detect-secrets: {what}");
    (!paths.is_empty()).then(|| ImportedAllow { description, paths, ..ImportedAllow::default() })
}

fn texts(what: &str, regexes: Vec<String>, target: AllowTarget) -> Option<ImportedAllow> {
    let description = format!("detect-secrets: {what}");
    (!regexes.is_empty()).then(|| ImportedAllow { description, regexes, target, ..ImportedAllow::default() })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Foreign;

    #[test]
    fn filters_become_exceptions_and_what_is_python_is_named() {
        let text = r#"{"version": "1.5.0", "generated_at": "2026-01-01T00:00:00Z",
            "plugins_used": [{"name": "AWSKeyDetector"}, {"name": "KeywordDetector", "keyword_exclude": "sample"},
                {"name": "Own", "path": "file://own.py"}],
            "filters_used": [
                {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
                {"path": "detect_secrets.filters.heuristic.is_lock_file"},
                {"path": "detect_secrets.filters.common.is_baseline_file", "filename": "ci/.secrets.baseline"},
                {"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["^docs/", "\\.md\\Z"]},
                {"path": "file://own.py::is_fine"}],
            "results": {"a.py": [{}, {}], "b.py": [{}]}}"#;
        let imported = Imported::read(Foreign::DetectSecrets, Path::new("b"), text).expect("it is right");
        assert_eq!((imported.known, imported.rules.len()), (3, 0));
        let allows: Vec<(&[String], &[String])> =
            imported.allows.iter().map(|allow| (allow.paths.as_slice(), allow.regexes.as_slice())).collect();
        assert_eq!(allows[0].1, ["(?i)sample"]);
        assert!(allows[1].0[0].contains(r"Cargo\.lock"));
        assert_eq!(allows[2].0, [r"(?:^|/)\.secrets\.baseline\z"]);
        assert_eq!(allows[3].0, ["^docs/", r"\.md\z"]);
        let notes: Vec<Option<&str>> = imported.notes.iter().map(|note| note.rule.as_deref()).collect();
        assert_eq!(notes, [Some("Own"), Some("file://own.py::is_fine")]);
    }
}
