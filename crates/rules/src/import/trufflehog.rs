//! Custom detectors of trufflehog: `detectors:` of its configuration.
//!
//! <https://github.com/trufflesecurity/trufflehog/blob/main/pkg/custom_detectors/CUSTOM_DETECTORS.md>

use super::dialect::Dialect;
use super::draft::{Draft, SecretGroup};
use super::node::{Node, Value};
use super::reading::{Fields, Reading};
use super::{AllowTarget, Imported, ImportedAllow, groups};

pub(super) fn read(reading: &Reading, root: &Node) -> Imported {
    let mut imported = Imported { use_default: true, ..Imported::default() };
    let fields = Fields::new(reading, root);
    fields.ignored("sources", "name what is to be scanned on the command line");
    for node in fields.maps("detectors") {
        detector(reading, node, &mut imported);
    }
    fields.finish();
    imported
}

fn detector(reading: &Reading, node: &Node, imported: &mut Imported) {
    let fields = Fields::new(reading, node);
    let Some(name) = fields.text("name") else {
        return fields.problem(fields.line(), "a detector without `name`".to_owned(), "give it one");
    };
    let fields = fields.name(name);
    fields.ignored("verify", "nothing is asked of providers: every match is reported");
    fields.ignored("description", "a rule has a name only");
    let keywords: Vec<String> = fields.texts("keywords").iter().map(|word| word.to_lowercase()).collect();
    if keywords.is_empty() {
        let what = "a detector without `keywords`".to_owned();
        fields.problem(fields.line(), what, "name words of which one is near the secret");
    }
    let entropy = fields.number("entropy").filter(|entropy| *entropy > 0.0);
    let words: Vec<String> = fields
        .texts("exclude_words")
        .iter()
        .map(|word| format!("(?i){}", regex_syntax::escape(word)))
        .collect();
    let capture = fields.expressions("exclude_regexes_capture", Dialect::Go);
    let mut whole = fields.expressions("exclude_regexes_match", Dialect::Go);
    whole.extend(words);
    let primary = fields.text("primary_regex_name");
    let chosen = expressions(&fields, primary);
    let alone = chosen.len() == 1;
    for (part, line, text) in chosen {
        let Some(expression) = fields.expression(part, line, text, Dialect::Go) else { continue };
        let groups = groups::count(&expression);
        let draft = Draft {
            id: if alone { name.to_owned() } else { format!("{name}-{part}") },
            name: if alone { name.to_owned() } else { format!("{name}: {part}") },
            expression,
            secret: if groups == 0 { SecretGroup::FirstThatCaptured } else { SecretGroup::Number(1) },
            keywords: keywords.clone(),
            entropy,
            allow: capture.iter().cloned().chain(validations(&fields, part)).collect(),
            ..Draft::default()
        };
        let id = draft.id.clone();
        if let Some(drafted) = draft.finish(&fields) {
            imported.rules.push(drafted.rule);
            imported.texts.push(drafted.text);
        }
        if !whole.is_empty() {
            imported.allows.push(ImportedAllow {
                description: format!("{name}: exclude_words, exclude_regexes_match"),
                rules: vec![id],
                regexes: whole.clone(),
                target: AllowTarget::Match,
                ..ImportedAllow::default()
            });
        }
    }
    fields.get("validations");
    fields.finish();
}

/// The expressions that become rules, each with its name and line.
fn expressions<'a>(fields: &Fields<'a>, primary: Option<&str>) -> Vec<(&'a str, usize, &'a str)> {
    let Some(Node { value: Value::Map(parts), .. }) = fields.get("regex") else {
        let what = "`regex` is not there, or no table".to_owned();
        fields.problem(fields.line(), what, "write names with expressions");
        return Vec::new();
    };
    let all = parts.iter().filter_map(|(name, node)| Some((name.as_str(), node.line, node.text()?)));
    let mut all: Vec<_> = all.collect();
    if all.len() < parts.len() {
        let what = "`regex` holds something that is no text".to_owned();
        fields.problem(fields.line(), what, "write names with expressions");
    }
    if all.len() < 2 {
        return all;
    }
    let names: Vec<&str> = all.iter().map(|(name, ..)| *name).collect();
    let what = format!("all of {} must be in a file there; here each counts alone", names.join(", "));
    match primary {
        Some(primary) if names.contains(&primary) => {
            let what = format!("what stands beside `{primary}` must be in the file too; here it need not");
            fields.note(fields.line(), what, "name words near it in `keywords`");
            all.retain(|(name, ..)| *name == primary);
        }
        Some(primary) => {
            let what = format!("`primary_regex_name` is `{primary}`, and no expression has this name");
            fields.problem(fields.line(), what, "write the name of one");
        }
        None => fields.note(fields.line(), what, "name the secret's own with `primary_regex_name`"),
    }
    all
}

