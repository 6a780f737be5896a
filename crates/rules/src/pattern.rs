//! What a rule looks for: `regex`, `value` with `context`, or `assignment`.

use regex_syntax::hir::Hir;

use crate::expression::{self, Role};
use crate::file::Strictness;
use crate::keyword;
use crate::named::{Assigned, NamedPattern};
use crate::plan::{Driver, Left, Plan, plan};
use crate::reader::{At, Section};
use crate::rule::{ContextPattern, NameKind, Pattern};

/// What else is known of the rule whose pattern is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Whether a match may go on without a bound.
    pub(crate) open: bool,
    /// Whether it looks in every object, so that a driver must find its candidates.
    pub(crate) everywhere: bool,
    pub(crate) strictness: Strictness,
}

/// A pattern, its plan and its expression as a tree.
pub(crate) struct Found {
    pub(crate) pattern: Pattern,
    pub(crate) plan: Plan,
    hir: Hir,
}

impl Found {
    pub(crate) fn is_context(&self) -> bool {
        matches!(self.pattern, Pattern::Context(_))
    }

    /// Lets matches be found by the expression as it is written, in all of an object in which a keyword occurs.
    pub(crate) fn search(&mut self) {
        if let Pattern::Regex(expression) = &self.pattern {
            self.plan.driver = Driver::Search;
            self.plan.left = Left::Any;
            self.plan.shapes.clear();
            self.plan.gate.clear();
            self.plan.tail = None;
            self.plan.body.clone_from(expression);
        }
    }

    /// Whether the expression says it all and has the property.
    pub(crate) fn proves(&self, property: impl Fn(&Hir) -> bool) -> bool {
        matches!(self.pattern, Pattern::Regex(_)) && property(&self.hir)
    }

    /// Keywords that can be read from the expression.
    pub(crate) fn keywords(&self) -> Vec<String> {
        match self.pattern {
            Pattern::Regex(_) | Pattern::Named(_) => keyword::derived(&self.hir),
            _ => Vec::new(),
        }
    }

    /// The greatest length of the secret, if there is one.
    pub(crate) fn longest_secret(&self) -> Option<usize> {
        if matches!(self.pattern, Pattern::Assignment(_)) {
            return None;
        }
        expression::secret(&self.hir).unwrap_or(&self.hir).properties().maximum_len()
    }
}

/// Reads the pattern; `None` where it is missing or wrong.
pub(crate) fn read(section: &mut Section<'_>, terms: Terms) -> Option<Found> {
    let regex = section.text("regex");
    let value = section.text("value");
    let words = section.strings("context");
    let within = section.number("within");
    let operator = section.boolean("operator");
    if section.has("names") {
        return named(section, terms, value);
    }
    let kinds = [
        ("password", NameKind::Password),
        ("secret", NameKind::Secret),
        ("token", NameKind::Token),
        ("key", NameKind::Key),
    ];
    if let Some(kind) = section.choice("assignment", &kinds) {
        for key in ["regex", "value", "context", "within", "operator"] {
            if section.has(key) {
                let what = format!("`{key}` and `assignment` exclude each other");
                section.report(section.key_at(key), what, "keep one of them");
            }
        }
        let pattern = Pattern::Assignment(kind);
        let plan = plan(&pattern).ok()?;
        return Some(Found { pattern, plan, hir: Hir::empty() });
    }
    match (regex, value) {
        (Some(regex), None) => {
            for key in
                [("context", words.is_some()), ("within", within.is_some()), ("operator", operator.is_some())]
            {
                if key.1 {
                    let what = format!("`{}` belongs to a `value`, not to a `regex`", key.0);
                    section.report(
                        section.key_at(key.0),
                        what,
                        "take it out, or write `value` in place of `regex`",
                    );
                }
            }
            let pattern = Pattern::Regex(regex.value.clone());
            finish(section, ("regex", Role::Regex), &regex, pattern, terms)
        }
        (None, Some(value)) => {
            let words = check_words(section, words, terms.strictness);
            let within = check_within(section, within);
            let context = ContextPattern {
                value: value.value.clone(),
                words,
                within,
                operator: operator.unwrap_or(true),
            };
            finish(section, ("value", Role::Value), &value, Pattern::Context(context), terms)
        }
        (Some(_), Some(value)) => {
            section.report(value.at, "`regex` and `value` exclude each other", "keep one of them");
            None
        }
        (None, None) => {
            // One of the wrong type was reported when it was read.
            if !["regex", "value", "assignment"].into_iter().any(|key| section.has(key)) {
                let what = "there is neither `regex` nor `value`";
                section.report(section.at(), what, "write `regex`, or `value` with `context`");
            }
            None
        }
    }
}

