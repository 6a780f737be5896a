//! From what was asked for to the images, and the texts that describe them.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::num::NonZeroUsize;
use std::sync::{Arc, PoisonError};

use keysieve_finding::{Origin, Skip, SkipReason};
use keysieve_source::{Blob, BlobSink, Carry, SourceError};

use crate::fields::fields;
use crate::model::Config;
use crate::open::{Opened, Opener, of_archive};
use crate::reference::{Choice, Kind, Reference};
use crate::resolve::{Found, Resolver, whole};
use crate::source::{ImageSource, State, key_of};
use crate::stream::Stream;
use crate::{Error, Platform, base, daemon};

/// Images on their way to a sink.
pub(crate) struct Visit<'a> {
    pub(crate) source: &'a ImageSource,
    pub(crate) sink: &'a dyn BlobSink,
    pub(crate) threads: NonZeroUsize,
    pub(crate) state: State,
}

impl Visit<'_> {
    /// Finds the images. What is wrong with one is a gap; if nothing at all can be scanned because of what was asked
    /// for, that is an error.
    pub(crate) fn resolve(&mut self) -> Result<(), SourceError> {
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
        let (left_out, errors) = base::leave_out(
            opener,
            &self.source.options.bases,
            &mut self.state.images,
            &mut self.state.notes,
        );
        for (layer, why) in left_out {
            self.sink.skipped(&whole(&layer), Skip::new(SkipReason::Ignored, why));
        }
        match errors.into_iter().next() {
            Some(error) => Err(source_error(&error)),
            None => Ok(()),
        }
    }

    /// Scans what describes the images, each document once.
    pub(crate) fn documents(&mut self) {
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
}

fn source_error(error: &Error) -> SourceError {
    match error {
        Error::Io { what, source } if source.kind() == ErrorKind::NotFound => {
            SourceError::NotFound { path: what.clone() }
        }
        Error::Io { what, source } => {
            SourceError::Invalid { path: what.clone(), problem: source.to_string() }
        }
        Error::Reference { reference: what, problem }
        | Error::Missing { what, problem }
        | Error::Broken { what, problem }
        | Error::Refused { what, problem } => {
            SourceError::Invalid { path: what.clone(), problem: problem.clone() }
        }
        other => SourceError::Invalid { path: String::new(), problem: other.to_string() },
    }
}
