//! What of each object goes to the sink.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use keysieve_finding::{GitPart, ObjectId, Origin, Skip, SkipReason};
use keysieve_source::{Base, Blob, BlobSink, Carry, ContentId};

use crate::attribution::{Notes, Noting, Record, Wanted, memories_of_tree, of_tree};
use crate::called::Called;
use crate::names::{Names, Recent};
use crate::object::{Kind, Object};
use crate::quick_hash::Keys;
use crate::store::Store;
use crate::text::Text;
use crate::tree::{Entry, EntryKind};
use crate::visit::{Memories, Name, Visit, Window};

/// Hands objects over to a sink, and notes what they name that is not there.
pub(crate) struct HandOver<'a> {
    pub(crate) sink: &'a dyn BlobSink,
    pub(crate) store: &'a Store,
    pub(crate) hash_length: usize,
    /// Commits whose parents were left out when the repository was cloned.
    pub(crate) shallow: BTreeSet<ObjectId>,
    /// Whether nothing is said of what blobs have from each other.
    pub(crate) apart: bool,
    /// Whether it is the blobs' turn; trees come first, because they name blobs.
    blobs: bool,
    names: Names,
    /// What blobs are called, where that makes a difference to the sink.
    called: Called,
    /// What directories are called, in small letters.
    directories: Mutex<HashSet<Vec<u8>>>,
    missing: Mutex<BTreeSet<ObjectId>>,
    /// What could not be looked at: of a loose object that cannot be read the kind is not known, so that it comes both
    /// times.
    lost: Mutex<BTreeSet<ObjectId>>,
    submodules: Mutex<BTreeSet<Vec<u8>>>,
    noting: Noting,
}

/// What a thread needs of its own.
pub(crate) struct Local {
    notes: Notes,
    rest: Rest,
}

/// What it needs besides what it notes.
struct Rest {
    recent: Recent,
    /// Of the large object that is on its way.
    carry: Carry,
    line: u64,
    /// Numbers of names that were asked for.
    numbers: HashMap<Box<[u8]>, u32, Keys>,
    /// What directories are called.
    directories: HashSet<Box<[u8]>, Keys>,
    /// Blobs that are named, and of which it is not yet known whether they are there.
    named: Vec<ObjectId>,
}

/// How many named blobs are looked for at once.
const NAMED: usize = 1 << 10;

/// How many objects that are not known to be clean are looked for in trees before it is known in which of them something
/// is.
const SUSPECTS: usize = 1 << 16;

/// Of how many names it is remembered which numbers they have.
const REMEMBERED: usize = 1 << 15;

impl Rest {
    /// The number of a name; 0 if the name makes no difference.
    fn number(&mut self, called: &Called, sink: &dyn BlobSink, name: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        if self.numbers.len() >= REMEMBERED {
            self.numbers.clear();
        }
        let number = if sink.name_class(name) == 0 { 0 } else { called.number(name) };
        self.numbers.insert(name.into(), number);
        number
    }
}

impl<'a> HandOver<'a> {
    pub(crate) fn new(
        sink: &'a dyn BlobSink,
        store: &'a Store,
        hash_length: usize,
        shallow: BTreeSet<ObjectId>,
    ) -> Self {
        Self {
            sink,
            store,
            hash_length,
            shallow,
            apart: false,
            blobs: false,
            names: Names::new(),
            called: Called::default(),
            directories: Mutex::default(),
            missing: Mutex::default(),
            lost: Mutex::default(),
            submodules: Mutex::default(),
            noting: Noting::new(store, None),
        }
    }

    /// Hands over everything. Says what was noted of commits, tags and trees, if they were all read.
    pub(crate) fn run(&mut self, threads: NonZeroUsize) -> Option<Record> {
        self.noting.wanted = suspects(self.sink, self.store, threads);
        let mut locals = self.store.walk(threads, self);
        locals.iter_mut().for_each(|local| self.expect_all(&mut local.rest.named));
        let notes = locals.into_iter().map(|local| local.notes).collect();
        let noting = std::mem::replace(&mut self.noting, Noting::new(self.store, None));
        let record = (!self.sink.stopped()).then_some(Record { notes, noting });
        self.blobs = true;
        self.sink.directories(self.directories.get_mut().unwrap_or_else(PoisonError::into_inner));
        self.called.settle(self.store.len(), |name| self.sink.name_class(name));
        if !self.sink.stopped() {
            self.store.walk(threads, self);
        }
        record
    }

    /// A blob comes once, unless it has names of several classes: then once with one of each.
    fn blob(&self, object: &Object<'_>, base: &Memories) -> (ControlFlow<()>, Memories) {
        let mut memories = Memories::new();
        if !self.called.is_called(object.number) {
            let flow = self.named_blob(object, (0, None), base, &mut memories);
            return (flow, memories);
        }
        let mut names = self.called.names(object.number);
        let flow = names.try_for_each(|name| self.named_blob(object, name, base, &mut memories));
        (flow, memories)
    }

