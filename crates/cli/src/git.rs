//! The verb `git`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Result;
use keysieve_finding::{GitState, Origin, Outcome};
use keysieve_source::{BlobSink, Place, Sighted, Source, SourceError};
use keysieve_source_fs::FileSource;
use keysieve_source_git::GitSource;

use crate::arguments::{FileArguments, GitArguments, ScanArguments};
use crate::exit::Exit;
use crate::purge;
use crate::scan::{self, Scanned};

/// Runs a scan of a repository from its arguments to its exit code.
pub(crate) fn run(asked: GitArguments) -> Exit {
    let repo = asked.repo.unwrap_or_else(|| PathBuf::from("."));
    let (reports, rules, verdict, run) = (asked.reports, asked.rules, asked.verdict, asked.run);
    let files = FileArguments::default();
    let shared = ScanArguments { paths: vec![repo.clone()], reports, rules, verdict, files, run };
    let (work_trees, reachable) = (!asked.no_worktree, asked.no_unreachable);
    let open: scan::Open<'_> = &|_, _, _| Ok(Box::new(Repository::open(&repo, work_trees)?));
    let after = |outcome: &mut Outcome| {
        if reachable {
            leave_out_unreachable(outcome);
        }
        asked.purge_expressions.as_deref().map_or(Ok(()), |file| purge::write(file, outcome))
    };
    let cache = asked.cache.as_deref();
    scan::run_verb(&shared, &scan::Verb { name: "git", open, cache, after: &after })
}

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

/// A repository and its work trees.
struct Repository {
    git: GitSource,
    work_trees: Vec<FileSource>,
}

impl Repository {
    fn open(path: &Path, work_trees: bool) -> Result<Self> {
        let git = GitSource::discover(path)?;
        let mut trees = Vec::new();
        for tree in git.work_trees().iter().filter(|_| work_trees) {
            trees.push(FileSource::builder().path(tree).build()?);
        }
        Ok(Self { git, work_trees: trees })
    }
}

impl Source for Repository {
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

impl Scanned for Repository {
    fn base(&self) -> Option<&Path> {
        Some(self.git.work_tree().unwrap_or(self.git.git_dir()))
    }

    fn resolve(&self, origin: &Origin) -> Option<PathBuf> {
        self.work_trees.first()?.resolve(origin)
    }
}
