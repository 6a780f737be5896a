//! Rules of kingfisher and noseyparker: `rules:` in YAML.
//!
//! <https://github.com/mongodb/kingfisher/blob/main/docs/RULES.md>,
//! <https://github.com/praetorian-inc/noseyparker>

use keysieve_finding::Confidence;
use regex::bytes::RegexBuilder;

use super::dialect::Dialect;
use super::draft::{Draft, SecretGroup};
use super::node::Node;
use super::reading::{Fields, Reading};
use super::{AllowTarget, Imported, ImportedAllow, groups};

pub(super) fn read(reading: &Reading, root: &Node) -> Imported {
    let mut imported = Imported { use_default: true, ..Imported::default() };
    let fields = Fields::new(reading, root);
    fields.ignored("rulesets", "choose rules with --rule and --exclude-rule");
    for node in fields.maps("rules") {
        rule(reading, node, &mut imported);
    }
    fields.finish();
    imported
}

fn rule(reading: &Reading, node: &Node, imported: &mut Imported) {
    let fields = Fields::new(reading, node);
    let (name, id) = (fields.text("name"), fields.text("id"));
    let Some(id) = id.or(name) else {
        return fields.problem(fields.line(), "a rule without `id`".to_owned(), "give it one");
    };
    let fields = fields.name(id);
    for key in ["validation", "revocation", "depends_on_rule", "tls_mode", "prevalidated"] {
        fields.ignored(key, "nothing is asked of providers: every match is reported");
    }
    for key in ["references", "categories"] {
        fields.ignored(key, "a rule of ours has a name and a description");
    }
    let line = fields.get("pattern").map_or(0, |node| node.line);
    let Some(pattern) = fields.text("pattern") else {
        return fields.problem(fields.line(), "a rule without `pattern`".to_owned(), "give it one");
    };
    let Some(expression) = fields.expression("pattern", line, pattern, Dialect::Rust) else { return };
    examples(&fields, &expression);
    let mut draft = Draft {
        id: id.to_owned(),
        name: name.unwrap_or(id).to_owned(),
        about: fields.text("description").unwrap_or_default().trim().to_owned(),
        secret: groups::position(&expression, "TOKEN")
            .map_or(SecretGroup::FirstThatCaptured, SecretGroup::Number),
        expression,
        entropy: fields.number("min_entropy").filter(|entropy| *entropy > 0.0),
        confidence: confidence(&fields),
        ..Draft::default()
    };
    if let Some(node) = fields.get("pattern_requirements") {
        requirements(Fields::new(reading, node).name(id), &mut draft, imported);
    }
    if fields.truth("visible") == Some(false) {
        let what =
            "it is not visible, so it only helps others, and nothing here asks for it: left out".to_owned();
        fields.note(fields.line(), what, "take `visible` out to have its findings reported");
    } else if let Some(drafted) = draft.finish(&fields) {
        imported.rules.push(drafted.rule);
        imported.texts.push(drafted.text);
    }
    fields.finish();
}

/// Runs the examples: what the file itself says must hold.
fn examples(fields: &Fields<'_>, expression: &str) {
    let Ok(regex) = RegexBuilder::new(expression).unicode(false).size_limit(32 << 20).build() else { return };
    for (key, wanted) in [("examples", true), ("negative_examples", false)] {
        let line = fields.get(key).map_or(0, |node| node.line);
        for (index, text) in (1..).zip(fields.texts(key)) {
            if regex.is_match(text.as_bytes()) != wanted {
                // An example may hold a secret, so it is not shown.
                let what = match wanted {
                    true => format!("the pattern does not find example {index}"),
                    false => format!("the pattern finds negative example {index}"),
                };
                fields.note(line, what, "correct the pattern or the example");
            }
        }
    }
}

fn confidence(fields: &Fields<'_>) -> Option<Confidence> {
    let word = fields.text("confidence")?;
    let known = Confidence::ALL.iter().find(|level| level.as_str() == word.to_ascii_lowercase());
    if known.is_none() {
        fields.problem(
            fields.line(),
            format!("`confidence` cannot be `{word}`"),
            "write low, medium or high",
        );
    }
    known.copied()
}

