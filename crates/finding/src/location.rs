//! One place where a secret stands.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{GitPlace, LayerPlace, Origin, Span};

/// The line around a secret, every secret on it already masked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Snippet {
    /// The text: one line, lossy UTF-8, control characters replaced, cut to a length that fits a screen. Never a raw
    /// secret.
    pub text: String,
    /// Where this location's mask starts in `text`, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Every mask in `text`, this location's own among them, sorted and disjoint: so that a format with a sign of its
    /// own for what is hidden can put that there.
    pub masks: Vec<Span>,
}

/// One place where a secret stands.
///
/// Lines and columns count from 1; ends are exclusive. Columns are UTF-8 bytes of the decoded text; `utf16_*` are
/// the same places in UTF-16 code units. `byte_*` are positions in the object as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The object.
    pub origin: Origin,
    /// Its path for people and reports: lossy UTF-8, any secret in it masked.
    pub path: String,
    /// The line it starts on.
    pub line: u64,
    /// The column it starts at, in bytes.
    pub column: u64,
    /// The line it ends on.
    pub end_line: u64,
    /// One past its last column, in bytes.
    pub end_column: u64,
    /// The column it starts at, in UTF-16 code units.
    pub utf16_column: u64,
    /// One past its last column, in UTF-16 code units.
    pub utf16_end_column: u64,
    /// The first byte in the object.
    pub byte_start: u64,
    /// One past the last byte in the object.
    pub byte_end: u64,
    /// Whether the object is binary: then lines and columns are 1 and only the bytes count.
    pub binary: bool,
    /// What was undone to read it, the outermost first: `utf-16le`.
    pub decoded_by: Vec<String>,
    /// The line around it.
    pub snippet: Option<Snippet>,
    /// How it is embedded in the history of its repository.
    pub git: Option<Box<GitPlace>>,
    /// Where in a container image it is.
    pub layer: Option<Arc<LayerPlace>>,
}
