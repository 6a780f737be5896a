//! All objects of a repository.

use std::num::NonZeroUsize;
use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use keysieve_finding::{ObjectId, Skip, SkipReason};

use crate::forest::Forest;
use crate::layout::Layout;
use crate::loose::{self, Loose};
use crate::object::Kind;
use crate::pack::{self, Pack, Trouble};
use crate::plan::Plan;
use crate::threads;
use crate::visit::{Name, Visit};
use crate::walk::{self, Budget, Frame, Walker};

/// All objects of a repository: its packs and its loose objects, those of its alternates too.
pub(crate) struct Store {
    pub(crate) packs: Vec<Opened>,
    /// Sorted, each object once, and none that is in a pack.
    loose: Vec<Loose>,
    /// The directories of objects.
    directories: Vec<PathBuf>,
    /// What could not be opened, by the name that reports show.
    troubles: Vec<Trouble>,
}

/// A pack and what stands on what in it.
pub(crate) struct Opened {
    pub(crate) pack: Pack,
    pub(crate) forest: Forest,
}

/// A root of a forest: pack, entry, kind.
type Root = (u32, u32, Kind);

/// How many roots a thread takes at once.
const FEW: usize = 16;

/// Roots with more on them than this come first, so that no thread is left alone with one in the end.
const HEAVY: u32 = 512;

impl Store {
    /// Opens every pack and lists every loose object.
    pub(crate) fn open(layout: &Layout) -> Self {
        let mut store = Self {
            packs: Vec::new(),
            loose: Vec::new(),
            directories: layout.objects.clone(),
            troubles: Vec::new(),
        };
        let (packs, troubles) = pack::open_all(layout);
        store.troubles = troubles;
        store.packs.extend(packs.into_iter().map(|pack| Opened { forest: Forest::of(&pack), pack }));
        for (number, directory) in (0..).zip(&layout.objects) {
            if let Err(error) = loose::list(directory, number, layout.hash_length(), &mut store.loose) {
                store
                    .troubles
                    .push((b".git/objects".to_vec(), Skip::new(SkipReason::Unreadable, error.to_string())));
            }
        }
        store.loose.sort_unstable();
        store.loose.dedup_by_key(|loose| loose.id);
        let mut loose = std::mem::take(&mut store.loose);
        loose.retain(|loose| !store.is_packed(loose.id));
        store.loose = loose;
        store
    }

    /// Whether an object is in a pack.
    pub(crate) fn is_packed(&self, id: ObjectId) -> bool {
        self.packs.iter().any(|opened| opened.pack.find(id.as_bytes()).is_some())
    }

    /// Whether there is an object of this name.
    pub(crate) fn contains(&self, id: ObjectId) -> bool {
        self.is_packed(id) || self.loose.binary_search_by_key(&id, |loose| loose.id).is_ok()
    }

    /// The name of an entry of a pack, unless the same object is in an earlier pack.
    pub(crate) fn owned(&self, pack: u32, entry: u32) -> Option<ObjectId> {
        let opened = &self.packs[pack as usize];
        let id = opened.pack.id(opened.forest.name(entry));
        let earlier = &self.packs[..pack as usize];
        earlier.iter().all(|other| other.pack.find(id.as_bytes()).is_none()).then_some(id)
    }

    /// The names of all objects of a kind in packs, and of all loose objects, whose kind only their bytes tell.
    pub(crate) fn ids_of(&self, wanted: Kind) -> Vec<ObjectId> {
        let mut ids: Vec<ObjectId> = self.loose.iter().map(|loose| loose.id).collect();
        for opened in &self.packs {
            let roots = opened.forest.roots.iter().filter(|(_, kind, _)| *kind == wanted);
            let mut waiting: Vec<u32> = roots.map(|(entry, ..)| *entry).collect();
            while let Some(entry) = waiting.pop() {
                ids.push(opened.pack.id(opened.forest.name(entry)));
                waiting.extend(opened.forest.children(entry).map(|at| opened.forest.child(at)));
            }
        }
        ids
    }

    /// Names what could not be opened.
    pub(crate) fn name_troubles<V: Visit>(&self, visit: &V) {
        for (name, why) in &self.troubles {
            visit.skipped(Name::File(name), why.clone());
        }
        for pack in (0..).take(self.packs.len()) {
            walk::broken(self, visit, pack);
        }
    }

    /// Looks at every object of the kinds that are wanted, each once, on so many threads.
    pub(crate) fn walk<V: Visit>(&self, threads: NonZeroUsize, visit: &V) -> Vec<V::Local> {
        let stored = self.packs.iter().map(|opened| opened.pack.bytes()).sum();
        let shared = Shared {
            roots: self.roots(visit),
            next: AtomicUsize::new(0),
            next_loose: AtomicUsize::new(0),
            idle: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
            given: Mutex::new(Vec::new()),
            changed: Condvar::new(),
            threads: threads.get(),
        };
        let budget = Budget::of(stored);
        let plan = visit.chooses().then(|| Plan::of(self));
        let tools = (&shared, &budget, plan.as_ref());
        threads::each(threads.get(), || self.work(visit, tools))
    }

