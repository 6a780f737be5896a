//! What can be wrong with what was asked for.

use keysieve_source::SourceError;

/// Why a [`FileSource`](crate::FileSource) could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A glob to include or exclude is none.
    #[error("{glob}: {reason}")]
    Glob {
        /// As given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A path that was asked for is not there, or cannot be looked at.
    #[error(transparent)]
    Path(#[from] SourceError),
}
