//! What is wrong with a container, as an error of reading.

use std::error::Error;
use std::fmt;
use std::io;
use std::ops::ControlFlow;

use keysieve_finding::{Skip, SkipReason};

use crate::Inside;

/// Why a container, or the rest of it, cannot be unpacked. Readers of this crate carry it in their [`io::Error`]s;
/// [`Trouble::of`] gets it out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble(pub Skip);

impl Trouble {
    /// It is damaged, cut off, or not what it says.
    pub(crate) fn broken(detail: impl Into<String>) -> Self {
        Self(Skip::new(SkipReason::ArchiveBroken, detail))
    }

    /// A limit was hit.
    pub(crate) fn limit(detail: impl Into<String>) -> Self {
        Self(Skip::new(SkipReason::ArchiveLimit, detail))
    }

    /// It is compressed in a way that is not known.
    pub(crate) fn unsupported(detail: impl Into<String>) -> Self {
        Self(Skip::new(SkipReason::UnsupportedCompression, detail))
    }

    /// What an error of reading comes down to: the trouble that it carries, or else that the system could not read.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        Self::carried(error)
            .cloned()
            .unwrap_or_else(|| Self(Skip::new(SkipReason::Unreadable, error.to_string())))
    }

    /// What came of a container: an error ends it, as a skip of the container itself, and no more than it.
    pub(crate) fn or_flow(result: io::Result<ControlFlow<()>>, inside: &mut dyn Inside) -> ControlFlow<()> {
        result.unwrap_or_else(|error| {
            inside.skipped(None, Self::of(&error).0);
            ControlFlow::Continue(())
        })
    }

    /// The trouble that an error carries, if it is one of this crate.
    #[must_use]
    pub fn carried(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl Error for Trouble {}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> Self {
        Self::other(trouble)
    }
}
