//! Configuration files of other tools.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_engine::Engine;
use keysieve_policy::{Allow, Target, foreign_rule};
use keysieve_rules::{AllowTarget, Change, Foreign, Imported, ImportedAllow, Problem, Rule};

use super::{Config, Origin};

/// How many files may build on each other, as in gitleaks.
const MAX_DEPTH: usize = 2;

/// The text of a configuration file.
pub(super) fn text(path: &Path) -> Result<String> {
    let shown = path.display().to_string();
    let text = fs::read(path).with_context(|| shown.clone())?;
    String::from_utf8(text).map_err(|_| anyhow!("{shown}: not UTF-8"))
}

/// Reads such a file, and what it builds on.
pub(super) fn read(tool: Foreign, path: &Path, text: &str, origin: Origin) -> Result<Config> {
    let mut config = Config { without_pack: true, ..Config::default() };
    for (path, imported) in chain(tool, path, text, origin)? {
        if imported.known > 0 {
            config.settings.add_baseline(&path);
        }
        take(&path, imported, &mut config)?;
    }
    Ok(config)
}

/// What such a file says, with what it builds on, the latter first.
pub(super) fn chain(
    tool: Foreign,
    path: &Path,
    text: &str,
    origin: Origin,
) -> Result<Vec<(PathBuf, Imported)>> {
    let mut files = vec![(path.to_owned(), Imported::read(tool, path, text)?)];
    while let Some((path, imported)) = files.last()
        && let Some(extends) = imported.extends.clone()
    {
        if files.len() > MAX_DEPTH {
            bail!("{}: configurations build on each other more than {MAX_DEPTH} deep", path.display());
        }
        let (path, text) = base(path, &extends, origin)?;
        files.push((path.clone(), Imported::from_gitleaks(&path, &text)?));
    }
    files.reverse();
    Ok(files)
}

/// The file that another builds on.
fn base(path: &Path, extends: &str, origin: Origin) -> Result<(PathBuf, String)> {
    let shown = path.display();
    let named = PathBuf::from(extends);
    if origin == Origin::Revision {
        bail!("{shown}: extend.path: it cannot build on another file where a revision is asked for");
    }
    // Its tool takes the path from the current directory.
    if origin == Origin::Tree && (named.is_absolute() || extends.split(['/', '\\']).any(|part| part == ".."))
    {
        bail!(
            "{shown}: extend.path: a configuration in the scanned tree may name only files of its own repository"
        );
    }
    let text = fs::read_to_string(&named).with_context(|| format!("{shown}: extend.path: {extends}"))?;
    Ok((named, text))
}

/// Adds what a file says to what the files that it builds on say.
fn take(path: &Path, mut imported: Imported, config: &mut Config) -> Result<()> {
    let shown = path.display().to_string();
    config.without_pack &= !imported.use_default;
    for change in std::mem::take(&mut imported.changes) {
        self::change(&shown, change, &mut imported, config);
    }
    // A rule of the same name stands for the one that it changes.
    let names: BTreeSet<&String> = imported.rules.iter().map(|rule| &rule.info.id).collect();
    let replaced = |id: &String| names.contains(id) || imported.disabled.contains(id);
    let (gone, left) =
        std::mem::take(&mut config.rules).into_iter().partition(|rule| replaced(&rule.info.id));
    let gone: Vec<Rule> = gone;
    config.rules = left;
    config.only_at.retain(|(id, _)| !replaced(id));
    imported.disabled.retain(|id| !gone.iter().any(|rule| rule.info.id == *id));
    let (disabled, unknown) = ours(imported.disabled);
    config.disabled.extend(disabled);
    config.notes.extend(unknown.iter().map(|id| {
        let what =
            format!("`disabledRules` has `{id}`, and no rule of keysieve's own is known to be the same");
        let help = "name the rule with --exclude-rule, or take it out".to_owned();
        Problem { file: shown.clone(), line: 0, rule: None, what, help }
    }));
    config.rules.append(&mut imported.rules);
    config.only_at.append(&mut imported.paths);
    config.notes.append(&mut imported.notes);
    for part in imported.parts {
        config.composite.needs(part.of, part.needs, part.lines, part.columns);
    }
    imported.silent.into_iter().for_each(|rule| config.composite.silence(rule));
    for (index, mut allow) in (1..).zip(imported.allows) {
        let own = |id: &str| config.rules.iter().any(|rule| rule.info.id == id);
        allow.rules = allow.rules.iter().flat_map(|id| meant(id, own(id))).collect();
        let name = match allow.description.as_str() {
            "" if allow.filter.is_some() => format!("{shown}: filter"),
            "" => format!("{shown}: allowlist {index}"),
            description => format!("{shown}: {description}"),
        };
        config.allows.push(exception(&name, allow).with_context(|| name.clone())?);
    }
    Ok(())
}

