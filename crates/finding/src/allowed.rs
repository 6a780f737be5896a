//! What was found and allowed.

use crate::Finding;

/// What keeps a place out of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AllowedBy {
    /// A comment in its line.
    Inline,
    /// An entry of an ignore file.
    IgnoreFile,
    /// An exception of the configuration.
    Config,
    /// A baseline that knows it.
    Baseline,
}

/// One place that was found and kept out of the report on purpose, for formats that can show such places.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The finding, with this place alone.
    pub finding: Finding,
    /// What allows it.
    pub by: AllowedBy,
    /// Which entry does, for people: `.keysieveignore:3`. Safe to show.
    pub entry: String,
    /// Why, as it says itself. Safe to show.
    pub reason: Option<String>,
    /// Whom to ask. Safe to show.
    pub owner: Option<String>,
    /// The last day on which it is allowed, as `YYYY-MM-DD`.
    pub expires: Option<String>,
}
