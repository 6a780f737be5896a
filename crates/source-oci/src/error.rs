//! What can go wrong with an image.

use std::io;

use keysieve_finding::{Skip, SkipReason};

/// What can go wrong with an image. No variant carries bytes of what was read, nor a credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A reference is written in no form that is known.
    #[error("{reference}: {problem}")]
    Reference {
        /// As it was written.
        reference: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// What was asked for is not there.
    #[error("{what}: {problem}")]
    Missing {
        /// What was asked for.
        what: String,
        /// What is there instead.
        problem: String,
    },
    /// A file, directory or socket could not be read.
    #[error("{what}: {source}")]
    Io {
        /// What was read.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("{what}: {problem}")]
    Broken {
        /// What was read.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It is larger than anything that is right.
    #[error("{what}: larger than {limit} bytes")]
    TooLarge {
        /// What was read.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// A registry or a daemon did not give what was asked for.
    #[error("{what}: {problem}")]
    Refused {
        /// What was asked for.
        what: String,
        /// What it said.
        problem: String,
    },
    /// The run was told to end.
    #[error("{what}: the run was ended")]
    Stopped {
        /// What was being read.
        what: String,
    },
}

impl Error {
    pub(crate) fn io(what: impl Into<String>, source: io::Error) -> Self {
        Self::Io { what: what.into(), source }
    }

    pub(crate) fn broken(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Broken { what: what.into(), problem: problem.into() }
    }

    pub(crate) fn missing(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Missing { what: what.into(), problem: problem.into() }
    }

    pub(crate) fn refused(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Refused { what: what.into(), problem: problem.into() }
    }

    /// Whether the arguments are wrong rather than what they name.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Reference { .. } | Self::Missing { .. } => true,
            Self::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// As a gap in a report.
    pub(crate) fn skip(&self) -> Skip {
        let reason = match self {
            Self::Missing { .. } | Self::Reference { .. } => SkipReason::Missing,
            Self::TooLarge { .. } => SkipReason::Limit,
            _ => SkipReason::Unreadable,
        };
        Skip::new(reason, self.to_string())
    }
}
