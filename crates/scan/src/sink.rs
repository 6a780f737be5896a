//! Where a source's objects go.

use std::collections::HashSet;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use keysieve_engine::{Scratch, Traces};
use keysieve_finding::{GitPart, Origin, Skip, SkipReason};
use keysieve_source::{Base, Blob, BlobSink, ContentId, Memory};
use keysieve_unpack::Limits;

use crate::attribution::number;
use crate::below::Below;
use crate::cache::KnownLayer;
use crate::held::{self, Held};
use crate::noted::Notes;
use crate::object::Object;
use crate::overlap::settle;
use crate::records::Known;
use crate::run::Rules;
use crate::sighting::Sighting;
use crate::tally::{Tallies, Tally};
use crate::{Cache, Control, names, nest};

/// Scans what a source hands over, on the source's threads.
pub(crate) struct Sink<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) control: &'a Control,
    /// Whether names are handed over as objects of their own.
    pub(crate) named: bool,
    pub(crate) cache: Option<&'a Cache>,
    /// What is counted of layers, if there is a cache.
    pub(crate) tallies: Tallies,
    /// How what was found in layers is noted, if there is a cache.
    pub(crate) notes: Option<Notes>,
    pub(crate) limits: Limits,
    pub(crate) deadline: Option<Instant>,
    pub(crate) late: AtomicBool,
    /// What a thread needs while it scans; there are as many as have ever been in use at once.
    pub(crate) idle: Mutex<Vec<Worker>>,
}

/// What a thread needs while it scans, and what it has seen.
#[derive(Debug)]
pub(crate) struct Worker {
    scratch: Scratch,
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) skips: Vec<(Origin, Skip)>,
    /// What lies below the floors, in objects that are known by their contents.
    pub(crate) below: Below,
}

impl<'a> Sink<'a> {
    fn worker(&self) -> Worker {
        let idle = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Worker {
            scratch: Scratch::new(self.rules.engine),
            sightings: Vec::new(),
            skips: Vec::new(),
            below: Below::default(),
        })
    }

    fn done(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(worker);
    }

    /// What the threads have seen since this was last asked.
    pub(crate) fn take(&self) -> Vec<Worker> {
        std::mem::take(&mut *self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn is_late(&self) -> bool {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.late.store(true, Ordering::Relaxed);
        }
        self.late.load(Ordering::Relaxed)
    }
}

impl BlobSink for Sink<'_> {
    fn knows_contents(&self) -> bool {
        self.cache.is_some()
    }

    fn is_known(&self, id: ContentId<'_>) -> bool {
        self.cache.is_some_and(|cache| cache.is_known(id.0))
    }

    fn name_class(&self, name: &[u8]) -> u64 {
        self.rules.name_class(name)
    }

    fn directories(&self, names: &HashSet<Vec<u8>>) {
        self.rules.narrow(names);
    }

    fn wants(&self, id: ContentId<'_>) -> bool {
        self.wants_as(id, 0)
    }

    fn wants_as(&self, id: ContentId<'_>, class: u64) -> bool {
        let known = self.cache.and_then(|cache| cache.known(id.0, class));
        if let Some(known) = known {
            // It was looked at, if not today: reports say the same with and without a cache.
            self.control.known(known.objects, known.size);
            let mut worker = self.worker();
            worker.below.add(known.below);
            self.done(worker);
        }
        known.is_none()
    }

    fn wants_part(&self, id: ContentId<'_>, part: GitPart) -> bool {
        self.cache.is_none() || self.wants_as(id, class_of_part(part))
    }

    fn recall(&self, id: ContentId<'_>, blob: &Arc<str>, taken: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        let Some((cache, notes)) = self.cache.zip(self.notes.as_ref()) else { return false };
        let Some(KnownLayer { tally, found, memo }) = cache.layer(id.0) else { return false };
        let Some(found) = notes.recall(&self.rules, blob, &found) else { return false };
        if !taken(&memo) {
            return false;
        }
        self.control.known(tally.objects, tally.bytes);
        let mut worker = self.worker();
        worker.sightings.extend(found);
        worker.below.add(tally.below);
        self.done(worker);
        true
    }

    fn note(&self, id: ContentId<'_>, blob: &str, memo: &[u8]) {
        let Some((cache, notes)) = self.cache.zip(self.notes.as_ref()) else { return };
        match self.tallies.of_layer(blob) {
            Some((tally, seen)) if seen.is_empty() => cache.add_layer(id.0, tally, &[], memo),
            Some((tally, seen)) => {
                if let Some((below, found)) = notes.note(&self.rules, seen) {
                    cache.add_layer(id.0, Tally { below, ..tally }, &found, memo);
                }
            }
            None => {}
        }
    }

    fn opens(&self, origin: &Origin, start: &[u8]) -> bool {
        self.limits.depth > 0 && nest::container(origin, start).is_some()
    }

    fn open(&self, origin: &Origin, start: &[u8], rest: &mut dyn Read) -> io::Result<ControlFlow<()>> {
        if !self.named {
            names::look(self, origin);
        }
        nest::open(self, origin, start, rest)
    }

    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        if !self.named && blob.offset == 0 && blob.carry.is_empty() {
            names::look(self, blob.origin);
        }
        match held::look(self, blob) {
            Held::Not(blob) => self.window(blob),
            Held::Back(flow) => flow,
        }
    }

    fn version(&self, blob: Blob<'_>, base: Option<Base<'_>>) -> (ControlFlow<()>, Option<Memory>) {
        match held::look(self, blob) {
            Held::Not(blob) => {
                let (flow, traces) = self.scan(blob, true, Some(base));
                (flow, traces.map(|traces| Arc::new(traces) as Memory))
            }
            Held::Back(flow) => (flow, None),
        }
    }

    fn link(&self, origin: &Origin, target: &[u8]) {
        names::look_at_link(self, origin, target);
    }

    fn skipped(&self, origin: &Origin, why: Skip) {
        if let (Some(cache), Some((id, GitPart::Blob))) = (self.cache, origin.git()) {
            cache.forget(id.as_bytes());
        }
        self.tallies.speaks(origin);
        let mut worker = self.worker();
        worker.skips.push((origin.clone(), why));
        self.done(worker);
    }

    fn stopped(&self) -> bool {
        self.control.stopped() || self.is_late()
    }
}

