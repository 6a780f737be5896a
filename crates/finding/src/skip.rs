//! What was not looked at, and why.

use std::fmt;

use serde::Serialize;

/// Whether a skip was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SkipClass {
    /// Left out because that is the rule or the user's wish; never changes the exit code.
    Excluded,
    /// It was asked for and could not be looked at; the report is incomplete.
    Gap,
}

/// Why something was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Excluded: an ignore file or an option of the user's says so.
    Ignored,
    /// Excluded: a symbolic link is not followed; what it points to is scanned where it is.
    Symlink,
    /// Excluded: a FIFO, a socket or a device.
    Special,
    /// Excluded: larger than the user's own limit.
    TooLarge,
    /// Excluded: the object store of a repository; `keysieve git` reads it.
    GitDirectory,
    /// Excluded: a repository inside of a repository, which is scanned by itself.
    Submodule,
    /// Gap: something is named and is not there, as in a shallow or partial clone.
    Missing,
    /// Gap: the system refused to open, list or read it.
    Unreadable,
    /// Gap: it was there when it was listed and gone when it was opened.
    Vanished,
    /// Gap: a limit of keysieve's own was hit.
    Limit,
    /// Gap: the time for the whole run was over.
    Timeout,
    /// Gap: a container, or a part of one, is damaged, cut off, or not what it says.
    ArchiveBroken,
    /// Gap: a container is nested deeper, or holds or unpacks to more, than a limit allows.
    ArchiveLimit,
    /// Gap: it is encrypted, and nobody said how to read it.
    Encrypted,
    /// Gap: it is compressed in a way that is not known here.
    UnsupportedCompression,
    /// Gap: keysieve itself failed on it.
    Internal,
}

impl SkipReason {
    /// Whether it was wanted.
    #[must_use]
    pub const fn class(self) -> SkipClass {
        match self {
            Self::Ignored
            | Self::Symlink
            | Self::Special
            | Self::TooLarge
            | Self::GitDirectory
            | Self::Submodule => SkipClass::Excluded,
            Self::Missing
            | Self::Unreadable
            | Self::Vanished
            | Self::Limit
            | Self::Timeout
            | Self::ArchiveBroken
            | Self::ArchiveLimit
            | Self::Encrypted
            | Self::UnsupportedCompression
            | Self::Internal => SkipClass::Gap,
        }
    }

    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Symlink => "symlink",
            Self::Special => "special",
            Self::TooLarge => "too-large",
            Self::GitDirectory => "git-directory",
            Self::Submodule => "submodule",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Vanished => "vanished",
            Self::Limit => "limit",
            Self::Timeout => "timeout",
            Self::ArchiveBroken => "archive-broken",
            Self::ArchiveLimit => "archive-limit",
            Self::Encrypted => "encrypted",
            Self::UnsupportedCompression => "unsupported-compression",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One object that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// Why.
    pub reason: SkipReason,
    /// What the system or the reader said, for people; never bytes of the object.
    pub detail: String,
}

impl Skip {
    /// A skip for a reason, with what was said of it.
    #[must_use]
    pub fn new(reason: SkipReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}
