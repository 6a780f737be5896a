//! The source itself.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use keysieve_finding::{GitPart, ObjectId, Origin};
use keysieve_source::{Blob, BlobSink, Carry, Place, Sighted, Source, SourceError};

use crate::attribution::Record;
use crate::hand_over::HandOver;
use crate::layout::Layout;
use crate::refs::Refs;
use crate::store::Store;
use crate::{attribution, files};

/// A repository: everything that it holds.
pub struct GitSource {
    layout: Layout,
    refs: Refs,
    store: OnceLock<Store>,
    /// What was noted while everything was handed over.
    record: Mutex<Option<Record>>,
    apart: bool,
}

impl GitSource {
    /// Everything that a repository holds.
    pub(crate) fn of(layout: Layout) -> Self {
        let refs = Refs::of(&layout);
        Self { layout, refs, store: OnceLock::new(), record: Mutex::default(), apart: false }
    }

    /// Hands every blob over as if it had nothing to do with any other, which takes longer and says the same: to check
    /// that it does.
    #[must_use]
    pub fn apart(self) -> Self {
        Self { apart: true, ..self }
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
        hand_over.apart = self.apart;
        store.name_troubles(&hand_over);
        let record = hand_over.run(threads);
        *self.record.lock().unwrap_or_else(PoisonError::into_inner) = record;
        self.refs.all.values().for_each(|target| _ = hand_over.expect(*target));
        hand_over.conclude();
        ControlFlow::Continue(())
    }
}

impl Source for GitSource {
    fn knows_names_alone(&self) -> bool {
        true
    }

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
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner).take();
        let places =
            attribution::places(self.store(), &self.refs, hash_length, sighted, threads, (record, sink));
        Ok(Some(places))
    }
}
