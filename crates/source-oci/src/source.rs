//! Images as a source of objects.

use std::collections::HashMap;
use std::io::Read;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keysieve_finding::Image;
use keysieve_source::{BlobSink, Place, Sighted, Source, SourceError};
use keysieve_unpack::Limits;

use crate::Error;
use crate::attribution::Attribution;
use crate::event::Watcher;
use crate::layer::Scanned;
use crate::model::Document;
use crate::reference::Reference;
use crate::registry::RegistryOptions;
use crate::resolve::{Platforms, Resolved};
use crate::tags::Tags;
use crate::visit::Visit;

/// Which images are left out, layer by layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// The one that an image names itself: `org.opencontainers.image.base.digest`.
    Labelled,
    /// This one.
    Image(Reference),
    /// An older one of the same: every layer that it has is left out, wherever it lies.
    Older(Reference),
}

/// How images are scanned.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which platforms of them.
    pub platforms: Platforms,
    /// How registries are spoken to.
    pub registry: RegistryOptions,
    /// What unpacking may cost, for each layer.
    pub limits: Limits,
    /// Which tags of a repository are scanned, instead of one.
    pub tags: Tags,
    /// Whether what refers to an image in its registry is scanned, too: signatures, lists of what is in it.
    pub referrers: bool,
    /// Who is told of layers.
    pub watcher: Watcher,
    /// Images whose layers are left out where they lie at the bottom of another.
    pub bases: Vec<Base>,
}

/// Images as a source of objects: every file of every layer, and every text that describes them.
pub struct ImageSource {
    pub(crate) references: Vec<Reference>,
    pub(crate) options: Options,
    pub(crate) stdin: Mutex<Option<Box<dyn Read + Send>>>,
    state: Mutex<State>,
}

/// What is known when all is scanned.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) images: Vec<Resolved>,
    pub(crate) scanned: HashMap<Arc<str>, Arc<Scanned>>,
    pub(crate) documents: HashMap<Arc<str>, Arc<Document>>,
    pub(crate) notes: Vec<String>,
}

impl ImageSource {
    /// The images that are referred to.
    ///
    /// # Errors
    /// If standard input is asked for twice.
    pub fn new(references: Vec<Reference>, options: Options) -> Result<Self, Error> {
        if references.iter().filter(|reference| reference.is_stdin()).count() > 1 {
            let problem = "standard input can be read once only".to_owned();
            return Err(Error::Reference { reference: "-".to_owned(), problem });
        }
        Ok(Self { references, options, stdin: Mutex::default(), state: Mutex::default() })
    }

    /// Where the archive comes from that is asked for as `-`.
    #[must_use]
    pub fn stdin(self, reader: impl Read + Send + 'static) -> Self {
        Self { stdin: Mutex::new(Some(Box::new(reader))), ..self }
    }

    /// What whoever asked for the images should know besides, once they were visited: that an option had no effect.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.state().notes.clone()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for ImageSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageSource").field("references", &self.references).finish_non_exhaustive()
    }
}

impl Source for ImageSource {
    fn visit(&self, threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError> {
        let mut visit = Visit { source: self, sink, threads, state: State::default() };
        visit.resolve()?;
        visit.documents();
        visit.layers();
        *self.state() = visit.state;
        Ok(())
    }

    fn attribute(
        &self,
        sighted: &[Sighted<'_>],
        _threads: NonZeroUsize,
        _sink: &dyn BlobSink,
    ) -> Result<Option<Vec<Vec<Place>>>, SourceError> {
        let state = self.state();
        let mut attribution = Attribution::new(&state);
        Ok(Some(sighted.iter().map(|sighted| attribution.places(sighted)).collect()))
    }

    fn images(&self) -> Vec<Arc<Image>> {
        self.state().images.iter().map(|resolved| Arc::clone(&resolved.image)).collect()
    }
}

/// What origins call a document.
pub(crate) fn key_of(document: &Document) -> Arc<str> {
    format!("{}#{}", document.digest, document.name).into()
}
