//! A part of a repository.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use keysieve_finding::{Authored, FingerprintKey, ObjectId, Outcome};
use keysieve_policy::Baseline;
use keysieve_report::LineHashes;
use keysieve_source::Source;
use keysieve_source_git::{Range, Repository};

use super::pinned::Pinned;
use super::push;
use crate::arguments::SelectionArguments;
use crate::session::{self, Target};
use crate::{file_list, ignore_files, purge};

/// Which part.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// What is staged; of some files, if any are named.
    Staged { files: Vec<PathBuf>, whole_files: bool },
    /// What is changed in the work tree and not staged.
    Unstaged,
    /// What some commits bring, and what that is called.
    Range(Range, String),
}

impl Part {
    /// The part that is asked for; none for the whole repository.
    pub(crate) fn of(asked: &SelectionArguments, files: &[PathBuf]) -> Result<Option<Self>> {
        if asked.whole_files && !asked.is_part() {
            return Err(anyhow!(
                "--whole-files is about changes: say which, with --staged, --range or another option"
            ));
        }
        let part = if asked.staged {
            return Ok(Some(Self::Staged { files: files.to_vec(), whole_files: asked.whole_files }));
        } else if asked.pre_push {
            (push::to_remote(asked.remote.as_deref())?, "--pre-push".to_owned())
        } else if asked.pre_receive {
            (push::to_here()?, "--pre-receive".to_owned())
        } else if let Some(range) = &asked.range {
            let name = format!("--range {}", written(range));
            (range.clone(), name)
        } else if asked.since_commit.is_some() || asked.branch.is_some() {
            since(asked)
        } else {
            return Ok(None);
        };
        let (mut range, name) = part;
        range.whole_files = asked.whole_files;
        Ok(Some(Self::Range(range, name)))
    }
}

fn written(range: &Range) -> String {
    let dots = if range.symmetric { "..." } else { ".." };
    let names: Vec<&str> = range.exclude.iter().chain(&range.include).map(String::as_str).collect();
    names.join(dots)
}

fn since(asked: &SelectionArguments) -> (Range, String) {
    let mut range = Range { include: vec!["HEAD".to_owned()], ..Range::default() };
    let mut name = Vec::new();
    if let Some(commit) = &asked.since_commit {
        range.exclude.push(commit.clone());
        name.push(format!("--since-commit {commit}"));
    }
    if let Some(branch) = &asked.branch {
        range.include = vec![branch.clone()];
        name.push(format!("--branch {branch}"));
    }
    (range, name.join(" "))
}

/// A part of a repository, ready to be scanned.
pub(crate) struct Chosen {
    shown: String,
    repository: Repository,
    source: Box<dyn Source>,
    pinned: Option<Pinned>,
    purge: Option<PathBuf>,
}

impl Chosen {
    /// Opens a part of a repository, which is called `shown` in reports.
    pub(crate) fn open(shown: &Path, repository: Repository, part: &Part) -> Result<Self> {
        let (source, name): (Box<dyn Source>, &str) = match part {
            Part::Staged { files, whole_files } => {
                let paths: Vec<Vec<u8>> =
                    files.iter().map(|file| in_repository(&repository, file)).collect::<Result<_>>()?;
                (Box::new(repository.staged(&paths)?.whole_files(*whole_files)), "--staged")
            }
            Part::Unstaged => (Box::new(repository.unstaged(false)?), "--pre-commit"),
            Part::Range(range, name) => (Box::new(repository.range(range)?), name.as_str()),
        };
        Ok(Self {
            shown: format!("{} {name}", shown.display()),
            repository,
            source,
            pinned: None,
            purge: None,
        })
    }

    /// Lets the ignore file and the baselines of a revision count, rather than those of the work tree.
    pub(super) fn pinned(mut self, pinned: Option<Pinned>) -> Self {
        self.pinned = pinned;
        self
    }

    /// Writes what takes the secrets out of the history, when they are known.
    pub(super) fn purge(mut self, file: Option<PathBuf>) -> Self {
        self.purge = file;
        self
    }

    fn base(&self) -> &Path {
        self.repository.work_tree().unwrap_or(self.repository.common_dir())
    }
}

/// The path of a file in its repository. The file itself need not be there.
fn in_repository(repository: &Repository, file: &Path) -> Result<Vec<u8>> {
    let root = repository.work_tree().context("a bare repository has nothing staged")?;
    let mut whole = std::env::current_dir()?;
    // Links on the way to the current directory do not count, and a link that is named is named itself.
    whole = fs::canonicalize(whole)?;
    for part in file.components() {
        match part {
            Component::ParentDir => _ = whole.pop(),
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    let inside = whole.strip_prefix(root).map(Path::to_owned).ok();
    // An absolute path may lead through links to the work tree.
    let inside = inside.or_else(|| {
        let parent = whole.parent().and_then(|parent| fs::canonicalize(parent).ok());
        let real = parent.and_then(|parent| Some(parent.join(whole.file_name()?)));
        real.and_then(|real| real.strip_prefix(root).map(Path::to_owned).ok())
    });
    let inside = inside.with_context(|| format!("{}: it is not in {}", file.display(), root.display()))?;
    Ok(ignore_files::bytes(&inside))
}

/// Whether the index has an entry for a path.
pub(super) fn has_entry(repository: &Repository, file: &Path) -> bool {
    in_repository(repository, file).is_ok_and(|path| repository.staged(&[path]).is_ok())
}

impl Target for Chosen {
    fn mode(&self) -> &'static str {
        "git"
    }

    fn names(&self) -> Vec<String> {
        vec![self.shown.clone()]
    }

    fn source(&self) -> &dyn Source {
        self.source.as_ref()
    }

    fn ignore_files(&self) -> Result<ignore_files::Found> {
        match &self.pinned {
            Some(pinned) => Ok(ignore_files::Found { files: pinned.ignore_files()?, warnings: Vec::new() }),
            None => ignore_files::find(Some(self.base()), &[self.base().to_owned()], &[]),
        }
    }

    fn baselines(&self, key: &FingerprintKey, by_secret: bool) -> Result<Vec<Baseline>> {
        self.pinned.as_ref().map_or(Ok(Vec::new()), |pinned| pinned.baselines(key, by_secret))
    }

    fn name_of(&self, directory: &Path) -> Option<Vec<u8>> {
        ignore_files::directory_name(Some(self.base()), &[self.base().to_owned()], directory)
    }

    fn authored(&self, commits: BTreeSet<ObjectId>) -> Vec<(ObjectId, Authored)> {
        self.repository.authored(commits)
    }

    fn root(&self) -> Option<String> {
        session::link_root(Some(self.base()))
    }

    fn conclude(&self, outcome: &mut Outcome) -> Result<()> {
        self.purge.as_deref().map_or(Ok(()), |file| purge::write(file, outcome))
    }

    /// Of the files of the work tree, as far as they are as they were found.
    fn line_hashes(&self, outcome: &Outcome) -> LineHashes {
        let mut hashes = LineHashes::default();
        let Some(root) = self.repository.work_tree() else { return hashes };
        for (path, lines) in LineHashes::wanted(outcome) {
            let file = root.join(file_list::path(&path));
            if file.symlink_metadata().is_ok_and(|about| about.is_file())
                && let Ok(file) = fs::File::open(file)
            {
                let _ = hashes.read(&path, io::BufReader::new(file), &lines);
            }
        }
        hashes
    }
}