    fn roots<V: Visit>(&self, visit: &V) -> Vec<Root> {
        let (mut heavy, mut light) = (Vec::new(), Vec::new());
        for (pack, opened) in (0..).zip(&self.packs) {
            for &(entry, kind, weight) in opened.forest.roots.iter().filter(|(_, kind, _)| visit.wants(*kind))
            {
                if weight > HEAVY {
                    heavy.push((u32::MAX - weight, (pack, entry, kind)));
                } else {
                    light.push((pack, entry, kind));
                }
            }
        }
        heavy.sort_unstable();
        heavy.into_iter().map(|(_, root)| root).chain(light).collect()
    }

    fn work<V: Visit>(
        &self,
        visit: &V,
        (shared, budget, plan): (&Shared, &Budget, Option<&Plan>),
    ) -> V::Local {
        let mut walker = Walker::new(self, visit, budget, plan);
        // Whoever stops, by a panic too, lets the others go.
        let _leave = Leave(shared);
        let share = |stack: &mut Vec<Frame>| shared.share(stack);
        let mut flow = ControlFlow::Continue(());
        let mut buffers = Default::default();
        while flow.is_continue() {
            let few = shared.take(&shared.next, shared.roots.len());
            if !few.is_empty() {
                flow = shared.roots[few]
                    .iter()
                    .try_for_each(|&(pack, entry, kind)| walker.root(pack, entry, kind, &share));
                continue;
            }
            // Not in the condition below: the lock would be held for as long as the frame takes.
            let given = shared.given().pop();
            if let Some(frame) = given {
                flow = walker.take_over(frame, &share);
                continue;
            }
            let few = shared.take(&shared.next_loose, self.loose.len());
            if !few.is_empty() {
                flow = self.loose[few].iter().try_for_each(|&loose| {
                    let directory = &self.directories[loose.directory as usize];
                    loose::look(&mut walker, visit, directory, loose, &mut buffers)?;
                    if visit.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
                continue;
            }
            match shared.wait() {
                Some(frame) => flow = walker.take_over(frame, &share),
                None => break,
            }
        }
        if flow.is_break() {
            shared.end();
        }
        walker.local
    }
}

/// What the threads of a walk share.
struct Shared {
    roots: Vec<Root>,
    next: AtomicUsize,
    next_loose: AtomicUsize,
    /// How many threads have nothing to do.
    idle: AtomicUsize,
    ended: AtomicBool,
    /// What busy threads gave away.
    given: Mutex<Vec<Frame>>,
    changed: Condvar,
    threads: usize,
}

impl Shared {
    fn given(&self) -> MutexGuard<'_, Vec<Frame>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next few of a list.
    fn take(&self, next: &AtomicUsize, length: usize) -> Range<usize> {
        if self.ended.load(Ordering::Relaxed) || next.load(Ordering::Relaxed) >= length {
            return 0..0;
        }
        // Roots that much stands on come first, and are taken one by one.
        let few = if next.load(Ordering::Relaxed) < 64 { 1 } else { FEW };
        let first = next.fetch_add(few, Ordering::Relaxed).min(length);
        first..(first + few).min(length)
    }

    /// Gives part of a thread's work to one that has none: the lowest frame, which has the most on it.
    fn share(&self, stack: &mut Vec<Frame>) {
        if self.idle.load(Ordering::Relaxed) == 0 {
            return;
        }
        let frame = match stack.as_mut_slice() {
            [] => None,
            [only] => only.split(),
            _ => Some(stack.remove(0)),
        };
        if let Some(frame) = frame {
            self.given().push(frame);
            self.changed.notify_one();
        }
    }

    /// Waits for work of another thread; none when there is nothing left to wait for.
    fn wait(&self) -> Option<Frame> {
        let mut given = self.given();
        self.idle.fetch_add(1, Ordering::Relaxed);
        loop {
            if let Some(frame) = given.pop() {
                self.idle.fetch_sub(1, Ordering::Relaxed);
                return Some(frame);
            }
            if self.ended.load(Ordering::Relaxed) || self.idle.load(Ordering::Relaxed) == self.threads {
                self.ended.store(true, Ordering::Relaxed);
                self.changed.notify_all();
                return None;
            }
            given = self.changed.wait(given).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self) {
        let _given = self.given();
        self.ended.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }
}

/// A thread of the walk; a panic ends the walk for all.
struct Leave<'a>(&'a Shared);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end();
        }
    }
}
