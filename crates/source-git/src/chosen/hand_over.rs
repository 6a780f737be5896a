//! What of the chosen part goes to the sink.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use keysieve_finding::{GitPart, ObjectId, Origin, Skip, SkipReason};
use keysieve_source::{Blob, BlobSink, Carry};

use super::source::ChosenSource;
use super::step::{Path, Step};
use crate::object::Kind;
use crate::objects::{Lost, Reader};
use crate::text::Text;
use crate::threads;

/// Hands over what was chosen.
pub(super) struct HandOver<'a> {
    source: &'a ChosenSource,
    steps: &'a [Step],
    sink: &'a dyn BlobSink,
    missing: Mutex<BTreeSet<ObjectId>>,
}

impl<'a> HandOver<'a> {
    pub(super) fn new(source: &'a ChosenSource, steps: &'a [Step], sink: &'a dyn BlobSink) -> Self {
        Self { source, steps, sink, missing: Mutex::default() }
    }

    /// Hands everything over, and names what was lost before.
    pub(super) fn run(&self, threads: NonZeroUsize, lost: Vec<(ObjectId, Lost)>) {
        let mut named = BTreeSet::new();
        for (id, why) in lost.iter().chain(&self.source.chosen().lost) {
            if named.insert(*id) {
                self.lost(&Origin::Git { id: *id, part: GitPart::FileName, path: None }, *id, why);
            }
        }
        // Whether the sink has had enough is its own business.
        let _ = self.everything(threads);
        self.conclude();
    }

    fn everything(&self, threads: NonZeroUsize) -> ControlFlow<()> {
        self.texts()?;
        self.names()?;
        self.blobs(threads)
    }

    fn lost(&self, origin: &Origin, id: ObjectId, why: &Lost) {
        if *why == Lost::Missing {
            self.missing.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        } else {
            self.sink.skipped(origin, why.skip());
        }
    }