/// What the secret must hold, as expressions of what holds too little of it.
fn requirements(fields: Fields<'_>, draft: &mut Draft, imported: &mut Imported) {
    let special = fields.text("special_chars").map_or(r"!-/:-@\[-`{-~".to_owned(), |chars| {
        chars
            .chars()
            .map(|c| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() })
            .collect()
    });
    for (key, class) in [
        ("min_digits", "0-9"),
        ("min_lowercase", "a-z"),
        ("min_uppercase", "A-Z"),
        ("min_special_chars", special.as_str()),
    ] {
        let Some(number) = fields.number(key).filter(|number| *number >= 1.0) else { continue };
        let Ok(least) = number.to_string().parse::<u16>() else {
            fields.problem(fields.line(), format!("`{key}` is {number}"), "write a whole number below 65536");
            continue;
        };
        draft.allow.push(format!(r"\A(?:[^{class}]*[{class}]){{0,{}}}[^{class}]*\z", least - 1));
    }
    let words = fields.texts("ignore_if_contains");
    if !words.is_empty() {
        imported.allows.push(ImportedAllow {
            description: format!("{}: ignore_if_contains", draft.id),
            rules: vec![draft.id.clone()],
            regexes: words.iter().map(|word| format!("(?i){}", regex_syntax::escape(word))).collect(),
            target: AllowTarget::Secret,
            ..ImportedAllow::default()
        });
    }
    fields.ignored("checksum", "write the rule as one of ours, with a `checksum` that keysieve knows");
    fields.finish();
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{Foreign, Pattern};

    fn import(text: &str) -> Imported {
        Imported::read(Foreign::Kingfisher, Path::new("rules.yml"), text).expect("it is right")
    }

    const RULE: &str = "rules:\n- name: Acme Key\n  id: own.acme.1\n  pattern: |\n    (?x)(?i)\n    acme (?:_|-)   # not (this\n    (?P<TOKEN> [a-z0-9]{12} ) \\b\n  min_entropy: 2.5\n  confidence: medium\n";

    #[test]
    fn a_verbose_pattern_becomes_a_plain_one() {
        let imported = import(RULE);
        let rule = &imported.rules[0];
        assert_eq!((rule.info.id.as_str(), rule.info.name.as_str()), ("own.acme.1", "Acme Key"));
        assert_eq!(rule.pattern, Pattern::Regex(r"(?i)acme(?:_|-)(?P<secret>[a-z0-9]{12})\b".to_owned()));
        assert_eq!((rule.gates.entropy, rule.info.confidence), (Some(2.5), Confidence::Medium));
        assert!(imported.texts[0].text.contains("aliases = ['own.acme.1']"), "{}", imported.texts[0].text);
        assert_eq!(imported.notes, []);
    }

    #[test]
    fn requirements_and_examples_count_and_the_rest_is_named() {
        let text = format!(
            "{RULE}  visible: true\n  pattern_requirements:\n    min_digits: 2\n    special_chars: '-_'\n    min_special_chars: 1\n    ignore_if_contains: [test]\n  \
             examples: ['no key at all']\n  validation: {{type: Http}}\n  colour: red\n"
        );
        let imported = import(&text);
        assert_eq!(
            imported.rules[0].gates.allow_regexes,
            [r"\A(?:[^0-9]*[0-9]){0,1}[^0-9]*\z", r"\A(?:[^\-\_]*[\-\_]){0,0}[^\-\_]*\z"]
        );
        assert_eq!(imported.allows[0].regexes, ["(?i)test"]);
        let notes: Vec<(usize, &str)> =
            imported.notes.iter().map(|note| (note.line, note.what.as_str())).collect();
        assert_eq!(
            notes,
            [
                (17, "`validation` counts for nothing"),
                (16, "the pattern does not find example 1"),
                (18, "the key `colour` is not known and counts for nothing")
            ]
        );
    }

    #[test]
    fn what_is_not_visible_is_left_out_and_said() {
        let imported = import(&format!("{RULE}  visible: false\n"));
        assert_eq!((imported.rules.len(), imported.notes.len()), (0, 1));
    }
}
