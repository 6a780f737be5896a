//! A rule of another tool on its way to being one of ours.

use keysieve_finding::Confidence;

use super::reading::Fields;
use super::{RuleText, groups};
use crate::expression::{self, Role};
use crate::plan::parse;
use crate::{Rule, RuleFile, Strictness, keyword};

/// A rule of another tool, in our terms. It becomes a text in our format, and that is read as any other: what a scan
/// does and what `config import` writes is the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// Its id, as its tool writes it.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) about: String,
    /// Translated, with groups as they were.
    pub(super) expression: String,
    pub(super) secret: SecretGroup,
    /// Lower-case words one of which stands anywhere in the file.
    pub(super) keywords: Vec<String>,
    pub(super) entropy: Option<f64>,
    pub(super) digit: bool,
    pub(super) confidence: Option<Confidence>,
    /// Whether it looks only at objects that have a path, not at names and messages.
    pub(super) files_only: bool,
    /// Expressions one of which, found in the secret, makes it none.
    pub(super) allow: Vec<String>,
}

/// Which group of an expression is the secret.
#[derive(Clone, Debug, Default)]
pub(super) enum SecretGroup {
    /// The first that captured anything, else the whole match.
    #[default]
    FirstThatCaptured,
    /// The one with this number.
    Number(usize),
}

/// A rule, and its text in our format.
#[derive(Clone, Debug)]
pub(super) struct Drafted {
    pub(super) rule: Rule,
    pub(super) text: RuleText,
}

impl Draft {
    /// The rule. What is wrong with it goes to the reading.
    pub(super) fn finish(mut self, fields: &Fields<'_>) -> Option<Drafted> {
        let all = self.keywords.len();
        self.keywords.retain(|word| word.len() > 1);
        if self.keywords.len() < all {
            let what =
                "a keyword of one letter, which is in nearly every file, counts for nothing".to_owned();
            fields.note(fields.line(), what, "take it out");
            // Any of them was enough.
            self.keywords.clear();
        }
        let number = match self.secret {
            SecretGroup::FirstThatCaptured => 0,
            SecretGroup::Number(number) => number,
        };
        let Some((named, count)) = groups::name_secret(&self.expression, number) else {
            let what = format!("the secret is group {number}, and there is no such group");
            fields.problem(fields.line(), what, "count the groups of the expression");
            return None;
        };
        let plain = count <= 1 && expression::check(&named, Role::Regex, true, Strictness::User).is_ok();
        let expression = match plain || count == 0 {
            true => named,
            // A group that takes part in some matches only is none that a rule of ours can call its secret; of several
            // without that name, the first that captured anything is. The empty one makes them several.
            false => format!("{}(?P<none>)", named.replace("(?P<secret", "(?P<value")),
        };
        // Their words are anywhere in the file, so all of it is looked through where one occurs.
        let proven = || parse(&expression).is_ok_and(|hir| keyword::proven(&hir, &self.keywords));
        let search = !plain || !self.keywords.is_empty() && !proven();
        let text = self.text(&expression, search);
        match RuleFile::parse(std::path::Path::new("imported"), &text, Strictness::User) {
            Ok(file) => {
                let mut rule = file.rules.into_iter().next()?;
                rule.gates.entropy = self.entropy;
                let id = std::mem::replace(&mut rule.info.id, self.id);
                rule.info.aliases.clear();
                Some(Drafted { rule, text: RuleText { id, text: with_entropy(text, self.entropy) } })
            }
            Err(errors) => {
                for problem in errors.problems {
                    fields.problem(fields.line(), problem.what, &problem.help);
                }
                None
            }
        }
    }

    /// Its text, without its entropy: a rule that can find nothing because of that is right all the same.
    fn text(&self, expression: &str, search: bool) -> String {
        let id = own_id(&self.id);
        let mut text = format!("[[rule]]\nid = {}\n", literal(&id));
        let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
        line("provider", literal("imported"));
        line("name", literal(&self.name));
        if id != self.id && is_alias(&self.id) {
            line("aliases", format!("[{}]", literal(&self.id)));
        }
        if let Some(confidence) = self.confidence {
            line("confidence", literal(confidence.as_str()));
        }
        if !self.about.is_empty() {
            line("about", literal(&self.about));
        }
        line("regex", literal(expression));
        if search {
            line("search", "true".to_owned());
        }
        if !self.keywords.is_empty() {
            line("keywords", list(&self.keywords));
        }
        if self.digit {
            line("digit", "true".to_owned());
        }
        if self.files_only {
            line("path", literal("**"));
        }
        line("placeholders", literal("keep"));
        if !self.allow.is_empty() {
            line("allow", format!("{{ regexes = {} }}", list(&self.allow)));
        }
        text
    }
}

fn with_entropy(text: String, entropy: Option<f64>) -> String {
    match entropy {
        Some(entropy) => {
            text.replacen("\nplaceholders = ", &format!("\nentropy = {entropy:?}\nplaceholders = "), 1)
        }
        None => text,
    }
}

/// An id in the form of ours: lower-case letters and digits in parts joined by `-`.
pub(super) fn own_id(theirs: &str) -> String {
    let mut id = String::with_capacity(theirs.len() + 4);
    let mut before = '-';
    for c in theirs.chars() {
        // `AcmeToken` has two parts.
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            id.push('-');
        }
        id.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
        before = c;
    }
    let parts: Vec<&str> = id.split('-').filter(|part| !part.is_empty()).collect();
    let mut id = parts.join("-");
    id.truncate(64);
    let id = id.trim_end_matches('-');
    if id.is_empty() { "imported".to_owned() } else { id.to_owned() }
}

/// Whether a user's rule file may name it as an alias.
pub(crate) fn is_alias(id: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte);
    !id.is_empty() && id.len() <= 128 && id.bytes().all(known)
}

/// A text as TOML, as it is wherever that can be.
pub(super) fn literal(text: &str) -> String {
    let plain = !text.contains(|c: char| c.is_control());
    if plain && !text.contains('\'') {
        format!("'{text}'")
    } else if plain && !text.contains("'''") && !text.ends_with('\'') {
        format!("'''{text}'''")
    } else {
        toml::Value::String(text.to_owned()).to_string()
    }
}

/// Texts as a list of TOML.
pub(super) fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_take_the_form_of_ours() {
        for (theirs, ours) in [
            ("acme_key", "acme-key"),
            ("np.aws.1", "np-aws-1"),
            ("AcmeTokenDetector", "acme-token-detector"),
            ("Acme  Key!", "acme-key"),
            ("acme-key", "acme-key"),
            ("…", "imported"),
        ] {
            assert_eq!(own_id(theirs), ours, "{theirs}");
        }
    }

    #[test]
    fn texts_are_quoted_so_that_they_are_read_back() {
        for text in ["a", r"\bx\d", "it's", "'''", "'", "ends with '", "two\nlines", "tab\t", "\u{7f}", ""] {
            let table: toml::Table = format!("a = {}\n", literal(text)).parse().expect("TOML");
            assert_eq!(table["a"].as_str(), Some(text));
        }
    }
}