    /// What commits and tags say, and who made them; the names of references that are new.
    fn texts(&self) -> ControlFlow<()> {
        let Some(found) = self.source.found() else { return ControlFlow::Continue(()) };
        for tip in found.tips.iter().filter(|tip| tip.is_new) {
            let Some(name) = &tip.name else { continue };
            let path = Some(Arc::from(format!(".git/{name}").into_bytes()));
            self.piece(&Origin::Git { id: tip.id, part: GitPart::RefName, path }, name.as_bytes(), 0, 1)?;
        }
        let mut reader = Reader::new(&self.source.objects);
        let tags = found.tags.iter().map(|id| (*id, GitPart::TagHeader, GitPart::TagMessage));
        let commits = found.commits.all.iter();
        let commits = commits.map(|commit| (commit.id, GitPart::CommitHeader, GitPart::CommitMessage));
        for (id, header, message) in tags.chain(commits) {
            let origin = |part| Origin::Git { id, part, path: None };
            let loaded = match reader.load(id) {
                Ok(loaded) => loaded,
                Err(why) => {
                    self.lost(&origin(header), id, &why);
                    continue;
                }
            };
            let text = Text::of(&loaded.bytes);
            let (people, at, line) = text.people();
            self.piece(&origin(header), people, at, line)?;
            let (said, at) = text.message();
            if !said.is_empty() {
                self.piece(&origin(message), said, at, 1)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The names of files and directories that are new.
    fn names(&self) -> ControlFlow<()> {
        let mut known: BTreeSet<&Path> = BTreeSet::new();
        for (path, id) in self.steps.iter().flat_map(|step| &step.names) {
            if known.insert(path) {
                let name = last(path);
                let origin = Origin::Git { id: *id, part: GitPart::FileName, path: Some(Arc::clone(path)) };
                self.piece(&origin, name, 0, 1)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The objects that are handed over, each with what it is called.
    fn objects(&self) -> Vec<(ObjectId, Origin)> {
        let mut objects: BTreeMap<ObjectId, BTreeSet<Origin>> = BTreeMap::new();
        let staged = self.source.found().is_none();
        let others = self.source.found().into_iter().flat_map(|found| &found.others);
        for (id, _) in others.filter(|(_, kind)| *kind == Kind::Blob) {
            let origin = Origin::Git { id: *id, part: GitPart::Blob, path: None };
            objects.entry(*id).or_default().insert(origin);
        }
        // One name of each class stands for all of them.
        let mut classes: BTreeMap<&[u8], u64> = BTreeMap::new();
        let mut names: BTreeMap<u64, &[u8]> = BTreeMap::new();
        for change in self.steps.iter().flat_map(|step| &step.changes) {
            let (id, name) = (change.blob, last(&change.path));
            let origin = if staged {
                Origin::File { path: Arc::clone(&change.path) }
            } else {
                let class = *classes.entry(name).or_insert_with(|| self.sink.name_class(name));
                let name = (class != 0).then(|| Arc::from(*names.entry(class).or_insert(name)));
                Origin::Git { id, part: GitPart::Blob, path: name }
            };
            objects.entry(id).or_default().insert(origin);
        }
        let mut all: Vec<(ObjectId, Origin)> = Vec::new();
        for (id, origins) in objects {
            // With a name that makes a difference it need not be looked at without one.
            let named = origins.iter().any(|origin| !matches!(origin, Origin::Git { path: None, .. }));
            let origins = origins
                .into_iter()
                .filter(|origin| !named || !matches!(origin, Origin::Git { path: None, .. }));
            all.extend(origins.map(|origin| (id, origin)));
        }
        // What stands on the same objects is read together.
        all.sort_by_cached_key(|(id, _)| self.source.objects.place(*id));
        all
    }

    fn blobs(&self, threads: NonZeroUsize) -> ControlFlow<()> {
        /// How many objects a thread takes at once.
        const FEW: usize = 32;
        let objects = self.objects();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut reader = Reader::new(&self.source.objects);
            loop {
                let first = next.fetch_add(FEW, Ordering::Relaxed);
                if first >= objects.len() {
                    return ControlFlow::Continue(());
                }
                for (id, origin) in &objects[first..(first + FEW).min(objects.len())] {
                    if self.sink.stopped() {
                        return ControlFlow::Break(());
                    }
                    self.blob(&mut reader, *id, origin)?;
                }
            }
        };
        let threads = threads.get().min(objects.len().div_ceil(FEW)).max(1);
        let flows = threads::each(threads, work);
        flows.into_iter().find(ControlFlow::is_break).unwrap_or(ControlFlow::Continue(()))
    }

    fn blob(&self, reader: &mut Reader<'_>, id: ObjectId, origin: &Origin) -> ControlFlow<()> {
        let mut carry = Carry::new();
        let (mut line, mut at, mut ended) = (1, 0, false);
        let done = reader.blob(id, &mut |bytes, offset, last| {
            let flow = self.sink.blob(Blob { origin, bytes, offset, line, last, carry: &mut carry });
            line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            (at, ended) = (offset + bytes.len() as u64, last);
            flow
        });
        done.unwrap_or_else(|why| {
            self.lost(origin, id, &why);
            if at > 0 && !ended {
                let rest = Blob { origin, bytes: &[], offset: at, line, last: true, carry: &mut carry };
                return self.sink.blob(rest);
            }
            ControlFlow::Continue(())
        })
    }

    fn piece(&self, origin: &Origin, bytes: &[u8], offset: usize, line: u64) -> ControlFlow<()> {
        let mut carry = Carry::new();
        self.sink.blob(Blob { origin, bytes, offset: offset as u64, line, last: true, carry: &mut carry })
    }

    /// Says in the end what is missing and what was not looked at.
    fn conclude(&self) {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = missing.first() {
            let why = match missing.len() {
                1 => format!("object {first} is named and is not there"),
                many => format!(
                    "{many} objects are named and are not there, {first} among them: the clone is partial or damaged"
                ),
            };
            self.sink.skipped(&Origin::file(b".git/objects"), Skip::new(SkipReason::Missing, why));
            for (name, why) in &self.source.objects.troubles {
                self.sink.skipped(&Origin::file(name), why.clone());
            }
        }
        if let cut @ 1.. = self.source.chosen().cut.len() {
            let why = format!(
                "the clone is shallow: the history of {cut} of the commits is not there; get it with: git fetch --unshallow"
            );
            self.sink.skipped(&Origin::file(b".git/shallow"), Skip::new(SkipReason::Missing, why));
        }
        let submodules: BTreeSet<&Path> = self.steps.iter().flat_map(|step| &step.submodules).collect();
        for name in submodules {
            let why = "a submodule is a repository of its own; scan it by itself";
            self.sink.skipped(&Origin::file(name), Skip::new(SkipReason::Submodule, why));
        }
    }
}

/// The last part of a path.
pub(super) fn last(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..])
}
