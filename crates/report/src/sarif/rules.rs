//! The rules that results refer to.

use std::collections::BTreeMap;

use keysieve_finding::{Confidence, RuleInfo, Severity};

use super::message::text;
use super::model::{Configuration, Help, Rule, RuleProperties};
use crate::visible::visible;

/// GitLab leaves out a result whose rule's `helpUri` is longer.
const MAX_URI: usize = 2048;

/// Rules by id, so that a rule is at the same index whatever was found first.
pub(super) fn of<'a>(used: impl Iterator<Item = &'a RuleInfo>) -> BTreeMap<&'a str, &'a RuleInfo> {
    used.map(|rule| (rule.id.as_str(), rule)).collect()
}

pub(super) fn rule(rule: &RuleInfo) -> Rule {
    let (score, _) = score(rule.severity);
    let about = match rule.about.trim() {
        "" => "Revoke it at its provider, then remove it.".to_owned(),
        about => visible(about),
    };
    let uri = help_uri(&rule.docs);
    let link = uri.as_ref().map(|uri| format!("\n\n[The provider's page on it]({uri})")).unwrap_or_default();
    Rule {
        id: rule.id.clone(),
        name: symbol(rule),
        short_description: text(&sentence(&rule.name)),
        full_description: text(&format!("{} {about}", sentence(&rule.name))),
        help: Help {
            text: text(&about).text,
            markdown: format!("{}{link}", escape_markdown(&text(&about).text)),
        },
        help_uri: uri,
        default_configuration: Configuration { level: level(rule.severity) },
        properties: RuleProperties {
            security_severity: score,
            precision: precision(rule.confidence),
            // GitLab knows a secret by `cwe-798`, GitHub a weakness by `external/cwe/cwe-798`.
            tags: ["security", "secret", "cwe-798", "external/cwe/cwe-798"],
        },
    }
}

pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// The score on the scale of CVSS, as text and as a rank from 0 to 100. GitHub calls critical what is over 9.0, GitLab
/// from 9.0 on, and they draw the other lines at different places too: these numbers mean the same to both.
pub(super) fn score(severity: Severity) -> (&'static str, f64) {
    match severity {
        Severity::Critical => ("9.5", 95.0),
        Severity::High => ("8.0", 80.0),
        Severity::Medium => ("5.5", 55.0),
        Severity::Low => ("2.0", 20.0),
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// A name that is not the id again, as the standard asks even where the id is a single word.
fn symbol(rule: &RuleInfo) -> String {
    let symbol = pascal_case(&rule.id);
    if symbol.eq_ignore_ascii_case(&rule.id) { format!("{symbol}Rule") } else { symbol }
}

/// `github-pat` is `GithubPat`: the form that the standard wants of a rule's name.
fn pascal_case(id: &str) -> String {
    id.split(|c: char| !c.is_alphanumeric())
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.collect::<Vec<_>>())
        })
        .collect()
}

fn sentence(name: &str) -> String {
    let name = visible(name);
    if name.ends_with('.') { name } else { format!("{name}.") }
}

/// A link that is one: services refuse the whole report for a URI that is not.
fn help_uri(docs: &str) -> Option<String> {
    let web = docs.starts_with("https://") || docs.starts_with("http://");
    let clean = docs.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`[]()".contains(&byte));
    (web && clean && docs.len() <= MAX_URI).then(|| docs.to_owned())
}

fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_the_form_of_the_standard() {
        assert_eq!(pascal_case("github-pat"), "GithubPat");
        assert_eq!(pascal_case("1password-élan--x"), "1passwordÉlanX");
    }

    #[test]
    fn only_a_link_is_a_link() {
        assert_eq!(
            help_uri("https://docs.example.com/a?b#c").as_deref(),
            Some("https://docs.example.com/a?b#c")
        );
        assert_eq!(help_uri("see the wiki"), None);
        assert_eq!(help_uri("https://example.com/a b"), None);
        assert_eq!(help_uri(&format!("https://example.com/{}", "x".repeat(3000))), None);
    }

    #[test]
    fn markdown_shows_what_was_said() {
        assert_eq!(escape_markdown("a_b [c] <d>"), "a\\_b \\[c\\] \\<d\\>");
    }
}
