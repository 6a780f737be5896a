//! Which configuration file counts.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::arguments::ConfigArguments;
use crate::ignore_files::is_work_tree;

/// How a configuration was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The user named it.
    Named,
    /// It lies in the tree that is scanned, or above: it may be anyone's.
    Tree,
    /// It is the user's own, for everything.
    User,
    /// It is that of a revision, which `--config-from` names.
    Revision,
}

/// Names of our own files.
pub(super) const OURS: [&str; 2] = ["keysieve.toml", ".keysieve.toml"];

/// Names of files of other tools, the first first.
pub(super) const FOREIGN: [&str; 2] = [".betterleaks.toml", ".gitleaks.toml"];

/// The file that counts for these targets: the one that is named, the nearest one, the user's.
pub(super) fn find(asked: &ConfigArguments, targets: &[PathBuf]) -> Result<Option<(PathBuf, Origin)>> {
    if asked.no_config {
        return Ok(None);
    }
    if let Some(path) = &asked.config {
        return Ok(Some((path.clone(), Origin::Named)));
    }
    let here = [PathBuf::from(".")];
    let targets: Vec<&PathBuf> =
        match targets.iter().filter(|path| *path != Path::new("-")).collect::<Vec<_>>() {
            named if named.is_empty() => here.iter().collect(),
            named => named,
        };
    let mut found: Option<PathBuf> = None;
    for target in targets {
        let nearest = nearest(target)?;
        match (&found, &nearest) {
            (Some(one), Some(other)) if one != other => bail!(
                "{} and {} would both count: name one with --config, or scan the trees one by one",
                one.display(),
                other.display()
            ),
            _ => found = found.or(nearest),
        }
    }
    Ok(found.map(|path| (shortened(&path), Origin::Tree)).or_else(|| Some((users()?, Origin::User))))
}

/// The nearest file, from a target upwards to the root of its work tree; outside of one, in its own directory alone.
fn nearest(target: &Path) -> Result<Option<PathBuf>> {
    let Ok(real) = fs::canonicalize(target) else { return Ok(None) };
    let start = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(Path::new("/")) };
    let root = start.ancestors().find(|above| is_work_tree(above)).unwrap_or(start);
    let directories = || start.ancestors().take_while(|above| above.starts_with(root));
    for directory in directories() {
        let ours: Vec<PathBuf> =
            OURS.iter().map(|name| directory.join(name)).filter(|path| path.is_file()).collect();
        match ours.as_slice() {
            [] => {}
            [one] => return Ok(Some(one.clone())),
            [one, other, ..] => bail!("{} and {} are both there: keep one", one.display(), other.display()),
        }
    }
    // What another tool goes by counts only where there is nothing of ours.
    let foreign = directories()
        .find_map(|directory| FOREIGN.iter().map(|name| directory.join(name)).find(|path| path.is_file()));
    Ok(foreign)
}

/// The user's own file, for everything that has none.
fn users() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(base.join("keysieve").join("config.toml")).filter(|path| path.is_file())
}

/// A path from the current directory, if it lies below it.
fn shortened(path: &Path) -> PathBuf {
    let here = env::current_dir().and_then(fs::canonicalize).ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).to_owned()
}
