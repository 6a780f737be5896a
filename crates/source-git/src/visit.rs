//! Who walks over the objects, and what for.

use std::ops::ControlFlow;

use keysieve_finding::{ObjectId, Skip};
use keysieve_source::Memory;

use crate::object::{Kind, Object};

/// Something that looks at objects, on several threads.
pub(crate) trait Visit: Sync {
    /// What a thread needs of its own.
    type Local: Send;

    /// For a new thread.
    fn local(&self) -> Self::Local;

    /// Whether objects of this kind are looked at.
    fn wants(&self, kind: Kind) -> bool;

    /// Whether it is worth asking for each blob whether it is wanted, before anything is inflated.
    fn chooses(&self) -> bool {
        false
    }

    /// Whether a blob of this name and number is wanted; asked once for each, if at all.
    fn wants_blob(&self, id: ObjectId, number: u32) -> bool {
        let _ = (id, number);
        true
    }

    /// Looks at an object.
    fn object(&self, local: &mut Self::Local, object: &Object<'_>) -> ControlFlow<()>;

    /// Looks at a blob or a tree, of which others may be made. `base` is what is remembered of the one that it was made from.
    fn version(
        &self,
        local: &mut Self::Local,
        object: &Object<'_>,
        base: &Memories,
    ) -> (ControlFlow<()>, Memories) {
        let _ = base;
        (self.object(local, object), Memories::new())
    }

    /// Looks at a window of a blob that is too large to be held.
    fn window(&self, local: &mut Self::Local, window: Window<'_>) -> ControlFlow<()>;

    /// Hears that an object could not be looked at.
    fn skipped(&self, name: Name<'_>, why: Skip);

    /// Whether to stop; asked between objects.
    fn stopped(&self) -> bool;
}

/// What is remembered of a blob, for each number of a [class of names](crate::called::Called); of a tree, one for 0.
pub(crate) type Memories = Vec<(u32, Memory)>;

/// A window of a blob.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    pub(crate) id: ObjectId,
    pub(crate) bytes: &'a [u8],
    pub(crate) offset: u64,
    pub(crate) last: bool,
}

/// What could not be looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name<'a> {
    Object(ObjectId),
    /// A file of the git directory, by the path that reports show.
    File(&'a [u8]),
}