/// What the secret must hold, as expressions of what does not.
fn validations(fields: &Fields<'_>, part: &str) -> Vec<String> {
    let Some(Value::Map(parts)) = fields.get("validations").map(|node| &node.value) else {
        return Vec::new();
    };
    let Some((_, node)) = parts.iter().find(|(name, _)| name == part) else { return Vec::new() };
    let wanted = Fields::new(fields.reading, node);
    let mut missing = Vec::new();
    for (key, class) in [
        ("contains_digit", "0-9"),
        ("contains_lowercase", "a-z"),
        ("contains_uppercase", "A-Z"),
        ("contains_special_char", r"!-/:-@\[-`{-~"),
    ] {
        if wanted.truth(key) == Some(true) {
            missing.push(format!(r"\A[^{class}]*\z"));
        }
    }
    wanted.finish();
    missing
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{Foreign, Pattern};

    fn import(text: &str) -> Imported {
        Imported::read(Foreign::Trufflehog, Path::new("config.yaml"), text).expect("it is right")
    }

    #[test]
    fn a_detector_is_a_rule_with_what_it_excludes() {
        let imported = import(
            "detectors:\n- name: AcmeToken\n  keywords: [acme]\n  regex:\n    token: '\\b(acme_[a-z]{8})\\b'\n  entropy: 3\n  \
             exclude_words: [Sample]\n  exclude_regexes_capture: ['^acme_x']\n  exclude_regexes_match: ['test$']\n  \
             validations:\n    token:\n      contains_digit: true\n  verify:\n  - endpoint: https://example.com\n",
        );
        let rule = &imported.rules[0];
        assert_eq!((rule.info.id.as_str(), imported.texts[0].id.as_str()), ("AcmeToken", "acme-token"));
        assert_eq!(rule.pattern, Pattern::Regex(r"\b(?P<secret>acme_[a-z]{8})\b".to_owned()));
        assert_eq!((rule.gates.entropy, rule.keywords.as_slice()), (Some(3.0), &["acme".to_owned()][..]));
        assert_eq!(rule.gates.allow_regexes, ["^acme_x", r"\A[^0-9]*\z"]);
        assert_eq!(imported.allows[0].regexes, ["test$", "(?i)Sample"]);
        assert_eq!((imported.notes.len(), imported.notes[0].line), (1, 13));
    }

    #[test]
    fn of_several_expressions_the_primary_one_counts_and_that_is_said() {
        let text = "detectors:\n- name: two\n  keywords: [k]\n  primary_regex_name: id\n  regex: {id: 'id_[a-z]{9}', key: 'key_[a-z]{9}'}\n";
        let imported = import(text);
        assert_eq!((imported.rules.len(), imported.rules[0].info.id.as_str()), (1, "two"));
        assert!(imported.notes.iter().any(|note| note.what.contains("in the file too")));
        let both = import(&text.replace("  primary_regex_name: id\n", ""));
        assert_eq!(both.rules.len(), 2);
    }

    #[test]
    fn what_is_wrong_names_detector_and_line() {
        let text = "detectors:\n- name: one\n  keywords: [kk]\n  regex:\n    a: 'x(?=y)'\n    b: '('\n";
        let errors = Imported::read(Foreign::Trufflehog, Path::new("c.yaml"), text).expect_err("look-around");
        let said: Vec<String> = errors.problems.iter().map(ToString::to_string).collect();
        assert!(said[0].starts_with("c.yaml:5: rule `one`: `a`: look-around"), "{said:?}");
        assert!(said[1].starts_with("c.yaml:6: rule `one`: `b`: unclosed group"), "{said:?}");
        let errors = Imported::read(Foreign::Trufflehog, Path::new("c.yaml"), "detectors:\n- regex: [\n")
            .expect_err("broken");
        assert!(errors.to_string().contains("not YAML"), "{errors}");
    }
}
