//! A repository, before it is said what of it is wanted.

use std::path::{Path, PathBuf};

use keysieve_finding::{Authored, ObjectId};

use crate::chosen::{self, ChosenSource, Range, UnstagedSource};
use crate::layout::Layout;
use crate::objects::Objects;
use crate::{Error, GitSource};

/// A repository that was found.
#[derive(Clone, Debug)]
pub struct Repository(Layout);

impl Repository {
    /// Finds the repository at a path or above it.
    ///
    /// # Errors
    /// If there is none, or it is of a kind that is not known.
    pub fn discover(path: &Path) -> Result<Self, Error> {
        Self::known(Layout::discover(path)?)
    }

    /// Finds the repository that git means when it runs a hook: that of `GIT_DIR`, else that of the current directory.
    ///
    /// # Errors
    /// If there is none, or it is of a kind that is not known.
    pub fn here() -> Result<Self, Error> {
        Self::known(Layout::here()?)
    }

    fn known(layout: Layout) -> Result<Self, Error> {
        if layout.reftable {
            let what = "the reference storage \"reftable\"".to_owned();
            return Err(Error::Unsupported { path: layout.git_dir.display().to_string(), what });
        }
        Ok(Self(layout))
    }

    /// The root of the work tree; none in a bare repository.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.0.work_tree.as_deref()
    }

    /// The roots of all work trees, the main one first: those whose directories are still there.
    #[must_use]
    pub fn work_trees(&self) -> Vec<PathBuf> {
        self.0.work_trees()
    }

    /// The git directory that all work trees share.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.0.common_dir
    }

    /// Whether commits were left out when it was cloned.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        !crate::refs::shallow(&self.0).is_empty()
    }

    /// Everything that it holds.
    #[must_use]
    pub fn everything(&self) -> GitSource {
        GitSource::of(self.0.clone())
    }

    /// What is staged. With `paths` only the index entries of these files: if each of them differs from what is checked
    /// out, what is new of them, else all of them.
    ///
    /// # Errors
    /// If the index cannot be read, or has no such entry.
    pub fn staged(&self, paths: &[Vec<u8>]) -> Result<ChosenSource, Error> {
        ChosenSource::staged(self.0.clone(), paths)
    }

    /// What is changed in the work tree and not staged: changed lines alone, or with `whole_files` all of the files.
    ///
    /// # Errors
    /// If the index cannot be read, or there is no work tree.
    pub fn unstaged(&self, whole_files: bool) -> Result<UnstagedSource, Error> {
        UnstagedSource::open(&self.0, whole_files)
    }

    /// What some commits bring that others do not have.
    ///
    /// # Errors
    /// If a name leads to no commit.
    pub fn range(&self, range: &Range) -> Result<ChosenSource, Error> {
        ChosenSource::range(self.0.clone(), range)
    }

    /// The commit that a name leads to, in hexadecimal digits.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub fn commit(&self, name: &str) -> Result<String, Error> {
        let objects = Objects::open(&self.0);
        chosen::Revisions::new(&self.0, &objects).commit(name).map(|id| id.to_string())
    }

    /// The parents of a commit, in hexadecimal digits.
    ///
    /// # Errors
    /// If there is no such commit.
    pub fn parents(&self, name: &str) -> Result<Vec<String>, Error> {
        let objects = Objects::open(&self.0);
        let parents = chosen::Revisions::new(&self.0, &objects).parents(name)?;
        Ok(parents.iter().map(ToString::to_string).collect())
    }

    /// Who wrote each of these commits, and what it says: as it is, and not masked. Those that cannot be read are left
    /// out.
    pub fn authored(&self, commits: impl IntoIterator<Item = ObjectId>) -> Vec<(ObjectId, Authored)> {
        let objects = Objects::open(&self.0);
        let mut revisions = chosen::Revisions::new(&self.0, &objects);
        commits.into_iter().filter_map(|id| Some((id, revisions.authored(id)?))).collect()
    }

    /// The bytes of a file as a commit has it; none if there is no such file in it.
    ///
    /// # Errors
    /// If the name leads to no commit, or what it leads to cannot be read.
    pub fn file_at(&self, revision: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let objects = Objects::open(&self.0);
        chosen::Revisions::new(&self.0, &objects).file(revision, path)
    }
}
