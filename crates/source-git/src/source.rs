//! The source itself.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use keysieve_finding::{GitPart, ObjectId, Origin};
use keysieve_source::{Blob, BlobSink, Carry, Place, Sighted, Source, SourceError};

use crate::hand_over::HandOver;
use crate::layout::Layout;
use crate::refs::Refs;
use crate::store::Store;
use crate::{Error, attribution, files};

/// A repository: everything that it holds.
pub struct GitSource {
    layout: Layout,
    refs: Refs,
    store: OnceLock<Store>,
}

impl GitSource {
    /// Finds the repository at a path or above it, and looks at its configuration and references.
    ///
    /// # Errors
    /// If there is none, or it is of a kind that is not known.
    pub fn discover(path: &Path) -> Result<Self, Error> {
        let layout = Layout::discover(path)?;
        if layout.reftable {
            let what = "the reference storage \"reftable\"".to_owned();
            return Err(Error::Unsupported { path: layout.git_dir.display().to_string(), what });
        }
        let refs = Refs::of(&layout);
        Ok(Self { layout, refs, store: OnceLock::new() })
    }

    /// The root of the work tree; none in a bare repository.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.layout.work_tree.as_deref()
    }

    /// The roots of all work trees, the main one first: those whose directories are still there.
    #[must_use]
    pub fn work_trees(&self) -> Vec<PathBuf> {
        self.layout.work_trees()
    }

    /// The git directory that all work trees share.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.layout.common_dir
    }

    fn store(&self) -> &Store {
        self.store.get_or_init(|| Store::open(&self.layout))
    }

    fn ref_names(&self, sink: &dyn BlobSink) -> ControlFlow<()> {
        let nothing = || ObjectId::from_bytes(&vec![0; self.layout.hash_length()]);
        for (name, target) in &self.refs.all {
            let Some(id) = target.or_else(nothing) else { continue };
            let path = Some(Arc::from([b".git/", name.as_slice()].concat()));
            let origin = Origin::Git { id, part: GitPart::RefName, path };
            let mut carry = Carry::new();
            sink.blob(Blob {
                origin: &origin,
                bytes: name,
                offset: 0,
                line: 1,
                last: true,
                carry: &mut carry,
            })?;
        }
        ControlFlow::Continue(())
    }

    fn everything(&self, threads: NonZeroUsize, sink: &dyn BlobSink) -> ControlFlow<()> {
        files::hand_over(&self.layout, threads, sink)?;
        self.ref_names(sink)?;
        let store = self.store();
        let mut hand_over = HandOver::new(sink, store, self.layout.hash_length(), self.refs.shallow.clone());
        store.name_troubles(&hand_over);
        hand_over.run(threads);
        self.refs.all.values().for_each(|target| hand_over.expect(*target));
        hand_over.conclude();
        ControlFlow::Continue(())
    }
}

impl Source for GitSource {
    fn visit(&self, threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError> {
        // Whether the sink has had enough is its own business.
        let _ = self.everything(threads, sink);
        Ok(())
    }

    fn attribute(
        &self,
        sighted: &[Sighted<'_>],
        threads: NonZeroUsize,
        sink: &dyn BlobSink,
    ) -> Result<Option<Vec<Vec<Place>>>, SourceError> {
        if sighted.iter().all(|sighted| sighted.origin.git().is_none()) {
            return Ok(None);
        }
        let hash_length = self.layout.hash_length();
        Ok(Some(attribution::places(self.store(), &self.refs, hash_length, sighted, threads, sink)))
    }
}
