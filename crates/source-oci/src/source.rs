//! Images as a source of objects.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use keysieve_finding::{Image, Origin, Skip, SkipReason};
use keysieve_source::{Blob, BlobSink, Carry, Place, Sighted, Source, SourceError};
use keysieve_unpack::Limits;

use crate::attribution::Attribution;
use crate::fields::fields;
use crate::layer::{Job, Scanned};
use crate::model::{Config, Document};
use crate::open::{Opened, Opener, of_archive};
use crate::reference::{Choice, Kind, Reference};
use crate::registry::RegistryOptions;
use crate::resolve::{Found, LayerRef, Platforms, Resolved, Resolver, whole};
use crate::stream::Stream;
use crate::{Error, Platform, base, daemon};

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
    /// Whether every tag of a repository is scanned, instead of one.
    pub all_tags: bool,
    /// Images whose layers are left out where they lie at the bottom of another.
    pub bases: Vec<Base>,
}

/// Images as a source of objects: every file of every layer, and every text that describes them.
pub struct ImageSource {
    references: Vec<Reference>,
    options: Options,
    stdin: Mutex<Option<Box<dyn Read + Send>>>,
    state: Mutex<State>,
}

/// What is known when all is scanned.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) images: Vec<Resolved>,
    pub(crate) scanned: HashMap<Arc<str>, Arc<Scanned>>,
    pub(crate) documents: HashMap<Arc<str>, Arc<Document>>,
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

struct Visit<'a> {
    source: &'a ImageSource,
    sink: &'a dyn BlobSink,
    threads: NonZeroUsize,
    state: State,
}