    /// A blob with a name of a class, which has a number.
    fn named_blob(
        &self,
        object: &Object<'_>,
        (class, path): (u32, Option<Arc<[u8]>>),
        base: &Memories,
        memories: &mut Memories,
    ) -> ControlFlow<()> {
        let origin = Origin::Git { id: object.id, part: GitPart::Blob, path };
        let mut known = base.iter().filter(|_| !self.apart);
        let memory = known.find(|(other, _)| *other == class).map(|(_, memory)| memory);
        let base = memory.zip(object.copied).map(|(memory, copied)| Base { memory, copied });
        let mut carry = Carry::new();
        let (bytes, carry) = (object.bytes, &mut carry);
        let blob = Blob { origin: &origin, bytes, offset: 0, line: 1, last: true, carry };
        let (flow, memory) = self.sink.version(blob, base);
        memories.extend(memory.map(|memory| (class, memory)));
        flow
    }

    /// Hands over something that is one window.
    fn piece(&self, origin: &Origin, bytes: &[u8], offset: usize, line: u64) -> ControlFlow<()> {
        let mut carry = Carry::new();
        self.sink.blob(Blob { origin, bytes, offset: offset as u64, line, last: true, carry: &mut carry })
    }

    fn text(&self, object: &Object<'_>, header: GitPart, message: GitPart) -> ControlFlow<()> {
        let text = Text::of(object.bytes);
        let piece = |part, bytes: &[u8], at, line| {
            if !self.sink.wants_part(ContentId(object.id.as_bytes()), part) {
                return ControlFlow::Continue(());
            }
            self.piece(&Origin::Git { id: object.id, part, path: None }, bytes, at, line)
        };
        let (people, at, line) = text.people();
        piece(header, people, at, line)?;
        let (said, at) = text.message();
        if said.is_empty() { ControlFlow::Continue(()) } else { piece(message, said, at, 1) }
    }

    fn tree(&self, local: &mut Local, object: &Object<'_>, base: &Memories) -> (ControlFlow<()>, Memories) {
        let Local { notes, rest } = local;
        let base = of_tree(base).filter(|_| !self.apart);
        let fresh = |entry: &Entry<'_>, tree: Option<u32>| self.fresh_entry(rest, object.id, entry, tree);
        let memory = match self.noting.tree((self.store, self.hash_length), notes, object, base, fresh) {
            ControlFlow::Continue(memory) => memory,
            ControlFlow::Break(()) => return (ControlFlow::Break(()), Memories::new()),
        };
        if rest.named.len() >= NAMED {
            self.expect_all(&mut rest.named);
        }
        if memory.is_none() {
            let why =
                Skip::new(SkipReason::Unreadable, "the tree is broken; what it still leads to is not known");
            self.skipped(Name::Object(object.id), why);
        }
        (ControlFlow::Continue(()), memories_of_tree(memory.filter(|_| object.is_base)))
    }

    /// An entry that was not looked at in the tree that it comes from.
    fn fresh_entry(
        &self,
        rest: &mut Rest,
        id: ObjectId,
        entry: &Entry<'_>,
        tree: Option<u32>,
    ) -> ControlFlow<()> {
        match entry.kind {
            EntryKind::Submodule => {
                lock(&self.submodules).insert(entry.name.to_vec());
            }
            EntryKind::Tree => {
                if tree.is_none() {
                    self.expect(ObjectId::from_bytes(entry.id));
                }
                if !rest.directories.contains(entry.name) {
                    rest.directories.insert(entry.name.into());
                    lock(&self.directories).insert(entry.name.to_ascii_lowercase());
                }
            }
            EntryKind::Blob => {
                let number = rest.number(&self.called, self.sink, entry.name);
                let blob = ObjectId::from_bytes(entry.id);
                if number == 0 {
                    rest.named.extend(blob);
                } else if let Some(blob) = self.expect(blob) {
                    self.called.note(blob, number);
                }
            }
        }
        if self.names.is_new(entry.name, &mut rest.recent) {
            let path = Some(Arc::from(entry.name));
            let origin = Origin::Git { id, part: GitPart::FileName, path };
            self.piece(&origin, entry.name, 0, 1)?;
        }
        ControlFlow::Continue(())
    }

    /// The number of an object that is named; notes if it is not there.
    pub(crate) fn expect(&self, id: Option<ObjectId>) -> Option<u32> {
        let number = self.store.number(id?.as_bytes());
        if let (Some(id), None) = (id, number) {
            lock(&self.missing).insert(id);
        }
        number
    }

    /// Notes which of some objects are not there.
    fn expect_all(&self, named: &mut Vec<ObjectId>) {
        self.store.missing(named, |id| _ = lock(&self.missing).insert(id));
        named.clear();
    }

