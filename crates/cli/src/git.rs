//! The verb `git`.

use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Result;
use keysieve_finding::{GitState, Origin, Outcome};
use keysieve_report::LineHashes;
use keysieve_source::{BlobSink, Place, Sighted, Source, SourceError};
use keysieve_source_fs::FileSource;
use keysieve_source_git::GitSource;

use crate::arguments::{GitArguments, HistoryArguments};
use crate::config::Config;
use crate::exit::Exit;
use crate::session::{self, Groups, Target};
use crate::{ignore_files, purge};

/// Runs a scan of a repository from its arguments to its exit code.
pub(crate) fn run(mut asked: GitArguments) -> Exit {
    let repo = [asked.repo.clone().unwrap_or_else(|| PathBuf::from("."))];
    let config = match Config::load(&asked.config, &repo) {
        Ok(config) => config,
        Err(error) => return session::refuse(&error),
    };
    config.announce(asked.run.quiet);
    config.apply(&mut asked.rules, &mut asked.verdict, None, &mut asked.run);
    let GitArguments { history, reports, rules, verdict, key, run, .. } = &asked;
    session::run(config, Groups { rules, verdict, key, run }, reports, |_| History::open(&repo, history))
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

/// A repository and its work trees, as they were asked for.
pub(crate) struct History<'a> {
    path: &'a [PathBuf; 1],
    asked: &'a HistoryArguments,
    repository: Repository,
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

impl<'a> History<'a> {
    /// Opens the repository that a path is, or lies in.
    pub(crate) fn open(path: &'a [PathBuf; 1], asked: &'a HistoryArguments) -> Result<Self> {
        let repository = Repository::open(&path[0], !asked.no_worktree)?;
        Ok(Self { path, asked, repository })
    }

    /// The directory that names of files start at.
    fn base(&self) -> &Path {
        self.repository.git.work_tree().unwrap_or(self.repository.git.common_dir())
    }
}

impl Target for History<'_> {
    fn mode(&self) -> &'static str {
        "git"
    }

    fn names(&self) -> Vec<String> {
        vec![self.path[0].display().to_string()]
    }

    fn source(&self) -> &dyn Source {
        &self.repository
    }

    fn ignore_files(&self) -> Result<ignore_files::Found> {
        ignore_files::find(Some(self.base()), &[self.base().to_owned()], &[])
    }

    fn name_of(&self, directory: &Path) -> Option<Vec<u8>> {
        ignore_files::directory_name(Some(self.base()), self.path, directory)
    }

    fn root(&self) -> Option<String> {
        session::link_root(Some(self.base()))
    }

    /// Only of files that are still there: a line of the history is not a line of today's file.
    fn line_hashes(&self, outcome: &Outcome) -> LineHashes {
        let mut hashes = LineHashes::default();
        let Some(tree) = self.repository.work_trees.first() else { return hashes };
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