/// The rules of ours that a rule of another tool's stands for: itself, if the file has a rule of this name.
pub(crate) fn meant(id: &str, own: bool) -> Vec<String> {
    match foreign_rule(id) {
        known if own || known.is_empty() => vec![id.to_owned()],
        known => known.iter().map(|&id| id.to_owned()).collect(),
    }
}

/// Ids of rules of another tool as ids of ours, and those that are not known.
pub(super) fn ours(theirs: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let builtin = if theirs.is_empty() { Vec::new() } else { Engine::builtin_rules() };
    for id in theirs {
        let same = builtin.iter().any(|rule| rule.info.id == id || rule.info.aliases.contains(&id));
        match foreign_rule(&id) {
            [] if same => known.push(id),
            [] => unknown.push(id),
            ours => known.extend(ours.iter().map(|&id| id.to_owned())),
        }
    }
    (known, unknown)
}

/// Changes a rule of a file that another builds on.
fn change(shown: &str, change: Change, imported: &mut Imported, config: &mut Config) {
    let says = change.name.is_some() || change.entropy.is_some() || !change.keywords.is_empty();
    let Some(rule) = config.rules.iter_mut().find(|rule| rule.info.id == change.id) else {
        // With a path alone, it is a rule about files.
        if change.path.is_none() && (says || change.secret_group) {
            config.notes.push(note(
                shown,
                &change,
                "it changes a rule of keysieve's own, and only its exceptions count",
            ));
        }
        return;
    };
    if change.secret_group {
        config.notes.push(note(shown, &change, "`secretGroup` without `regex` counts for nothing"));
    }
    rule.info.name = change.name.unwrap_or_else(|| rule.info.name.clone());
    rule.gates.entropy = change.entropy.or(rule.gates.entropy);
    if !rule.keywords.is_empty() {
        rule.keywords.extend(change.keywords);
    }
    if let Some(path) = change.path {
        imported.rules.retain(|file| file.info.id != change.id);
        imported.paths.retain(|(id, _)| *id != change.id);
        rule.paths = vec!["**".to_owned()];
        config.only_at.retain(|(id, _)| *id != change.id);
        config.only_at.push((change.id, path));
    }
}

fn note(file: &str, change: &Change, what: &str) -> Problem {
    let (file, what) = (file.to_owned(), what.to_owned());
    let help = "write the whole rule".to_owned();
    Problem { file, line: change.line, rule: Some(change.id.clone()), what, help }
}

fn exception(name: &str, allow: ImportedAllow) -> Result<Allow> {
    let target = match allow.target {
        AllowTarget::Secret => Target::Secret,
        AllowTarget::Match => Target::Match,
        AllowTarget::Line => Target::Line,
    };
    let exception = match allow.filter {
        Some(filter) => Allow::new(name, allow.all).filter(filter),
        None => Allow::new(name, allow.all),
    };
    Ok(exception
        .rules(allow.rules)
        .path_regexes(&allow.paths)?
        .regexes(&allow.regexes, target)?
        .stopwords(&allow.stopwords)
        .commits(allow.commits))
}
