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

use crate::arguments::GitArguments;
use crate::config::Config;
use crate::exit::Exit;
use crate::ignore_files;
use crate::purge;
use crate::session::{self, Groups, Target};

/// Runs a scan of a repository from its arguments to its exit code.
pub(crate) fn run(mut asked: GitArguments) -> Exit {
    let repo = asked.repo.clone().unwrap_or_else(|| PathBuf::from("."));
    let config = match Config::load(&asked.config, std::slice::from_ref(&repo)) {
        Ok(config) => config,
        Err(error) => return session::refuse(&error),
    };
    config.announce(asked.run.quiet);
    config.apply(&mut asked.rules, &mut asked.verdict, None, &mut asked.run);
    let GitArguments { reports, rules, verdict, key, run, .. } = &asked;
    let groups = Groups { rules, verdict, key, run };
    session::run(config, groups, reports, |_| {
        let mut repository = Repository::open(repo, !asked.no_worktree)?;
        repository.reachable_only = asked.no_unreachable;
        repository.cache.clone_from(&asked.cache);
        repository.purge.clone_from(&asked.purge_expressions);
        Ok(repository)
    })
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
pub(crate) struct Repository {
    /// What was named.
    path: PathBuf,
    git: GitSource,
    work_trees: Vec<FileSource>,
    /// Whether what no reference leads to is left out.
    reachable_only: bool,
    /// Where contents are remembered.
    cache: Option<PathBuf>,
    /// Where the expressions go that take the secrets out of the history.
    purge: Option<PathBuf>,
}

impl Repository {
    /// Opens the repository that a path is, or lies in.
    pub(crate) fn open(path: PathBuf, work_trees: bool) -> Result<Self> {
        let git = GitSource::discover(&path)?;
        let mut trees = Vec::new();
        for tree in git.work_trees().iter().filter(|_| work_trees) {
            trees.push(FileSource::builder().path(tree).build()?);
        }
        Ok(Self { path, git, work_trees: trees, reachable_only: false, cache: None, purge: None })
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

impl Repository {
    /// The directory that names start at.
    fn base(&self) -> &Path {
        self.git.work_tree().unwrap_or(self.git.git_dir())
    }
}

impl Target for Repository {
    fn mode(&self) -> &'static str {
        "git"
    }

    fn names(&self) -> Vec<String> {
        vec![self.path.display().to_string()]
    }

    fn source(&self) -> &dyn Source {
        self
    }

    fn ignore_files(&self) -> Result<ignore_files::Found> {
        ignore_files::find(Some(self.base()), std::slice::from_ref(&self.path), &[])
    }

    fn name_of(&self, directory: &Path) -> Option<Vec<u8>> {
        ignore_files::directory_name(Some(self.base()), std::slice::from_ref(&self.path), directory)
    }

    fn cache(&self) -> Option<&Path> {
        self.cache.as_deref()
    }

    fn finish(&self, outcome: &mut Outcome) -> Result<()> {
        if self.reachable_only {
            leave_out_unreachable(outcome);
        }
        self.purge.as_deref().map_or(Ok(()), |file| purge::write(file, outcome))
    }

    fn root(&self) -> Option<String> {
        session::link_root(Some(self.base()))
    }

    fn line_hashes(&self, outcome: &Outcome) -> LineHashes {
        let mut hashes = LineHashes::default();
        let Some(tree) = self.work_trees.first() else { return hashes };
        for (path, lines) in LineHashes::wanted(outcome) {
            let file = tree.resolve(&Origin::file(&path)).filter(|file| file.is_file());
            if let Some(file) = file.and_then(|file| File::open(file).ok()) {
                let _ = hashes.read(&path, io::BufReader::new(file), &lines);
            }
        }
        hashes
    }
}
