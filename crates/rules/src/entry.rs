//! One `[[rule]]`.

use keysieve_finding::{Confidence, RuleInfo, SecretKind, Severity};

use crate::example::{Example, Examples, Template};
use crate::file::Strictness;
use crate::import::is_alias;
use crate::paths::glob;
use crate::pattern::{self, Terms};
use crate::plan::Driver;
use crate::random::seed;
use crate::reader::{At, Section};
use crate::rule::{Lookahead, Rule};
use crate::{gate, keyword};

/// What a rule takes from its file where it says nothing itself.
pub(crate) struct Defaults {
    pub(crate) provider: String,
    pub(crate) docs: Option<String>,
    pub(crate) strictness: Strictness,
}

/// Reads a rule; `None` where anything was wrong, which is then in the reporter.
pub(crate) fn read(mut section: Section<'_>, defaults: &Defaults) -> Option<(Rule, Examples)> {
    let before = section.reporter().count();
    let id = section.text("id");
    match &id {
        Some(id) => {
            section.name(&id.value);
            check_id(&section, "id", id);
        }
        None => section
            .missing("id", "give it one, such as `provider-api-key`; it is never used again for another"),
    }
    let id = id.map(|id| id.value).unwrap_or_default();
    let lookahead = lookahead(&mut section);
    let paths = paths(&mut section);
    let everywhere = paths.is_empty();
    let terms = Terms { open: lookahead == Lookahead::Open, everywhere, strictness: defaults.strictness };
    if terms.open && !everywhere && defaults.strictness == Strictness::Pack {
        let help = "give every repetition a bound, and take `lookahead` out";
        section.report(section.key_at("lookahead"), "a rule with a `path` cannot be open", help);
    }
    let mut found = pattern::read(&mut section, terms);
    if let Some(found) = found.as_mut().filter(|_| !everywhere) {
        // Run where it holds and nowhere else, it needs no driver, and takes no room in the tables of the others.
        found.plan.driver = Driver::Search;
    }
    let keywords_anywhere =
        defaults.strictness == Strictness::User && section.boolean("search") == Some(true);
    if keywords_anywhere {
        found.iter_mut().for_each(pattern::Found::search);
    }
    let context = found.as_ref().is_some_and(pattern::Found::is_context);
    let info = info(&mut section, &id, context, defaults);
    let gates = gate::read(&mut section, context, found.as_ref());
    let keywords = section.strings("keywords").unwrap_or_default();
    let part_of = section.strings("part_of").unwrap_or_default().into_iter().map(|id| id.value).collect();
    let examples = examples(&mut section, &id, defaults.strictness);
    let witness = section.boolean("witness").unwrap_or_default();
    let mut keywords = check_keywords(&section, keywords, found.as_ref(), &examples, &id);
    if keywords.is_empty() && !everywhere {
        // They spare the expression most files of a common name.
        keywords = found.as_ref().map(pattern::Found::keywords).unwrap_or_default();
    }
    let reporter = section.reporter();
    section.finish();
    let pattern::Found { pattern, plan, .. } = found?;
    (reporter.count() == before).then_some((
        Rule { info, pattern, gates, lookahead, paths, keywords, keywords_anywhere, part_of, witness, plan },
        examples,
    ))
}

fn info(section: &mut Section<'_>, id: &str, context: bool, defaults: &Defaults) -> RuleInfo {
    let strict = defaults.strictness == Strictness::Pack;
    let name = section.text("name").map(|name| name.value);
    if name.is_none() && strict {
        section.missing("name", "name the credential as its provider does");
    }
    let provider = section.text("provider").map(|provider| provider.value);
    let levels: Vec<_> = Severity::ALL.iter().rev().map(|level| (level.as_str(), *level)).collect();
    let severity = section.choice("severity", &levels);
    if severity.is_none() && strict {
        section.missing("severity", "say how much harm a live one does: critical, high, medium or low");
    }
    let levels: Vec<_> = Confidence::ALL.iter().rev().map(|level| (level.as_str(), *level)).collect();
    let confidence = section.choice("confidence", &levels);
    let kinds = [
        ("token", SecretKind::Token),
        ("password", SecretKind::Password),
        ("private-key", SecretKind::PrivateKey),
    ];
    let kind = section.choice("kind", &kinds).unwrap_or_default();
    let about = section.text("about").map(|about| about.value);
    if about.is_none() && strict {
        section.missing("about", "say what the secret opens and how to rotate it");
    }
    let docs = section.text("docs");
    match &docs {
        Some(docs) => check_docs(section, docs),
        None if strict && defaults.docs.is_none() => {
            section.missing("docs", "give the provider's page, here or at the top of the file");
        }
        None => {}
    }
    let aliases = section.strings("aliases").unwrap_or_default();
    for alias in &aliases {
        // What other tools call the same need not look like an id of ours.
        if strict || !is_alias(&alias.value) {
            check_id(section, "aliases", alias);
        }
        if alias.value == id {
            section.report(alias.at, "an alias is the rule's own id", "list former ids only");
        }
    }
    RuleInfo {
        id: id.to_owned(),
        name: name.unwrap_or_else(|| id.to_owned()),
        provider: provider.unwrap_or_else(|| defaults.provider.clone()),
        severity: severity.unwrap_or(Severity::High),
        confidence: confidence.unwrap_or(if context { Confidence::Medium } else { Confidence::High }),
        kind,
        about: about.unwrap_or_default(),
        docs: docs.map(|docs| docs.value).or_else(|| defaults.docs.clone()).unwrap_or_default(),
        aliases: aliases.into_iter().map(|alias| alias.value).collect(),
    }
}