impl Sink<'_> {
    /// Scans a window of what is no container.
    pub(crate) fn window(&self, blob: Blob<'_>) -> ControlFlow<()> {
        self.scan(blob, true, None).0
    }

    /// Scans a window of a part of a container, which says nothing of the whole.
    pub(crate) fn part(&self, blob: Blob<'_>) -> ControlFlow<()> {
        self.scan(blob, false, None).0
    }

    /// Scans a name, which counts as no object.
    pub(crate) fn name(&self, name: Blob<'_>) {
        let mut worker = self.worker();
        let origin = name.origin;
        let look = || settle(Object::default().window(&self.rules, &name, &mut worker.scratch));
        match catch_unwind(AssertUnwindSafe(look)) {
            Ok(mut seen) => {
                self.tally(origin, (0, false), &seen);
                worker.sightings.append(&mut seen);
            }
            Err(_) => self.broke(&mut worker, origin),
        }
        self.done(worker);
    }

    /// Notes an object of a repository in which nothing is to be reported.
    fn note_known(&self, cache: &Cache, origin: &Origin, known: Known) {
        match origin {
            Origin::Git { id, part: GitPart::Blob, path } => {
                let class = path.as_ref().map_or(0, |name| self.rules.name_class(name));
                cache.add(id.as_bytes(), class, known);
            }
            Origin::Git { id, part, .. } if is_text(*part) => {
                cache.add_part(id.as_bytes(), class_of_part(*part), known)
            }
            _ => {}
        }
    }

    /// Hears that a container was looked at as a whole.
    pub(crate) fn contained(&self, origin: &Origin) {
        let (Some(cache), Origin::Git { id, part: GitPart::Blob, path }) = (self.cache, origin) else {
            return;
        };
        let tally = self.tallies.silent_container(*id).filter(|_| !self.stopped());
        // What is in it may be called after it, and names of one class differ.
        if let (Some(tally), None) = (tally, path) {
            let known = Known { objects: tally.objects, size: tally.bytes, below: tally.below };
            cache.add(id.as_bytes(), 0, known);
        }
    }

    /// One object that breaks the engine is one gap, not the end of the run.
    fn broke(&self, worker: &mut Worker, origin: &Origin) {
        worker.scratch = Scratch::new(self.rules.engine);
        let why = Skip::new(SkipReason::Internal, "keysieve failed on this object; please report it");
        self.tallies.speaks(origin);
        worker.skips.push((origin.clone(), why));
    }

    fn tally(&self, origin: &Origin, bytes: (usize, bool), seen: &[Sighting]) {
        if self.cache.is_some() {
            self.tallies.scanned(&self.rules, origin, bytes, seen);
        }
    }

    /// Scans a window, of a whole object or of a part of a container; or an object that has one, as a version, of another one if there is a base.
    fn scan(
        &self,
        blob: Blob<'_>,
        whole: bool,
        version: Option<Option<Base<'_>>>,
    ) -> (ControlFlow<()>, Option<Traces>) {
        if self.stopped() {
            return (ControlFlow::Break(()), None);
        }
        let mut traces = None;
        let mut worker = self.worker();
        let (bytes, last, origin) = (blob.bytes.len(), blob.last, blob.origin);
        let size = match origin.git() {
            // A piece of a commit or a tag does not begin where that begins.
            Some((_, part)) if is_text(part) => bytes as u64,
            _ => blob.offset + bytes as u64,
        };
        let seen = catch_unwind(AssertUnwindSafe(|| {
            if let Some(base) = version {
                let (seen, left) = Object::default().version(&self.rules, &blob, base, &mut worker.scratch);
                traces = left;
                seen
            } else if blob.last && blob.carry.is_empty() {
                Object::default().window(&self.rules, &blob, &mut worker.scratch)
            } else {
                let mut object = std::mem::take(blob.carry.get_or_default::<Object>());
                let seen = object.window(&self.rules, &blob, &mut worker.scratch);
                *blob.carry.get_or_default::<Object>() = object;
                seen
            }
        }));
        match seen {
            Ok(seen) => {
                let mut seen = settle(seen);
                let mut below = Below::default();
                if let (true, Origin::Git { part: GitPart::Blob, .. }) = (whole, origin) {
                    number(&mut seen);
                    below = Below::take(&self.rules, &mut seen);
                    worker.below.add(below);
                }
                if let (Some(cache), true, true) = (self.cache, whole && last, seen.is_empty()) {
                    self.note_known(cache, origin, Known { objects: 1, size, below });
                }
                if !whole || origin.git().is_none() {
                    self.tally(origin, (bytes, last), &seen);
                }
                worker.sightings.append(&mut seen);
                self.control.scanned(bytes, last);
            }
            Err(_) => self.broke(&mut worker, origin),
        }
        self.done(worker);
        let flow = if self.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        (flow, traces)
    }
}

/// Whether a part is one of a commit or a tag.
fn is_text(part: GitPart) -> bool {
    matches!(part, GitPart::CommitMessage | GitPart::CommitHeader | GitPart::TagMessage | GitPart::TagHeader)
}

/// The class under which parts of commits and tags are known; those of names are hashes.
fn class_of_part(part: GitPart) -> u64 {
    part as u64 + 1
}
