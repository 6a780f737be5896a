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

/// How many names are remembered of all layers together, at eight bytes each.
const MOST_NAMES: usize = 32_000_000;

/// A layer that was scanned, with which one it is.
type Done = (usize, Arc<str>, Scanned);

/// Forgets the names of layers that come after as many names as may be remembered: which ones does not depend on the
/// order in which they were scanned.
fn forget(done: &mut [Done], most: usize) {
    done.sort_by_key(|(at, ..)| *at);
    let mut names = 0;
    for (.., scanned) in done {
        names += scanned.overlay.len();
        if names > most && !scanned.overlay.is_forgotten() {
            scanned.overlay.forget();
        }
    }
}

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
                            scanned.push((at, Arc::clone(&layer.key), done));
                            forget(&mut scanned, MOST_NAMES);
                        }
                    }
                });
            }
        });
        for (_, key, scanned) in scanned.into_inner().unwrap_or_else(PoisonError::into_inner) {
            if scanned.overlay.is_forgotten() {
                let why = "there are more names in all layers than are remembered; what it does to files below it is not known";
                self.sink.skipped(&whole(&key), Skip::new(SkipReason::Limit, why));
            }
            self.state.scanned.insert(key, Arc::new(scanned));
        }
    }

    /// Scans a layer, unless it is known.
    fn layer(&self, image: &Resolved, layer: &LayerRef, tell: &dyn Fn(Progress)) -> Option<Scanned> {
        // What lies unpacked in a directory may have been changed.
        let packed = image.store.directory(&layer.blob).is_none();
        if let Some(known) = packed.then(|| memo::recall(self.sink, layer)).flatten() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlay::Overlay;

    #[test]
    fn which_layers_are_forgotten_does_not_depend_on_their_order() {
        let layer = |at: usize| {
            let mut overlay = Overlay::default();
            for name in 0..[6, 3, 1, 2][at] {
                overlay.file(format!("{name}").as_bytes());
            }
            overlay.settle();
            (at, Arc::from(""), Scanned { overlay, digest: None, diff_id: None, unverified: false })
        };
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let mut done = Vec::new();
            for at in order {
                done.push(layer(at));
                forget(&mut done, 8);
            }
            let forgotten: Vec<bool> =
                done.iter().map(|(.., scanned)| scanned.overlay.is_forgotten()).collect();
            assert_eq!(forgotten, [false, true, true, true]);
        }
    }
}
