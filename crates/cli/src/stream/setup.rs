//! From arguments to what a stream is masked with.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use keysieve_finding::{Confidence, Severity};
use keysieve_stream::{Framing, PseudonymKey, Replacement, Rules, Setup};

use super::known;
use crate::arguments::{
    ConfigArguments, FramingName, HoldArguments, KnownArguments, MaskArguments, RuleArguments, RunArguments,
    StreamArguments, VerdictArguments,
};
use crate::config::Config;
use crate::ruleset::Ruleset;

/// The groups of options that say what is masked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) mask: &'a MaskArguments,
    pub(crate) known: &'a KnownArguments,
    pub(crate) config: &'a ConfigArguments,
    pub(crate) rules: &'a RuleArguments,
    pub(crate) hold_bytes: usize,
}

/// So many threads search a stream at most, if nobody says how many.
const THREADS: usize = 4;

/// As many as are asked for, else as there are processors.
pub(crate) fn threads(hold: &HoldArguments) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    hold.threads.map_or_else(processors, usize::from)
}

impl<'a> Asked<'a> {
    pub(crate) fn of(asked: &'a StreamArguments) -> Self {
        let StreamArguments { mask, known, hold, config, rules } = asked;
        Self { mask, known, config, rules, hold_bytes: hold.hold_bytes }
    }

    /// Reads rules, values and keys; once more on a reload.
    pub(crate) fn setup(self) -> Result<Arc<Setup>> {
        let mut config = Config::load(self.config, &[])?;
        let mut asked = self.rules.clone();
        let mut verdict = VerdictArguments {
            min_confidence: self.mask.min_confidence,
            min_severity: self.mask.min_severity,
            ..VerdictArguments::default()
        };
        config.apply(&mut asked, &mut verdict, None, &mut RunArguments::default())?;
        let ruleset = Ruleset::of_secrets(&asked, config)?;
        let mut rules = Rules::new(ruleset.engine).at_least(
            verdict.min_confidence.unwrap_or(Confidence::Medium),
            verdict.min_severity.unwrap_or(Severity::Low),
        );
        if let Some(ids) = &ruleset.counted {
            rules = rules.only(ids);
        }
        let mut setup = Setup::new(Arc::new(rules));
        setup.replacement = replacement(self.mask)?;
        setup.known = known::read(self.known)?;
        setup.framing = match self.mask.framing {
            FramingName::Auto => Framing::Auto,
            FramingName::Plain => Framing::Plain,
            FramingName::Cri => Framing::Cri,
            FramingName::Docker => Framing::Docker,
            FramingName::Journald => Framing::Journald,
        };
        setup.fail_open = self.mask.fail_open;
        setup.hold_bytes = self.hold_bytes;
        Ok(Arc::new(setup))
    }
}

fn replacement(asked: &MaskArguments) -> Result<Replacement> {
    let (form, detail) = match asked.replace.split_once('=') {
        Some((form, detail)) => (form, Some(detail)),
        None => (asked.replace.as_str(), None),
    };
    Ok(match (form, detail) {
        ("type", None) => Replacement::Type,
        ("length", None) => Replacement::Length,
        ("format", None) => Replacement::Format,
        ("partial", None) => Replacement::Partial(4),
        ("partial", Some(edge)) => Replacement::Partial(
            edge.parse().ok().filter(|edge| *edge <= 4).context("--replace partial=N: N is 0 to 4")?,
        ),
        ("fixed", Some(text)) => {
            if text.chars().any(|character| character.is_control() || matches!(character, '"' | '\\')) {
                bail!(
                    "--replace fixed=TEXT: no quotes, backslashes or control characters, so that JSON stays JSON"
                );
            }
            Replacement::Fixed(text.to_owned())
        }
        ("pseudonym", None) => match &asked.pseudonym_key {
            Some(path) => Replacement::Pseudonym(pseudonym_key(path)?),
            None => bail!(
                "--replace pseudonym needs --pseudonym-key FILE: without a key, pseudonyms could be guessed back"
            ),
        },
        _ => bail!("--replace: expected type, fixed=TEXT, partial, partial=N, length, format or pseudonym"),
    })
}

/// The key in a file.
pub(crate) fn pseudonym_key(path: &Path) -> Result<PseudonymKey> {
    let text = fs::read(path).with_context(|| format!("--pseudonym-key {}", path.display()))?;
    PseudonymKey::parse(&text).with_context(|| format!("--pseudonym-key {}", path.display()))
}
