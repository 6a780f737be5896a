//! What a commit, or what is staged, brings.

use std::sync::Arc;

use keysieve_finding::ObjectId;

use crate::tree::EntryKind;

/// A path of the repository: raw bytes, `/` between its parts.
pub(crate) type Path = Arc<[u8]>;

/// A blob that was not there before, at a path.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) path: Path,
    pub(crate) blob: ObjectId,
    /// What each parent has at the path, if that is a blob.
    pub(crate) before: Vec<Option<ObjectId>>,
}

/// Something that is not there any more, or not the same: what a secret may have been moved from.
#[derive(Clone, Debug)]
pub(crate) struct Removed {
    pub(crate) path: Path,
    pub(crate) kind: EntryKind,
    pub(crate) id: ObjectId,
}

/// What a commit brings that none of its parents has; or what is staged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    /// The commit, by its place among those that were chosen; none for what is staged.
    pub(crate) commit: Option<u32>,
    pub(crate) changes: Vec<Change>,
    /// What its only parent has and it has not.
    pub(crate) removed: Vec<Removed>,
    /// Paths that are new, of directories too; each with an object that stands there.
    pub(crate) names: Vec<(Path, ObjectId)>,
    /// Submodules that are new or point elsewhere.
    pub(crate) submodules: Vec<Path>,
}

impl Step {
    /// Whether it brings nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.names.is_empty()
            && self.submodules.is_empty()
            && self.removed.is_empty()
    }
}