/// Reads a pattern of `names`; whatever else it has but `value` is reported.
fn named(section: &mut Section<'_>, terms: Terms, value: Option<At<String>>) -> Option<Found> {
    let at = section.key_at("names");
    for key in ["regex", "context", "within", "operator"] {
        if section.has(key) {
            let what = format!("`{key}` does not go with `names`");
            section.report(section.key_at(key), what, "take one of the two out");
        }
    }
    if terms.everywhere {
        section.report(at, "`names` without a `path`", "say in which files: `path`");
    }
    let ways = [("any", Assigned::Any), ("blank", Assigned::Blank), ("quoted", Assigned::Quoted)];
    let assigned = section.choice("assigned", &ways).unwrap_or_default();
    let names = section.strings("names").unwrap_or_default();
    for name in names.iter().filter(|name| !is_name(&name.value)) {
        let what = format!("`{}` is no name", name.value);
        let help = "write lower-case letters, digits and separators, `*` for any part of a name";
        section.report(name.at, what, help);
    }
    let value = match value {
        Some(value) => {
            finish(section, ("value", Role::Allow), &value, Pattern::Regex(value.value.clone()), terms)?;
            Some(value.value)
        }
        None => None,
    };
    let names: Vec<String> = names.into_iter().map(|name| name.value).collect();
    if names.is_empty() {
        section.report(at, "`names` is empty", "list the names to which the file assigns its secrets");
        return None;
    }
    let pattern = NamedPattern { names, assigned, value };
    let text = At { value: pattern.to_expression(), at };
    finish(section, ("names", Role::Allow), &text, Pattern::Named(pattern), terms)
}

fn is_name(name: &str) -> bool {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric).count();
    let other = |c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && !"-_. *:/@\\".contains(c);
    letters >= 2 && !name.contains(other)
}

fn finish(
    section: &Section<'_>,
    (key, role): (&str, Role),
    text: &At<String>,
    pattern: Pattern,
    terms: Terms,
) -> Option<Found> {
    let hir = match expression::check(&text.value, role, terms.open, terms.strictness) {
        Ok(hir) => hir,
        Err(complaints) => {
            for (what, help) in complaints {
                section.report(text.at, format!("`{key}`: {what}"), help);
            }
            return None;
        }
    };
    match plan(&pattern) {
        Ok(plan)
            if terms.everywhere
                && terms.strictness == Strictness::Pack
                && matches!(plan.driver, Driver::Search) =>
        {
            section.report(
                text.at,
                format!("`{key}` can only be found by searching through everything"),
                r"begin with \b, at least three literal characters and sixteen token bytes, or with a rare literal of at least four bytes; or say in which files it holds: `path`",
            );
            None
        }
        Ok(plan) => Some(Found { pattern, plan, hir }),
        Err(error) => {
            section.report(
                text.at,
                format!("`{key}`: {error}"),
                "change the expression, or choose the other kind of rule",
            );
            None
        }
    }
}

/// Separators that stand for each other, or for nothing, in a context word.
const SEPARATORS: [char; 4] = ['-', '_', '.', ' '];

fn check_words(section: &Section<'_>, words: Option<Vec<At<String>>>, strictness: Strictness) -> Vec<String> {
    let words = words.unwrap_or_default();
    if words.is_empty() {
        section.report(
            section.key_at("context"),
            "a `value` has no words of `context`",
            "list lower-case words one of which stands before the value",
        );
    }
    for (index, word) in words.iter().enumerate() {
        let text = &word.value;
        let letters = text.bytes().filter(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()).count();
        let separators = text.chars().filter(|c| SEPARATORS.contains(c)).count();
        let ends = !text.starts_with(SEPARATORS) && !text.ends_with(SEPARATORS);
        if letters + separators != text.len() || letters < 3 || !ends {
            let what = format!("the context word `{text}` is not of the right form");
            let help = "at least three lower-case letters or digits, with `-`, `_`, `.` or a space only between them";
            section.report(word.at, what, help);
        }
        let same = words[..index].iter().find(|other| fold(&other.value) == fold(text));
        if let Some(other) = same.filter(|_| strictness == Strictness::Pack) {
            let what = format!("the context words `{}` and `{text}` are the same", other.value);
            section.report(word.at, what, "separators stand for each other: keep one of the two");
        }
    }
    words.into_iter().map(|word| word.value).collect()
}

fn fold(word: &str) -> String {
    word.replace(SEPARATORS, "_")
}

/// The greatest distance of a context word.
const MOST_WITHIN: u16 = 128;

fn check_within(section: &Section<'_>, within: Option<At<f64>>) -> u16 {
    const DEFAULT: u16 = 64;
    let Some(within) = within else { return DEFAULT };
    (1..=MOST_WITHIN).find(|&whole| f64::from(whole) == within.value).unwrap_or_else(|| {
        let what = format!("`within` cannot be {}", within.value);
        section.report(within.at, what, format!("write a whole number from 1 to {MOST_WITHIN}"));
        DEFAULT
    })
}
