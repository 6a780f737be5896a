//! The layers of images, each scanned once.

use std::collections::HashSet;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use keysieve_finding::{Skip, SkipReason};

use crate::digest::Digest;
use crate::event::{LayerEvent, Progress};
use crate::layer::{Job, Scanned};
use crate::resolve::{LayerRef, Resolved, whole};
use crate::visit::Visit;
use crate::{Error, memo};

impl Visit<'_> {
    /// Scans the layers, each once, the largest first.
    pub(crate) fn layers(&mut self) {
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
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some((image, layer)) = jobs.get(at).filter(|_| !self.sink.stopped()) else {
                            break;
                        };
                        let tell = |progress| {
                            self.source.options.watcher.tell(&LayerEvent {
                                image: image.image.digest.as_deref(),
                                layer: layer.digest.as_ref().or(layer.diff_id.as_ref()).map(Digest::as_str),
                                size: layer.size,
                                nth: at + 1,
                                layers: jobs.len(),
                                progress,
                            });
                        };
                        if let Some(done) = self.layer(image, layer, &tell) {
                            let mut scanned = scanned.lock().unwrap_or_else(PoisonError::into_inner);
                            scanned.push((Arc::clone(&layer.key), Arc::new(done)));
                        }
                    }
                });
            }
        });
        self.state.scanned.extend(scanned.into_inner().unwrap_or_else(PoisonError::into_inner));
    }

    /// Scans a layer, unless it is known.
    fn layer(&self, image: &Resolved, layer: &LayerRef, tell: &dyn Fn(Progress)) -> Option<Scanned> {
        if let Some(known) = memo::recall(self.sink, layer) {
            tell(Progress::Known);
            return Some(known);
        }
        tell(Progress::Started);
        let scanned = self.read_layer(image, layer);
        tell(if scanned.is_some() { Progress::Done } else { Progress::Failed });
        scanned
    }

    fn read_layer(&self, image: &Resolved, layer: &LayerRef) -> Option<Scanned> {
        let origin = whole(&layer.key);
        let job = Job {
            key: &layer.key,
            digest: layer.digest.as_ref(),
            diff_id: layer.diff_id.as_ref(),
            media_type: &layer.media_type,
            name: layer.name.as_deref(),
            limits: &self.source.options.limits,
            sink: self.sink,
        };
        let directory = image.store.directory(&layer.blob);
        let mut blob: Box<dyn Read + Send> = match image.store.open(&layer.blob) {
            Ok(blob) => blob,
            Err(_) if directory.is_some() => Box::new(std::io::empty()),
            Err(Error::Stopped { .. }) => return None,
            Err(error) => {
                let mut skip = error.skip();
                if layer.foreign {
                    let why = if self.source.options.registry.foreign {
                        "a foreign layer, whose bytes are elsewhere"
                    } else {
                        "a foreign layer, whose bytes are elsewhere; --foreign fetches them"
                    };
                    skip = Skip::new(SkipReason::Missing, format!("{why} ({})", skip.detail));
                }
                self.sink.skipped(&origin, skip);
                return None;
            }
        };
        // One layer that breaks a reader is one gap, not the end of the run.
        let run = AssertUnwindSafe(|| match &directory {
            #[cfg(unix)]
            Some(directory) => job.run_directory(directory),
            _ => job.run(&mut *blob, self.threads.get() > 1),
        });
        match catch_unwind(run) {
            Ok(scanned) => {
                memo::note(self.sink, layer, &scanned);
                Some(scanned)
            }
            Err(_) => {
                let why = "keysieve failed to read this layer; please report it";
                self.sink.skipped(&origin, Skip::new(SkipReason::Internal, why));
                None
            }
        }
    }
}
