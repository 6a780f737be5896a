//! Objects that share parts.

use std::any::Any;
use std::sync::Arc;

/// What a sink remembers of an object, to look only at what is new in another that was made from it.
pub type Memory = Arc<dyn Any + Send + Sync>;

/// A part of an object that stands in the one that it was made from, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it stands there.
    pub from: usize,
    /// Where it stands here.
    pub to: usize,
    /// Its length.
    pub length: usize,
}

/// An object that was handed over as a whole, seen from one that was made from it.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// What the sink remembers of it.
    pub memory: &'a Memory,
    /// What this one has from it, in the order in which it stands here.
    pub copied: &'a [Copied],
}