/// The longest id.
const LONGEST_ID: usize = 64;

fn check_id(section: &Section<'_>, key: &str, id: &At<String>) {
    let kebab = id.value.split('-').all(|part| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    });
    let letter = id.value.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !kebab || !letter || id.value.len() > LONGEST_ID {
        let what = format!("`{key}` holds `{}`, which is no id", id.value);
        let help = format!(
            "write lower-case letters and digits in parts joined by `-`, the provider first, at most {LONGEST_ID}"
        );
        section.report(id.at, what, help);
    }
}

/// A page must be one that a browser opens: `https://host.name/…`.
pub(crate) fn check_docs(section: &Section<'_>, docs: &At<String>) {
    let host = docs.value.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    let blank = docs.value.contains(|c: char| c.is_whitespace() || c.is_control());
    if blank || !host.is_some_and(|host| host.contains('.')) {
        section.report(docs.at, "`docs` is not the address of a page", "write one that begins with https://");
    }
}

fn lookahead(section: &mut Section<'_>) -> Lookahead {
    let Some(word) = section.word_or_integer("lookahead") else { return Lookahead::Zero };
    let known = [("0", Lookahead::Zero), ("line", Lookahead::Line), ("open", Lookahead::Open)];
    section.chosen("lookahead", &word, &known).unwrap_or_default()
}

fn paths(section: &mut Section<'_>) -> Vec<String> {
    let paths = section.string_or_strings("path").unwrap_or_default();
    for path in &paths {
        let help = "write a glob as in .gitignore, such as .npmrc or **/.aws/credentials";
        if path.value.trim().is_empty() {
            section.report(path.at, "`path` is empty", help);
        } else if let Err(error) = glob(&path.value) {
            section.report(path.at, format!("`path` is no glob: {}", error.kind()), help);
        }
    }
    paths.into_iter().map(|path| path.value.to_ascii_lowercase()).collect()
}

fn examples(section: &mut Section<'_>, id: &str, strictness: Strictness) -> Examples {
    let strict = strictness == Strictness::Pack;
    let Some(mut table) = section.section("examples") else {
        if strict {
            section.missing("examples", "add a table [rule.examples] with `positive` and `negative`");
        }
        return Examples::default();
    };
    let mut side = |key: &'static str, help: &str| {
        let texts = table.strings(key).unwrap_or_default();
        if texts.is_empty() && strict {
            let at = table.key_at(key);
            table.report(at, format!("there is no {key} example"), help);
        }
        for (index, text) in texts.iter().enumerate() {
            match Example::from_template(&text.value, seed(&[id, key], index)) {
                Err(error) => {
                    table.report(text.at, format!("a {key} example: {error}"), "correct the example")
                }
                Ok(example) if key == "positive" && example.secret.is_none() => table.report(
                    text.at,
                    "a positive example has no secret",
                    "put exactly what the rule captures between « and »",
                ),
                Ok(example) if key == "negative" && example.secret.is_some() => {
                    table.report(text.at, "a negative example has a secret", "take « and » out");
                }
                Ok(_) => {}
            }
        }
        let reporter = table.reporter();
        texts.into_iter().map(|text| Template { line: reporter.line(text.at), text: text.value }).collect()
    };
    let positive =
        side("positive", "add at least one text that the rule finds, better two in different contexts");
    let negative = side("negative", "add at least one near miss");
    table.finish();
    Examples { positive, negative }
}

/// Checks the law of keywords and gives them in lower case.
fn check_keywords(
    section: &Section<'_>,
    keywords: Vec<At<String>>,
    found: Option<&pattern::Found>,
    examples: &Examples,
    id: &str,
) -> Vec<String> {
    for keyword in keywords.iter().filter(|keyword| keyword.value.len() < 2 || !keyword.value.is_ascii()) {
        let what = format!("the keyword `{}` is too short or not ASCII", keyword.value);
        section.report(keyword.at, what, "a keyword is at least two ASCII characters");
    }
    let words: Vec<String> = keywords.iter().map(|keyword| keyword.value.to_ascii_lowercase()).collect();
    let Some(found) = found else { return words };
    if words.is_empty()
        || words.iter().any(String::is_empty)
        || found.proves(|hir| keyword::proven(hir, &words))
    {
        return words;
    }
    // Where the expression does not show it, the examples must.
    for (index, template) in examples.positive.iter().enumerate() {
        let Ok(example) = Example::from_template(&template.text, seed(&[id, "positive"], index)) else {
            continue;
        };
        let text = example.text.to_ascii_lowercase();
        if !words.iter().any(|word| text.contains(word.as_str())) {
            let what =
                format!("the positive example in line {} contains none of the keywords", template.line);
            section.report(
                section.key_at("keywords"),
                what,
                "every match must contain a keyword: add the missing one",
            );
        }
    }
    words
}