impl Visit<'_> {
    /// Finds the images. What is wrong with one is a gap; if nothing at all can be scanned because of what was asked
    /// for, that is an error.
    fn resolve(&mut self) -> Result<(), SourceError> {
        let opener = Opener::new(&self.source.options);
        let mut errors = Vec::new();
        for reference in &self.source.references {
            if self.sink.stopped() {
                return Ok(());
            }
            match self.open(&opener, reference) {
                Ok(()) | Err(Error::Stopped { .. }) => {}
                Err(error) => errors.push((reference, error)),
            }
        }
        if let (true, Some((_, error))) = (self.state.images.is_empty(), errors.first())
            && errors.iter().all(|(_, error)| error.is_usage())
        {
            return Err(source_error(error));
        }
        for (reference, error) in errors {
            self.sink.skipped(&whole(&reference.written), error.skip());
        }
        self.leave_out_bases(&opener)
    }

    fn open(&mut self, opener: &Opener<'_>, reference: &Reference) -> Result<(), Error> {
        match opener.open(reference, &self.source.options.platforms)? {
            Opened::Images(images, gaps) => {
                self.state.images.extend(images);
                gaps.into_iter().for_each(|(origin, skip)| self.sink.skipped(&origin, skip));
            }
            Opened::Stream(kind, choice) => self.stream(reference, kind, &choice)?,
        }
        Ok(())
    }

    /// Scans what can be read only once, and looks afterwards what it was.
    fn stream(&mut self, reference: &Reference, kind: Kind, choice: &Choice) -> Result<(), Error> {
        let mut reader = self.reader(reference)?;
        let place = reference.repository();
        let stream = Stream {
            place: &place,
            limits: &self.source.options.limits,
            sink: self.sink,
            own_thread: self.threads.get() > 1,
        };
        let streamed = stream.run(&mut *reader);
        let kept = Arc::new(streamed.kept);
        let store = Arc::clone(&kept);
        let mut resolver = Resolver::new(store, &self.source.options.platforms, Some(place.clone()));
        let (manifest, index) = (kept.get("manifest.json"), kept.get("index.json"));
        let resolved = of_archive(&mut resolver, kind, manifest, index, choice, reference);
        if let Err(error) = resolved {
            if streamed.layers.is_empty() || error.is_usage() && manifest.or(index).is_some() {
                return Err(error);
            }
            // The lists are lost, the layers are not.
            self.sink.skipped(&whole(&reference.written), error.skip());
            let layers = streamed.layers.iter().map(|(key, _)| {
                let member = key.strip_prefix(&format!("{place}!/")).unwrap_or(key);
                crate::store::Blob::Member(member.to_owned())
            });
            let layers = layers.collect();
            resolver.image(Found {
                name: &reference.written,
                repository: &place,
                digest: None,
                config_digest: None,
                base: None,
                config: Config::default(),
                kind: None,
                platform: Platform::default(),
                documents: Vec::new(),
                layers,
            });
        }
        resolver.gaps.iter().for_each(|(origin, skip)| self.sink.skipped(origin, skip.clone()));
        for image in &mut resolver.found {
            for layer in &mut image.layers {
                // Where a member is a link, its bytes are where that leads.
                let member = layer.key.strip_prefix(&format!("{place}!/")).unwrap_or(&layer.key);
                layer.key = format!("{place}!/{}", kept.target(member)).into();
            }
        }
        self.state.images.append(&mut resolver.found);
        for (key, scanned) in streamed.layers {
            self.state.scanned.insert(key, Arc::new(scanned));
        }
        Ok(())
    }

    fn reader(&self, reference: &Reference) -> Result<Box<dyn Read + Send>, Error> {
        if let Some(name) = reference.daemon() {
            return daemon::save(name);
        }
        if let Some(path) = reference.path() {
            let shown = path.display().to_string();
            return Ok(Box::new(std::fs::File::open(path).map_err(|error| Error::io(shown, error))?));
        }
        let stdin = self.source.stdin.lock().unwrap_or_else(PoisonError::into_inner).take();
        stdin.ok_or_else(|| Error::missing("-", "there is no standard input"))
    }

    fn leave_out_bases(&mut self, opener: &Opener<'_>) -> Result<(), SourceError> {
        if self.source.options.bases.is_empty() {
            return Ok(());
        }
        let (left_out, errors) = base::leave_out(opener, &self.source.options.bases, &mut self.state.images);
        for (layer, why) in left_out {
            self.sink.skipped(&whole(&layer), Skip::new(SkipReason::Ignored, why));
        }
        match errors.into_iter().next() {
            Some(error) => Err(source_error(&error)),
            None => Ok(()),
        }
    }

    /// Scans what describes the images, each document once.
    fn documents(&mut self) {
        for document in self.state.images.iter().flat_map(|image| &image.documents) {
            self.state.documents.entry(key_of(document)).or_insert_with(|| Arc::clone(document));
        }
        let documents: BTreeMap<_, _> = self.state.documents.iter().collect();
        for (key, document) in documents {
            let path = document.name.as_bytes().into();
            let outer = Arc::new(Origin::Image { blob: Arc::clone(key), path, nth: 0 });
            match fields(&document.bytes) {
                Ok(fields) => {
                    for field in fields {
                        let path = field.name.as_bytes().into();
                        if self
                            .text(&Origin::Entry { outer: Arc::clone(&outer), path }, field.text.as_bytes())
                        {
                            return;
                        }
                    }
                }
                // Not JSON, as the configuration of an artifact may be: it is text all the same.
                Err(_) => {
                    if self.text(&outer, &document.bytes) {
                        return;
                    }
                }
            }
        }
    }

    /// Hands over a text. Says whether to stop.
    fn text(&self, origin: &Origin, bytes: &[u8]) -> bool {
        let mut carry = Carry::new();
        let blob = Blob { origin, bytes, offset: 0, line: 1, last: true, carry: &mut carry };
        self.sink.blob(blob).is_break() || self.sink.stopped()
    }

    /// Scans the layers, each once, the largest first.
    fn layers(&mut self) {
        let mut known: HashSet<Arc<str>> = self.state.scanned.keys().cloned().collect();
        let mut jobs: Vec<(&Resolved, &LayerRef)> = Vec::new();
        for image in &self.state.images {
            for layer in image.layers.iter().filter(|layer| !layer.excluded) {
                if known.insert(Arc::clone(&layer.key)) {
                    jobs.push((image, layer));
                }
            }
        }
        jobs.sort_by_key(|(_, layer)| std::cmp::Reverse(layer.size));
        let next = AtomicUsize::new(0);
        let scanned = Mutex::new(Vec::new());
        let workers = self.threads.get().min(jobs.len());
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some((image, layer)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if self.sink.stopped() {
                            break;
                        }
                        if let Some(done) = self.layer(image, layer) {
                            let mut scanned = scanned.lock().unwrap_or_else(PoisonError::into_inner);
                            scanned.push((Arc::clone(&layer.key), Arc::new(done)));
                        }
                    }
                });
            }
        });
        self.state.scanned.extend(scanned.into_inner().unwrap_or_else(PoisonError::into_inner));
    }

    fn layer(&self, image: &Resolved, layer: &LayerRef) -> Option<Scanned> {
        let origin = whole(&layer.key);
        let mut blob = match image.store.open(&layer.blob) {
            Ok(blob) => blob,
            Err(Error::Stopped { .. }) => return None,
            Err(error) => {
                let mut skip = error.skip();
                if layer.foreign {
                    let why = "a foreign layer, whose bytes are elsewhere; its addresses are not contacted";
                    skip = Skip::new(SkipReason::Missing, format!("{why} ({})", skip.detail));
                }
                self.sink.skipped(&origin, skip);
                return None;
            }
        };
        let job = Job {
            key: &layer.key,
            digest: layer.digest.as_ref(),
            diff_id: layer.diff_id.as_ref(),
            media_type: &layer.media_type,
            name: layer.name.as_deref(),
            limits: &self.source.options.limits,
            sink: self.sink,
        };
        // One layer that breaks a reader is one gap, not the end of the run.
        let run = AssertUnwindSafe(|| job.run(&mut *blob, self.threads.get() > 1));
        match catch_unwind(run) {
            Ok(scanned) => Some(scanned),
            Err(_) => {
                let why = "keysieve failed to read this layer; please report it";
                self.sink.skipped(&origin, Skip::new(SkipReason::Internal, why));
                None
            }
        }
    }
}

/// What origins call a document.
pub(crate) fn key_of(document: &Document) -> Arc<str> {
    format!("{}#{}", document.digest, document.name).into()
}

fn source_error(error: &Error) -> SourceError {
    match error {
        Error::Io { what, source } => SourceError::Io {
            path: what.clone(),
            source: std::io::Error::new(source.kind(), source.to_string()),
        },
        Error::Reference { reference: what, problem }
        | Error::Missing { what, problem }
        | Error::Broken { what, problem }
        | Error::Refused { what, problem } => {
            SourceError::Invalid { path: what.clone(), problem: problem.clone() }
        }
        other => SourceError::Invalid { path: String::new(), problem: other.to_string() },
    }
}
