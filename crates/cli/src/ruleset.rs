//! The rules of a run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_engine::Engine;
use keysieve_rules::{Foreign, Pack, Rule, Strictness};

use crate::arguments::RuleArguments;
use crate::config::Config;

/// How many hexadecimal digits of a digest are shown.
const SHORT: usize = 12;

/// The version of keysieve.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What `--version` says after the name.
pub(crate) fn version() -> String {
    format!("{VERSION} (rules {})", name(Engine::builtin_digest()))
}

/// What reports call a set of rules.
fn name(digest: &str) -> String {
    format!("{VERSION}+{}", &digest[..digest.len().min(SHORT)])
}

/// The rules of a run.
pub(crate) struct Ruleset {
    pub(crate) engine: Engine,
    /// The ids of the rules whose findings count, if not all do. The others stay in the engine, because what they find
    /// is masked all the same.
    pub(crate) counted: Option<BTreeSet<String>>,
    /// What reports call them.
    pub(crate) name: String,
    /// The user's own rules that no driver serves.
    pub(crate) slow: Vec<String>,
}

impl Ruleset {
    /// The built-in rules, those of the configuration and the user's, less those that the user does not want.
    pub(crate) fn new(asked: &RuleArguments, config: Config) -> Result<Self> {
        Self::of(asked, config, |_| true)
    }

    /// The same for a stream, which passes by: nothing is held back of it for what is masked in no case.
    pub(crate) fn of_secrets(asked: &RuleArguments, config: Config) -> Result<Self> {
        Self::of(asked, config, |rule| !rule.witness)
    }

    fn of(asked: &RuleArguments, config: Config, wanted: impl Fn(&Rule) -> bool) -> Result<Self> {
        let mut rules = if config.without_pack { Vec::new() } else { Engine::builtin_rules() };
        let mut digest = Engine::builtin_digest().to_owned();
        if config.without_pack || !config.rules.is_empty() || !config.disabled.is_empty() {
            let ids =
                config.rules.iter().map(|rule| format!("{:?}", (&rule.info.id, &rule.pattern, &rule.gates)));
            let texts: Vec<String> = ids.chain(config.disabled.iter().cloned()).collect();
            let pack = if config.without_pack { "" } else { digest.as_str() };
            digest = combined(std::iter::once(pack).chain(texts.iter().map(String::as_str)));
            rules.retain(|rule| !ids_of(&config, rule));
        }
        rules.extend(config.rules);
        if !asked.files.is_empty() {
            let own = load(&asked.files)?;
            digest = combined([digest.as_str(), &own.digest()]);
            add(&mut rules, own)?;
        }
        let mut counted = None;
        if !(asked.only.is_empty() && asked.exclude.is_empty()) {
            let ids = select(&rules, asked)?;
            digest = combined(std::iter::once(digest.as_str()).chain(ids.iter().map(String::as_str)));
            counted = Some(ids);
        }
        rules.retain(wanted);
        let mut engine = Engine::new(rules)?;
        if let Some(depth) = asked.decode_depth {
            engine.set_decode_depth(depth);
        }
        let slow = engine.searched().into_iter().map(str::to_owned).collect();
        Ok(Self { engine, counted, name: name(&digest), slow })
    }
}

/// Whether a configuration puts another rule in the place of one, or switches it off.
fn ids_of(config: &Config, rule: &Rule) -> bool {
    let named = |id: &str| config.rules.iter().any(|own| own.info.id == id) || config.disabled.contains(id);
    ids(rule).any(named)
}

/// One digest of several texts.
fn combined<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// The user's rule files.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Pack> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(directory(path)?);
        } else {
            files.push(path.clone());
        }
    }
    own_format(&files)?;
    Ok(Pack::load_files(&files, Strictness::User)?)
}

/// Says where files of other tools are read: they say more than rules.
pub(crate) fn own_format(files: &[PathBuf]) -> Result<()> {
    for path in files {
        // What cannot be read is said by whoever reads it.
        let tool = fs::read_to_string(path).ok().and_then(|text| Foreign::of(path, &text));
        if let Some(tool) = tool {
            bail!(
                "{}: this is a file of {}: a scan takes it by --rules or --config, `keysieve config check` says what of it \
                 counts, and `keysieve config import` writes it in our format",
                path.display(),
                tool.name()
            );
        }
    }
    Ok(())
}

/// Every `*.toml` directly in a directory, by name.
fn directory(path: &Path) -> Result<Vec<PathBuf>> {
    let shown = path.display();
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("{shown}"))? {
        let file = entry.with_context(|| format!("{shown}"))?.path();
        if file.extension().is_some_and(|extension| extension == "toml") {
            files.push(file);
        }
    }
    if files.is_empty() {
        bail!("{shown}: no rule file there; rule files end in .toml");
    }
    files.sort();
    Ok(files)
}

