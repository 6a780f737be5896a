//! What can be wrong with a repository as a whole.

use std::io;
use std::path::Path;

/// Why a repository could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no repository there, nor above.
    #[error("{path}: not a git repository, nor is any directory above it")]
    NotARepository {
        /// What was asked for.
        path: String,
    },
    /// A URL was asked for.
    #[error(
        "{url}: keysieve reads repositories on disk; clone it first (git clone --mirror), then name the directory"
    )]
    Url {
        /// The URL, without the part that can hold a password.
        url: String,
    },
    /// It is of a kind that is not known.
    #[error("{path}: {what} is not supported")]
    Unsupported {
        /// The repository.
        path: String,
        /// What is not supported.
        what: String,
    },
    /// A file of it is not what it should be.
    #[error("{path}: {problem}")]
    Invalid {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A name leads to no commit.
    #[error("revision {name:?}: {problem}")]
    Revision {
        /// The name.
        name: String,
        /// Why not.
        problem: String,
    },
    /// What is to be looked at is not there.
    #[error(
        "object {id} is named and is not there, or is damaged: the clone is partial or broken; `git fsck` says more"
    )]
    Missing {
        /// Its name.
        id: String,
    },
    /// A part of the history that is asked for was left out when the repository was cloned.
    #[error(
        "{path}: the clone is shallow, so it cannot be told what is new; get the rest with: git fetch --unshallow"
    )]
    Shallow {
        /// The repository.
        path: String,
    },
    /// A file is not in the index.
    #[error("{path}: git does not know this file: `git add` it first, or use `keysieve scan`")]
    NotInIndex {
        /// The file.
        path: String,
    },
    /// The system refused.
    #[error("{path}: {problem}")]
    Io {
        /// What was to be read.
        path: String,
        /// What the system said. No source of the error: it would be told twice.
        problem: io::Error,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, problem: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), problem }
    }
}
