//! The whole of a repository, and what lies beside it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::Result;
use keysieve_finding::{Authored, FingerprintKey, GitState, ObjectId, Origin, Outcome};
use keysieve_policy::Baseline;
use keysieve_report::LineHashes;
use keysieve_source::{BlobSink, Place, Sighted, Source, SourceError};
use keysieve_source_fs::FileSource;
use keysieve_source_git::{GitSource, Repository};

use super::pinned::Pinned;
use crate::arguments::HistoryArguments;
use crate::session::{self, Target};
use crate::{ignore_files, purge};

/// Leaves out the places that no reference leads to, and the findings that stand nowhere else.
fn leave_out_unreachable(outcome: &mut Outcome) {
    for finding in &mut outcome.findings {
        let before = finding.locations.len();
        finding
            .locations
            .retain(|location| location.git.as_ref().is_none_or(|git| git.state != GitState::Unreachable));
        finding.total_locations -= (before - finding.locations.len()) as u64;
    }
    outcome.findings.retain(|finding| !finding.locations.is_empty());
}

/// A repository and its work trees, as they were asked for.
pub(crate) struct History<'a> {
    shown: String,
    asked: &'a HistoryArguments,
    repository: Repository,
    everything: Everything,
    pinned: Option<Pinned>,
}

/// A repository and its work trees.
struct Everything {
    git: GitSource,
    work_trees: Vec<FileSource>,
}

impl Source for Everything {
    fn knows_names_alone(&self) -> bool {
        true
    }

    fn visit(&self, threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError> {
        self.git.visit(threads, sink)?;
        for tree in self.work_trees.iter().take_while(|_| !sink.stopped()) {
            tree.visit(threads, sink)?;
        }
        Ok(())
    }

    fn attribute(
        &self,
        sighted: &[Sighted<'_>],
        threads: NonZeroUsize,
        sink: &dyn BlobSink,
    ) -> Result<Option<Vec<Vec<Place>>>, SourceError> {
        self.git.attribute(sighted, threads, sink)
    }
}

impl<'a> History<'a> {
    /// Opens all of a repository, which is called `shown` in reports.
    pub(crate) fn open(shown: &Path, repository: Repository, asked: &'a HistoryArguments) -> Result<Self> {
        let git = repository.everything();
        let git = if asked.full_scan { git.apart() } else { git };
        let mut work_trees = Vec::new();
        for tree in repository.work_trees().iter().filter(|_| !asked.no_worktree) {
            work_trees.push(FileSource::builder().path(tree).build()?);
        }
        let everything = Everything { git, work_trees };
        Ok(Self { shown: shown.display().to_string(), asked, repository, everything, pinned: None })
    }

    /// Lets the ignore file and the baselines of a revision count, rather than those of the work tree.
    pub(super) fn pinned(mut self, pinned: Option<Pinned>) -> Self {
        self.pinned = pinned;
        self
    }

    /// The directory that names of files start at.
    fn base(&self) -> &Path {
        self.repository.work_tree().unwrap_or(self.repository.common_dir())
    }
}

impl Target for History<'_> {
    fn mode(&self) -> &'static str {
        "git"
    }

    fn names(&self) -> Vec<String> {
        vec![self.shown.clone()]
    }

    fn source(&self) -> &dyn Source {
        &self.everything
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

    /// Only of files that are still there: a line of the history is not a line of today's file.
    fn line_hashes(&self, outcome: &Outcome) -> LineHashes {
        let mut hashes = LineHashes::default();
        let Some(tree) = self.everything.work_trees.first() else { return hashes };
        for (path, lines) in LineHashes::wanted(outcome) {
            let file = tree.resolve(&Origin::file(&path)).filter(|file| file.is_file());
            if let Some(file) = file.and_then(|file| File::open(file).ok()) {
                let _ = hashes.read(&path, io::BufReader::new(file), &lines);
            }
        }
        hashes
    }

    fn cache(&self) -> Option<&Path> {
        self.asked.cache.as_deref()
    }

    fn conclude(&self, outcome: &mut Outcome) -> Result<()> {
        if self.asked.no_unreachable {
            leave_out_unreachable(outcome);
        }
        self.asked.purge_expressions.as_deref().map_or(Ok(()), |file| purge::write(file, outcome))
    }
}
