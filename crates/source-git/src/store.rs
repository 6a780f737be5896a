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
use crate::numbers::{NONE, Numbers};
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
    numbers: Numbers,
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
        let (packs, mut troubles) = pack::open_all(layout);
        let packs: Vec<Opened> =
            packs.into_iter().map(|pack| Opened { forest: Forest::of(&pack), pack }).collect();
        let mut loose = Vec::new();
        for (number, directory) in (0..).zip(&layout.objects) {
            if let Err(error) = loose::list(directory, number, layout.hash_length(), &mut loose) {
                let why = Skip::new(SkipReason::Unreadable, error.to_string());
                troubles.push((b".git/objects".to_vec(), why));
            }
        }
        loose.sort_unstable();
        loose.dedup_by_key(|loose| loose.id);
        let numbers = Numbers::of(&packs);
        loose.retain(|loose| numbers.find(&packs, &[], loose.id.as_bytes()).is_none());
        let numbers = numbers.with_loose(&packs, &loose);
        Self { packs, loose, numbers, directories: layout.objects.clone(), troubles }
    }

    /// How many objects there are, those that are there more than once included: numbers are below that.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The number of an object; none if it is not there.
    pub(crate) fn number(&self, name: &[u8]) -> Option<u32> {
        self.numbers.find(&self.packs, &self.loose, name)
    }

    /// Says which of some objects are not there. The processor waits for memory mostly, for several at once.
    pub(crate) fn missing(&self, ids: &[ObjectId], mut missing: impl FnMut(ObjectId)) {
        for few in ids.chunks(32) {
            let mut likely = [NONE; 32];
            for (likely, id) in likely.iter_mut().zip(few) {
                *likely = self.numbers.likely(id.as_bytes());
            }
            let mut there = [false; 32];
            for ((there, likely), id) in there.iter_mut().zip(likely).zip(few) {
                *there = likely != NONE && self.name(likely) == id.as_bytes();
            }
            let unlikely = few.iter().zip(there).filter(|(_, there)| !there).map(|(id, _)| *id);
            unlikely.filter(|id| self.number(id.as_bytes()).is_none()).for_each(&mut missing);
        }
    }

    /// The bytes of the name of an object, by its number.
    pub(crate) fn name(&self, number: u32) -> &[u8] {
        let (pack, at) = self.numbers.place(number);
        match self.packs.get(pack) {
            Some(opened) => opened.pack.name(at),
            None => self.loose[at as usize].id.as_bytes(),
        }
    }

    /// The name of an object, by its number.
    pub(crate) fn id(&self, number: u32) -> ObjectId {
        ObjectId::from_bytes(self.name(number))
            .expect("20 or 32 bytes, because the index was opened for such names")
    }

    /// The name and the number of an entry of a pack, unless the same object is in an earlier pack.
    pub(crate) fn owned(&self, pack: u32, entry: u32) -> Option<(ObjectId, u32)> {
        let opened = &self.packs[pack as usize];
        let at = opened.forest.name(entry);
        let (id, number) = (opened.pack.id(at), self.numbers.packed(pack, at));
        (pack == 0 || self.number(id.as_bytes()) == Some(number)).then_some((id, number))
    }

    /// Says of every object that is or may be a blob its name and its number, on so many threads, each of which notes
    /// something; until one has enough.
    pub(crate) fn blobs<T: Send>(
        &self,
        threads: NonZeroUsize,
        local: impl Fn() -> T + Sync,
        look: impl Fn(&mut T, ObjectId, u32) -> ControlFlow<()> + Sync,
    ) -> (ControlFlow<()>, Vec<T>) {
        let roots: Vec<(u32, u32)> = (0..)
            .zip(&self.packs)
            .flat_map(|(pack, opened)| {
                let roots = opened.forest.roots.iter().filter(|(_, kind, _)| *kind == Kind::Blob);
                roots.map(move |(root, ..)| (pack, *root))
            })
            .collect();
        let (next, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
        let below = |noted: &mut T, (pack, root): (u32, u32)| {
            let forest = &self.packs[pack as usize].forest;
            let mut waiting = vec![root];
            while let Some(entry) = waiting.pop() {
                if let Some((id, number)) = self.owned(pack, entry) {
                    look(noted, id, number)?;
                }
                waiting.extend(forest.children(entry).map(|at| forest.child(at)));
            }
            ControlFlow::Continue(())
        };
        let work = || {
            let mut noted = local();
            while let Some(root) = roots.get(next.fetch_add(1, Ordering::Relaxed)) {
                if ended.load(Ordering::Relaxed) || below(&mut noted, *root).is_break() {
                    ended.store(true, Ordering::Relaxed);
                    break;
                }
            }
            noted
        };
        let mut all = threads::each(threads.get(), work);
        // The kind of a loose object only its bytes tell.
        let mut loose = (self.numbers.first_loose()..).zip(&self.loose);
        if !ended.load(Ordering::Relaxed)
            && loose.all(|(number, loose)| look(&mut all[0], loose.id, number).is_continue())
        {
            return (ControlFlow::Continue(()), all);
        }
        (ControlFlow::Break(()), all)
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
                flow = few.into_iter().try_for_each(|at| {
                    let loose = self.loose[at];
                    let number = self.numbers.first_loose() + at as u32;
                    let directory = &self.directories[loose.directory as usize];
                    loose::look(&mut walker, visit, directory, (loose.id, number), &mut buffers)?;
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