/// Adds the user's rules to the built-in ones.
pub(crate) fn add(rules: &mut Vec<Rule>, own: Pack) -> Result<()> {
    let taken: BTreeSet<&str> = rules.iter().flat_map(ids).collect();
    for rule in &own.rules {
        if let Some(id) = ids(rule).find(|id| taken.contains(id)) {
            bail!("rule `{id}`: a built-in rule has this id; give yours another");
        }
    }
    rules.extend(own.rules);
    Ok(())
}

/// A rule's id and its former ones.
fn ids(rule: &Rule) -> impl Iterator<Item = &str> {
    std::iter::once(&rule.info.id).chain(&rule.info.aliases).map(String::as_str)
}

/// The ids of the rules that the user wants.
fn select(rules: &[Rule], asked: &RuleArguments) -> Result<BTreeSet<String>> {
    for id in asked.only.iter().chain(&asked.exclude) {
        find(rules, id)?;
    }
    let named = |rule: &Rule, list: &[String]| ids(rule).any(|id| list.iter().any(|named| named == id));
    let wanted = rules
        .iter()
        .filter(|rule| (asked.only.is_empty() || named(rule, &asked.only)) && !named(rule, &asked.exclude));
    let counted: BTreeSet<String> = wanted.map(|rule| rule.info.id.clone()).collect();
    if counted.is_empty() {
        bail!("--rule and --exclude-rule leave no rule");
    }
    Ok(counted)
}

/// Where the rule with an id stands; if there is none, the error names the one that was perhaps meant.
pub(crate) fn find(rules: &[Rule], id: &str) -> Result<usize> {
    let found = rules.iter().position(|rule| ids(rule).any(|known| known == id));
    found.ok_or_else(|| match closest(id, rules.iter().flat_map(ids)) {
        Some(meant) => anyhow!("there is no rule `{id}`; did you mean `{meant}`?"),
        None => anyhow!("there is no rule `{id}`; `keysieve rules list` names them all"),
    })
}

/// The id that is most like a word, if it is close enough to be meant.
fn closest<'r>(word: &str, known: impl Iterator<Item = &'r str>) -> Option<&'r str> {
    const CLOSE: f64 = 0.84;
    let word = word.to_ascii_lowercase().replace('_', "-");
    let scored = known.map(|id| (strsim::jaro_winkler(&word, id), id));
    scored.filter(|(score, _)| *score >= CLOSE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(only: &[&str], exclude: &[&str]) -> RuleArguments {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        RuleArguments { only: owned(only), exclude: owned(exclude), ..RuleArguments::default() }
    }

    #[test]
    fn rules_are_chosen_by_id() {
        let all = Ruleset::new(&asked(&[], &[]), Config::default()).unwrap();
        let one = Ruleset::new(&asked(&["github-pat"], &[]), Config::default()).unwrap();
        let rest = Ruleset::new(&asked(&[], &["github-pat"]), Config::default()).unwrap();
        let counted = |set: &Ruleset| set.counted.as_ref().map(BTreeSet::len);
        let expected = (None, Some(1), Some(all.engine.len() - 1));
        assert_eq!((counted(&all), counted(&one), counted(&rest)), expected);
        let names = BTreeSet::from([all.name.clone(), one.name, rest.name]);
        assert_eq!(names.len(), 3, "each has a name of its own: {names:?}");
        assert!(version().ends_with(&format!("(rules {})", all.name)));
    }

    #[test]
    fn what_other_tools_call_rules_are_rules_that_are_there() {
        let rules = Engine::builtin_rules();
        for (theirs, ours) in keysieve_policy::FOREIGN_RULES {
            for id in *ours {
                assert!(rules.iter().any(|rule| rule.info.id == *id), "{theirs}: there is no rule `{id}`");
            }
        }
    }

    #[test]
    fn a_mistyped_id_is_recognised() {
        let error = |id| Ruleset::new(&asked(&[id], &[]), Config::default()).err().unwrap().to_string();
        assert_eq!(error("github-apt"), "there is no rule `github-apt`; did you mean `github-pat`?");
        assert_eq!(error("GITHUB_PAT"), "there is no rule `GITHUB_PAT`; did you mean `github-pat`?");
        assert!(error("zzz").contains("rules list"));
        assert!(
            Ruleset::new(&asked(&["github-pat"], &["github-pat"]), Config::default()).is_err(),
            "no rule is left"
        );
    }
}
