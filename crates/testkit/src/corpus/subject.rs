//! What is put into frames: a name and a value.

use std::path::Path;

use keysieve_rules::{Driver, Pack, Pattern};

use super::fill::Filler;
use super::{CorpusError, seed, sheet};

/// A kind of name beside a kind of value, and what such a line is a sample of.
#[derive(Debug)]
pub(super) struct Pairing {
    pub(super) class: String,
    /// A list of names, or `@provider`: name and value of a provider.
    name: String,
    value: String,
    /// How many samples a frame gets, in tenths.
    pub(super) often: usize,
}

/// A name in words, and a value.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) value: String,
}

/// Reads `TENTHS | CLASS | NAME | VALUE`, one a line.
pub(super) fn pairings(path: &Path) -> Result<Vec<Pairing>, CorpusError> {
    let mut pairings = Vec::new();
    for (line, number) in sheet::read(path)?.lines().zip(1..) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = line.splitn(4, '|').map(str::trim).collect();
        let wrong = || CorpusError::Template {
            place: format!("pairings.txt:{number}"),
            what: "four fields: TENTHS | CLASS | NAME | VALUE".to_owned(),
        };
        let [often, class, name, value] = fields[..] else { return Err(wrong()) };
        let often = often.parse().map_err(|_| wrong())?;
        let (class, name, value) = (class.to_owned(), name.to_owned(), value.to_owned());
        pairings.push(Pairing { class, name, value, often });
    }
    Ok(pairings)
}

impl Pairing {
    pub(super) fn subject(&self, filler: &mut Filler<'_>, tokens: &Tokens) -> Result<Subject, String> {
        if self.name == "@provider" {
            let token = filler.random.pick(&tokens.all);
            let name = match &token.word {
                Some(word) => format!("{word} {}", filler.fill("{{name.suffix}}")?),
                None => filler.fill("{{name.key}}")?,
            };
            return Ok(Subject { name, value: self.value.replace('*', &token.secret) });
        }
        let name = filler.fill(&format!("{{{{{}}}}}", self.name))?;
        Ok(Subject { name, value: filler.fill(&self.value)? })
    }
}

/// A provider's token, out of an example of its rule.
#[derive(Debug)]
pub(super) struct Token {
    /// The word that must stand near it.
    word: Option<String>,
    secret: String,
}

/// Every provider's tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    all: Vec<Token>,
    /// The files' names: `github`, `aws`.
    providers: Vec<String>,
}

impl Tokens {
    pub(super) fn read(rules: &Path) -> Result<Self, CorpusError> {
        let pack = Pack::load_dir(rules)?;
        let mut tokens = Vec::new();
        for (rule, examples) in pack.rules.iter().zip(&pack.examples) {
            let word = match &rule.pattern {
                Pattern::Context(context) => context.words.first().cloned(),
                // It is told by its file.
                _ if !rule.paths.is_empty() => continue,
                // Without a prefix of its own it needs surroundings that a frame does not give.
                _ if matches!(rule.plan.driver, Driver::Prefix(_)) => None,
                _ => continue,
            };
            let word = word.map(|word| word.replace(['_', '-', '.'], " "));
            let Some(template) = examples.positive.first() else { continue };
            let filled = keysieve_rules::Example::from_template(&template.text, seed(&rule.info.id));
            let Some(secret) = filled.ok().and_then(|one| Some(one.text[one.secret?.range()].to_owned()))
            else {
                continue;
            };
            if !secret.contains(['\n', '«', '"', '\'']) {
                tokens.push(Token { word, secret });
            }
        }
        let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let providers = pack.sources.iter().map(|source| name(&source.path)).collect();
        Ok(Self { all: tokens, providers })
    }

    /// What lock files and manifests call providers.
    pub(super) fn providers(&self) -> Vec<String> {
        self.providers.clone()
    }
}
