//! Configuration files of gitleaks and betterleaks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use keysieve_policy::{Allow, Target};
use keysieve_rules::{AllowTarget, Imported, ImportedAllow};

use super::discover::is_foreign_name;
use super::{Config, Origin};

/// How many files may build on each other, as in gitleaks.
const MAX_DEPTH: usize = 2;

/// Whether a file is one of another tool: by its name, or by what only they have.
pub(super) fn is_foreign(path: &Path, text: &str) -> bool {
    let heading = |line: &str| {
        let name = line.trim().trim_matches(['[', ']', ' ']).to_ascii_lowercase();
        line.trim().starts_with('[')
            && (matches!(name.as_str(), "extend" | "allowlist" | "allowlists")
                || line.trim().to_ascii_lowercase().starts_with("[[rules]]"))
    };
    path.file_name().is_some_and(is_foreign_name) || text.lines().any(heading)
}

/// Reads such a file, and what it builds on.
pub(super) fn read(path: &Path, text: &str, origin: Origin) -> Result<Config> {
    let mut config = Config::default();
    let imported = Imported::from_gitleaks(path, text)?;
    take(path, imported, origin, 1, &mut config)?;
    Ok(config)
}

fn take(
    path: &Path,
    mut imported: Imported,
    origin: Origin,
    depth: usize,
    config: &mut Config,
) -> Result<()> {
    let shown = path.display().to_string();
    if let Some(extends) = imported.extends.take() {
        if depth > MAX_DEPTH {
            bail!("{shown}: configurations build on each other more than {MAX_DEPTH} deep");
        }
        let named = PathBuf::from(&extends);
        if origin == Origin::Revision {
            bail!("{shown}: extend.path: it cannot build on another file where a revision is asked for");
        }
        // Its tool takes the path from the current directory.
        if origin == Origin::Tree
            && (named.is_absolute() || extends.split(['/', '\\']).any(|part| part == ".."))
        {
            bail!(
                "{shown}: extend.path: a configuration in the scanned tree may name only files of its own repository"
            );
        }
        let text = fs::read_to_string(&named).with_context(|| format!("{shown}: extend.path: {extends}"))?;
        let base = Imported::from_gitleaks(&named, &text)?;
        take(&named, base, origin, depth + 1, config)?;
    }
    if depth == 1 {
        config.without_pack = !imported.use_default;
    }
    // A rule of the same name stands for the one that it changes.
    let names: BTreeSet<&String> = imported.rules.iter().map(|rule| &rule.info.id).collect();
    config.rules.retain(|rule| !names.contains(&rule.info.id) && !imported.disabled.contains(&rule.info.id));
    config.disabled.extend(imported.disabled);
    config.rules.append(&mut imported.rules);
    config.only_at.append(&mut imported.paths);
    for (index, allow) in (1..).zip(imported.allows) {
        let name = match allow.description.as_str() {
            "" => format!("{shown}: allowlist {index}"),
            description => format!("{shown}: {description}"),
        };
        config.allows.push(exception(&name, allow).with_context(|| name.clone())?);
    }
    Ok(())
}

fn exception(name: &str, allow: ImportedAllow) -> Result<Allow> {
    let target = match allow.target {
        AllowTarget::Secret => Target::Secret,
        AllowTarget::Match => Target::Match,
        AllowTarget::Line => Target::Line,
    };
    Ok(Allow::new(name, allow.all)
        .rules(allow.rules)
        .path_regexes(&allow.paths)?
        .regexes(&allow.regexes, target)?
        .stopwords(&allow.stopwords))
}
