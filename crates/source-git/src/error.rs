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
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// What was to be read.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }
}
