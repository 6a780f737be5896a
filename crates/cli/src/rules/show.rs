//! Everything about a rule.

use std::fmt::Write as _;

use anyhow::Result;
use keysieve_finding::SecretKind;
use keysieve_rules::{
    Assigned, Driver, Example, Examples, Gates, Lookahead, OnInvalid, Pack, Pattern, Plan, Rule, Structure,
};

use super::builtin;
use crate::ruleset;

/// How wide the column of names is.
const NAMES: usize = 13;

/// The page about the rule with an id, which is a built-in one or one of the user's.
pub(crate) fn page(id: &str, own: Pack) -> Result<String> {
    let mut pack = builtin()?;
    let examples = own.examples.clone();
    ruleset::add(&mut pack.rules, own)?;
    pack.examples.extend(examples);
    let index = ruleset::find(&pack.rules, id)?;
    let mut page = Page(String::new());
    page.rule(&pack.rules[index]);
    page.examples(&pack.rules[index], &pack.examples[index])?;
    Ok(page.0)
}

struct Page(String);

impl Page {
    fn rule(&mut self, rule: &Rule) {
        let info = &rule.info;
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{}: {}\n", info.id, info.name);
        self.line("provider", &info.provider);
        self.line("severity", info.severity.as_str());
        self.line("confidence", info.confidence.as_str());
        self.line("kind", kind(info.kind));
        if !info.aliases.is_empty() {
            self.line("formerly", &info.aliases.join(", "));
        }
        self.line("about", &info.about);
        self.line("docs", &info.docs);
        self.0.push('\n');
        self.pattern(&rule.pattern);
        if !rule.paths.is_empty() {
            self.line("only in", &rule.paths.join(", "));
        }
        self.gates(&rule.gates);
        self.0.push('\n');
        self.line("found by", &driver(rule));
        self.line("extent", &extent(&rule.plan));
        self.line("looks ahead", lookahead(rule.lookahead));
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Regex(expression) => self.line("matches", expression),
            Pattern::Context(context) => {
                self.line("matches", &context.value);
                self.line("after one of", &context.words.join(", "));
                let operator = if context.operator { ", assigned to it" } else { "" };
                self.line("within", &format!("{} bytes on the same line{operator}", context.within));
            }
            Pattern::Named(named) => {
                self.line("matches", named.value.as_deref().unwrap_or("a value"));
                self.line("assigned to", &named.names.join(", "));
                match named.assigned {
                    Assigned::Any => {}
                    Assigned::Blank => self.line("by", "an operator, or blanks alone"),
                    Assigned::Quoted => self.line("by", "an operator, in quotes"),
                }
            }
            Pattern::Assignment(_) => {
                self.line("matches", "what is assigned to a name that says so, if it looks like a secret");
            }
        }
    }

    fn gates(&mut self, gates: &Gates) {
        if let Some(entropy) = gates.entropy {
            self.line("entropy", &format!("at least {entropy} bits per byte"));
        }
        if gates.digit {
            self.line("must hold", "a digit");
        }
        if let Some(checksum) = &gates.checksum {
            let wrong = match checksum.on_invalid {
                OnInvalid::Low => "low confidence",
                OnInvalid::Drop => "no finding",
            };
            self.line("checksum", &format!("{}; where it is wrong: {wrong}", checksum.name));
        }
        if let Some(structure) = gates.structure {
            self.line("structure", self::structure(structure));
        }
        for allowed in &gates.allow_regexes {
            self.line("but not", allowed);
        }
        if !gates.stopwords.is_empty() {
            self.line("nor with", &gates.stopwords.join(", "));
        }
        if gates.keep_placeholders {
            self.line("placeholders", "are found too");
        }
    }

    fn examples(&mut self, rule: &Rule, examples: &Examples) -> Result<()> {
        let id = &rule.info.id;
        let positives = examples.positives(id)?;
        let negatives = examples.negatives(id)?;
        let sides = [("found", positives), ("not found", negatives)];
        for (heading, examples) in sides.into_iter().filter(|(_, examples)| !examples.is_empty()) {
            let _ = writeln!(self.0, "\n{heading} (made-up values):");
            for example in examples {
                for line in marked(&example).lines() {
                    let _ = writeln!(self.0, "    {line}");
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            let _ = writeln!(self.0, "{name:NAMES$} {text}");
        }
    }
}

/// The example with its secret between « and ».
fn marked(example: &Example) -> String {
    let text = &example.text;
    match example.secret {
        Some(secret) => {
            format!("{}«{}»{}", &text[..secret.start], &text[secret.range()], &text[secret.end..])
        }
        None => text.clone(),
    }
}

fn kind(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::Token => "token",
        SecretKind::Password => "password: nothing of it is ever shown",
        SecretKind::PrivateKey => "private key: nothing of it is ever shown",
    }
}

fn structure(structure: Structure) -> &'static str {
    match structure {
        Structure::Jwt => "a JSON Web Token (RFC 7519)",
        Structure::PrivateKey => "a private key block with key material in it",
        Structure::BasicAuth => "base64 of `user:password`",
        Structure::Mnemonic => "a mnemonic phrase with its checksum (BIP-39)",
        Structure::Base64 => "base64",
        Structure::NamedKey => "made up by a machine, with only words of keys between the name and it",
    }
}

fn driver(rule: &Rule) -> String {
    let keywords = &rule.keywords;
    match &rule.plan.driver {
        Driver::Prefix(heads) => format!("how it begins: {}", heads_of(heads)),
        Driver::Assignment => "words in the name".to_owned(),
        Driver::Context => "its form, where one of the words stands before it".to_owned(),
        Driver::Stem { min: 0, max: 0, .. } => "four characters that it begins with".to_owned(),
        Driver::Stem { min, max, .. } => {
            format!("four characters in it, {min} to {max} bytes from its start")
        }
        Driver::Search if !rule.paths.is_empty() => "a search through such files".to_owned(),
        Driver::Search if keywords.is_empty() => "a search through everything (slow)".to_owned(),
        Driver::Search => format!("a search where {} occurs (slow)", keywords.join(" or ")),
    }
}

/// As many as fit a line.
fn heads_of(heads: &[[u8; 3]]) -> String {
    const MOST: usize = 8;
    let mut shown: Vec<String> =
        heads.iter().take(MOST).map(|head| head.escape_ascii().to_string()).collect();
    if heads.len() > MOST {
        shown.push(format!("{} more", heads.len() - MOST));
    }
    shown.join(", ")
}

fn extent(plan: &Plan) -> String {
    plan.extent.map_or_else(|| "open".to_owned(), |extent| format!("at most {extent} bytes"))
}

fn lookahead(lookahead: Lookahead) -> &'static str {
    match lookahead {
        Lookahead::Zero => "no further than the next byte",
        Lookahead::Line => "to the end of the line",
        Lookahead::Open => "to the end of the block",
    }
}