    fn commit(&self, notes: &mut Notes, object: &Object<'_>) {
        let text = Text::of(object.bytes);
        let tree = self.expect(text.named(b"tree").next());
        let is_cut = self.shallow.contains(&object.id);
        let parents = text.named(b"parent").filter_map(|parent| match is_cut {
            true => self.store.number(parent.as_bytes()),
            false => self.expect(Some(parent)),
        });
        notes.commit(object.number, tree, parents, text.author_date());
    }

    /// Says in the end what is missing.
    pub(crate) fn conclude(&self) {
        let missing = lock(&self.missing);
        if let Some(first) = missing.first() {
            let detail = match missing.len() {
                1 => format!("object {first} is named and is not there"),
                many => format!(
                    "{many} objects are named and are not there, {first} among them: the clone is partial or damaged"
                ),
            };
            self.skipped(Name::File(b".git/objects"), Skip::new(SkipReason::Missing, detail));
        }
        if !self.shallow.is_empty() {
            let commits = if self.shallow.len() == 1 { "commit" } else { "commits" };
            let detail = format!(
                "the clone is shallow: what lies before {} {commits} is not there; `git fetch --unshallow` brings it",
                self.shallow.len()
            );
            self.skipped(Name::File(b".git/shallow"), Skip::new(SkipReason::Missing, detail));
        }
        for name in lock(&self.submodules).iter() {
            let why = "a submodule is a repository of its own; scan it by itself";
            self.sink.skipped(&Origin::file(name), Skip::new(SkipReason::Submodule, why));
        }
    }
}

/// The objects that are not known to hold nothing: what is found is found in them. None if they are most.
fn suspects(sink: &dyn BlobSink, store: &Store, threads: NonZeroUsize) -> Option<Wanted> {
    if !sink.knows_contents() {
        return None;
    }
    let count = AtomicUsize::new(0);
    let look = |suspects: &mut Wanted, id: ObjectId, number| {
        if !sink.is_known(ContentId(id.as_bytes())) {
            suspects.add(id, number);
            if count.fetch_add(1, Ordering::Relaxed) > SUSPECTS {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    };
    let (flow, all) = store.blobs(threads, || Wanted::nothing(store), look);
    let all = all.into_iter().reduce(Wanted::join);
    all.filter(|_| flow.is_continue())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Visit for HandOver<'_> {
    type Local = Local;

    fn local(&self) -> Local {
        let rest = Rest {
            recent: Recent::new(),
            carry: Carry::new(),
            line: 1,
            numbers: HashMap::default(),
            directories: HashSet::default(),
            named: Vec::new(),
        };
        Local { notes: Notes::default(), rest }
    }

    fn wants(&self, kind: Kind) -> bool {
        (kind == Kind::Blob) == self.blobs
    }

    fn chooses(&self) -> bool {
        self.blobs && self.sink.knows_contents()
    }

    fn wants_blob(&self, id: ObjectId, number: u32) -> bool {
        if self.called.is_called(number) {
            return self.called.choose(number, |class| self.sink.wants_as(ContentId(id.as_bytes()), class));
        }
        self.sink.wants(ContentId(id.as_bytes()))
    }

    fn object(&self, local: &mut Local, object: &Object<'_>) -> ControlFlow<()> {
        match object.kind {
            Kind::Blob => self.blob(object, &Memories::new()).0,
            Kind::Tree => self.tree(local, object, &Memories::new()).0,
            Kind::Commit => {
                self.commit(&mut local.notes, object);
                self.text(object, GitPart::CommitHeader, GitPart::CommitMessage)
            }
            Kind::Tag => {
                let about = Text::of(object.bytes).named(b"object").next();
                self.expect(about);
                local.notes.tags.extend(about.map(|about| (object.id, about)));
                self.text(object, GitPart::TagHeader, GitPart::TagMessage)
            }
        }
    }

    fn version(
        &self,
        local: &mut Local,
        object: &Object<'_>,
        base: &Memories,
    ) -> (ControlFlow<()>, Memories) {
        match object.kind {
            Kind::Tree => self.tree(local, object, base),
            _ => self.blob(object, base),
        }
    }

    fn window(&self, local: &mut Local, window: Window<'_>) -> ControlFlow<()> {
        let local = &mut local.rest;
        if window.offset == 0 {
            (local.carry, local.line) = (Carry::new(), 1);
        }
        let origin = Origin::Git { id: window.id, part: GitPart::Blob, path: None };
        let (bytes, line) = (window.bytes, local.line);
        local.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        let Window { offset, last, .. } = window;
        self.sink.blob(Blob { origin: &origin, bytes, offset, line, last, carry: &mut local.carry })
    }

    fn skipped(&self, name: Name<'_>, why: Skip) {
        let origin = match name {
            Name::Object(id) if !lock(&self.lost).insert(id) => return,
            Name::Object(id) => Origin::Git { id, part: GitPart::Blob, path: None },
            Name::File(path) => Origin::file(path),
        };
        self.sink.skipped(&origin, why);
    }

    fn stopped(&self) -> bool {
        self.sink.stopped()
    }
}
