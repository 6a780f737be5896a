//! The verb `git`: the whole of a repository, or a part of it.

mod chosen;
mod ci;
mod history;
mod pinned;
mod push;

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use keysieve_source_git::Repository;

use crate::arguments::GitArguments;
use crate::config::Config;
use crate::exit::Exit;
use crate::messages;
use crate::session::{self, Groups};

pub(crate) use self::chosen::{Chosen, Part};
pub(crate) use self::history::History;
use self::pinned::Pinned;

/// Runs a scan of a repository from its arguments to its exit code.
pub(crate) fn run(asked: GitArguments) -> Exit {
    scan(asked).unwrap_or_else(|error| session::refuse(&error))
}

fn scan(mut asked: GitArguments) -> Result<Exit> {
    let (repo, files) = named(&asked)?;
    let repository = open(repo.as_deref())?;
    let shown = repo.unwrap_or_else(|| PathBuf::from("."));
    let (pinned, mut config) = match &asked.config_from {
        Some(revision) => {
            let (pinned, config) = Pinned::read(&repository, revision)?;
            (Some(pinned), config)
        }
        None => {
            let tree = repository.work_tree().unwrap_or(&shown).to_owned();
            (None, Config::load(&asked.config, &[tree])?)
        }
    };
    config.apply(&mut asked.rules, &mut asked.verdict, None, &mut asked.run)?;
    config.announce(asked.run.quiet);
    if let Some(deadline) = asked.selection.deadline {
        asked.run.timeout = Some(asked.run.timeout.map_or(deadline, |timeout| timeout.min(deadline)));
    }
    let part = if asked.selection.ci {
        of_build(&mut asked, &repository)?
    } else {
        Part::of(&asked.selection, &files)?
    };
    let GitArguments { history, reports, rules, verdict, key, run, .. } = &asked;
    let groups = Groups { rules, verdict, key, run };
    Ok(match part {
        Some(part) => session::run(config, groups, reports, |_| {
            Ok(Chosen::open(&shown, repository, &part)?
                .pinned(pinned)
                .purge(history.purge_expressions.clone()))
        }),
        None => session::run(config, groups, reports, |_| {
            Ok(History::open(&shown, repository, history)?.pinned(pinned))
        }),
    })
}

/// What a build server builds; none if that is no change, but everything.
fn of_build(asked: &mut GitArguments, repository: &Repository) -> Result<Option<Part>> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let platform = ci::platform(&set)?;
    let change = ci::Change::of(platform, &set)?;
    platform.reports(&set, &mut asked.reports);
    let quiet = asked.run.quiet;
    let say = |text: &str| {
        if quiet {
        } else {
            messages::note(text)
        }
    };
    if change.none {
        say("no change is being built, so all of the history is looked at");
        asked.history.no_worktree = true;
        return Ok(None);
    }
    let mut range = change.range(repository, platform)?;
    if change.bases.is_empty() {
        say(
            "what was there before is not known, so only the last commit is looked at; --since-commit says where to begin",
        );
    }
    range.whole_files = asked.selection.whole_files;
    // Asked for here, so that what it says fits the platform.
    if let Err(keysieve_source_git::Error::Shallow { .. }) = repository.range(&range) {
        bail!("{}", platform.shallow());
    }
    Ok(Some(Part::Range(range, "--ci".to_owned())))
}

/// The repository and the files that are named.
fn named(asked: &GitArguments) -> Result<(Option<PathBuf>, Vec<PathBuf>)> {
    match asked.paths.as_slice() {
        [] => Ok((None, Vec::new())),
        [one] if !asked.selection.staged || is_repository(one) => Ok((Some(one.clone()), Vec::new())),
        files if asked.selection.staged => Ok((None, files.to_vec())),
        more => bail!(
            "{}: one repository at a time; names of files go with --staged",
            more.last().map_or(Path::new(""), PathBuf::as_path).display()
        ),
    }
}

/// Whether a path is a directory in a repository, and no entry of the index here: a link to a directory is one, and a
/// submodule.
fn is_repository(path: &Path) -> bool {
    let is_directory = path.symlink_metadata().is_ok_and(|about| about.is_dir());
    is_directory && !Repository::here().is_ok_and(|here| chosen::has_entry(&here, path))
}

/// Opens the repository that is named, else the one that git means here.
pub(crate) fn open(named: Option<&Path>) -> Result<Repository> {
    Ok(match named {
        Some(path) => Repository::discover(path)?,
        None => Repository::here()?,
    })
}
