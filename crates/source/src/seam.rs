//! The two traits.

use std::collections::HashSet;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;

use keysieve_finding::{GitPart, GitPlace, Image, LayerPlace, Origin, Secret, Skip};

use crate::{Base, Blob, Memory};

/// What identifies the content of an object before it is read: a git object id, a layer's diff id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId<'a>(pub &'a [u8]);

/// Something that holds objects.
pub trait Source: Sync {
    /// Hands every object to the sink, from at most `threads` threads at once, and returns when all is done or the
    /// sink says stop. A source may have more threads of its own that only read, unless `threads` is one. An object that cannot be looked at is a skip; an error means that the source as a whole could not be
    /// opened.
    ///
    /// # Errors
    /// If the source itself is not there or is not what it should be.
    fn visit(&self, threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError>;

    /// The images among what was visited, in the order in which they were asked for.
    fn images(&self) -> Vec<Arc<Image>> {
        Vec::new()
    }

    /// The second phase: says of what was seen what only the source can say, such as the paths that lead to an object
    /// and the commits that brought it. Called at most once, after `visit`, with everything that might be reported.
    /// Gives the places of each sighting, in the order of the sightings; where it gives none, the sighting stays where
    /// it is. `None` is to say that of all of them.
    ///
    /// # Errors
    /// If the source can no longer be read.
    fn attribute(
        &self,
        sighted: &[Sighted<'_>],
        threads: NonZeroUsize,
        sink: &dyn BlobSink,
    ) -> Result<Option<Vec<Vec<Place>>>, SourceError> {
        let _ = (sighted, threads, sink);
        Ok(None)
    }

    /// Whether it hands over the names of its objects as objects of their own.
    fn hands_over_names(&self) -> bool {
        false
    }

    /// Whether it has objects of which it knows only the last part of their paths while it visits them. One that has
    /// and does not say so is scanned as well, but slowly.
    fn knows_names_alone(&self) -> bool {
        false
    }

    /// Whether a sighting to which [`attribute`](Self::attribute) gives no place stays where it is. If not, it is none
    /// that was asked for: it was there before.
    fn keeps_unplaced(&self) -> bool {
        true
    }
}

/// What was seen in an object, as the source is told of it.
#[derive(Clone, Copy, Debug)]
pub struct Sighted<'a> {
    /// The object, as the source called it.
    pub origin: &'a Origin,
    /// What was seen.
    pub secret: &'a Secret,
    /// Its first byte in the object.
    pub byte_start: u64,
    /// One past its last byte in the object.
    pub byte_end: u64,
}

/// Where an object stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// The object under the name that leads to it.
    pub origin: Origin,
    /// How it is embedded in the history of its repository.
    pub git: Option<Box<GitPlace>>,
    /// Where in a container image it is.
    pub layer: Option<Arc<LayerPlace>>,
}

/// Something that takes objects. Called from many threads at once.
pub trait BlobSink: Sync {
    /// Whether it knows contents from earlier runs, so that asking for them is worth it.
    fn knows_contents(&self) -> bool {
        false
    }

    /// Whether an object of this content should be read at all; asked once for each by sources that know it
    /// beforehand. What is not wanted counts as looked at.
    fn wants(&self, id: ContentId<'_>) -> bool {
        let _ = id;
        true
    }

    /// Whether something is known of this content, under a name of any class: nothing new is to be found in it, unless it
    /// has a name of another. Counts for nothing.
    fn is_known(&self, id: ContentId<'_>) -> bool {
        let _ = id;
        false
    }

    /// What difference it makes that an object has this name, the last part of its path: names of one class are as good
    /// as each other, and those of class 0 as good as none. Asked by sources that can know an object without its name.
    fn name_class(&self, name: &[u8]) -> u64 {
        let _ = name;
        0
    }

    /// Says what all directories are called, in small letters, between which the objects stand that are to come and of
    /// which only the name is known. Classes of names that were asked for before are those of any directories.
    fn directories(&self, names: &HashSet<Vec<u8>>) {
        let _ = names;
    }

    /// As [`wants`](Self::wants), of an object with a name of this class, which is not 0.
    fn wants_as(&self, id: ContentId<'_>, class: u64) -> bool {
        let _ = (id, class);
        true
    }

    /// As [`wants`](Self::wants), of a part of a commit or a tag, of which the content is known.
    fn wants_part(&self, id: ContentId<'_>, part: GitPart) -> bool {
        let _ = (id, part);
        true
    }

    /// Hands over what was [noted](Self::note) of a content in an earlier run. If that was of use, the content counts as
    /// looked at, in the objects of this blob of an image. Says whether it does.
    fn recall(&self, id: ContentId<'_>, blob: &Arc<str>, taken: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        let _ = (id, blob, taken);
        false
    }

    /// Says that a content was handed over as a whole, in the objects of this blob of an image, and is what its id says;
    /// and what the source wants to know of it in later runs that do not read it. That may hold names, and no other bytes
    /// of it.
    fn note(&self, id: ContentId<'_>, blob: &str, memo: &[u8]) {
        let _ = (id, blob, memo);
    }

    /// Whether it would rather read an object that begins so by itself, because it is a container. `start` is as much of
    /// it as was read, or all of it.
    fn opens(&self, origin: &Origin, start: &[u8]) -> bool {
        let _ = (origin, start);
        false
    }

    /// Reads an object by itself, to its end: instead of windows, after [`opens`](Self::opens) said so of the same
    /// `start`. `Break` ends the whole visit.
    ///
    /// # Errors
    /// What the reader of the rest says, unless the sink wants no more anyway; the caller names the skip. What was read
    /// before was looked at.
    fn open(&self, origin: &Origin, start: &[u8], rest: &mut dyn Read) -> io::Result<ControlFlow<()>> {
        let _ = (origin, start, rest);
        Ok(ControlFlow::Continue(()))
    }

    /// Takes a window of an object. `Break` ends the whole visit.
    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()>;

    /// Takes an object as a whole, in one window, which may have been made from one that was taken before in the same way.
    /// Says also what it remembers of this one, if that is of use for those that are made from it.
    fn version(&self, blob: Blob<'_>, base: Option<Base<'_>>) -> (ControlFlow<()>, Option<Memory>) {
        let _ = base;
        (self.blob(blob), None)
    }

    /// Takes a link, which is no object: its name and where it leads are text that somebody chose, and are looked at.
    fn link(&self, origin: &Origin, target: &[u8]) {
        let _ = (origin, target);
    }

    /// Notes that an object, or the rest of one, was not looked at.
    fn skipped(&self, origin: &Origin, why: Skip);

    /// Whether the visit should end: asked between objects.
    fn stopped(&self) -> bool {
        false
    }
}

/// A source that could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// There is nothing there.
    #[error("{path}: no such file or directory")]
    NotFound {
        /// What was asked for.
        path: String,
    },
    /// It is not what it should be.
    #[error("{path}: {problem}")]
    Invalid {
        /// What was asked for.
        path: String,
        /// What is wrong with it; never bytes of what is in it.
        problem: String,
    },
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// What was asked for.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}
