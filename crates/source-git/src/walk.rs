//! The walk over packs, from the roots of their forests to the leaves.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use keysieve_finding::{ObjectId, Skip, SkipReason};
use keysieve_source::Copied;

use crate::apply::{self, Broken};
use crate::inflater::{Buffer, Inflater};
use crate::object::{Kind, Object};
use crate::pack::Stored;
use crate::plan::Plan;
use crate::store::Store;
use crate::visit::{Memories, Name, Visit, Window};

/// Blobs that no other object stands on and that are larger than this are handed over in windows and never held.
pub(crate) const LARGE: u64 = 32 << 20;

/// The largest object that is held, because others stand on it or because it stands on another. git itself makes no
/// deltas of objects above 512 MiB.
pub(crate) const LARGEST: u64 = 1 << 30;

/// Buffers above this size are not kept for later.
const POOLED: usize = 1 << 20;

/// How many buffers a thread keeps for later.
const POOL: usize = 4;

/// An object that others are made of.
pub(crate) struct Base {
    buffer: Buffer,
    /// What is remembered of it, if it is a blob or a tree.
    memories: Memories,
}

/// An object whose children are still to be looked at.
pub(crate) struct Frame {
    pub(crate) pack: u32,
    pub(crate) kind: Kind,
    pub(crate) base: Arc<Base>,
    /// Where the children stand among all of the forest.
    pub(crate) next: u32,
    pub(crate) end: u32,
}

impl Frame {
    /// Takes the later half of the children, for another thread.
    pub(crate) fn split(&mut self) -> Option<Self> {
        let half = (self.end - self.next) / 2;
        if half == 0 {
            return None;
        }
        let end = self.end;
        self.end -= half;
        let base = Arc::clone(&self.base);
        Some(Self { pack: self.pack, kind: self.kind, base, next: self.end, end })
    }
}

/// How many bytes may still be made of a store: what deltas blow up to is limited by what there is on disk.
pub(crate) struct Budget(AtomicU64);

impl Budget {
    /// 64 GiB, and 20,000 bytes for each that is stored.
    pub(crate) fn of(stored: u64) -> Self {
        Self(AtomicU64::new((64_u64 << 30).saturating_add(stored.saturating_mul(20_000))))
    }

    pub(crate) fn take(&self, bytes: u64) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }
}

/// One thread on its way through the packs.
pub(crate) struct Walker<'a, V: Visit> {
    store: &'a Store,
    visit: &'a V,
    budget: &'a Budget,
    /// What is needed, if not everything.
    plan: Option<&'a Plan>,
    pub(crate) local: V::Local,
    inflater: Inflater,
    delta: Buffer,
    pool: Vec<Buffer>,
    copied: Vec<Copied>,
    stack: Vec<Frame>,
}

/// Why an object and all that stands on it cannot be looked at.
enum Trouble {
    Broken(Broken),
    Limit(&'static str),
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

impl Trouble {
    fn skip(&self) -> Skip {
        match self {
            Self::Broken(Broken(why)) => Skip::new(SkipReason::Unreadable, *why),
            Self::Limit(why) => Skip::new(SkipReason::Limit, *why),
        }
    }
}

impl<'a, V: Visit> Walker<'a, V> {
    pub(crate) fn new(store: &'a Store, visit: &'a V, budget: &'a Budget, plan: Option<&'a Plan>) -> Self {
        Self {
            store,
            visit,
            budget,
            plan,
            local: visit.local(),
            inflater: Inflater::new(),
            delta: Buffer::default(),
            pool: Vec::new(),
            copied: Vec::new(),
            stack: Vec::new(),
        }
    }

    pub(crate) fn inflater(&mut self) -> &mut Inflater {
        &mut self.inflater
    }

    /// Looks at a root and at all that stands on it. `share` is asked now and then whether to give something away.
    pub(crate) fn root(
        &mut self,
        pack: u32,
        entry: u32,
        kind: Kind,
        share: &dyn Fn(&mut Vec<Frame>),
    ) -> ControlFlow<()> {
        let opened = &self.store.packs[pack as usize];
        if let Some(plan) = self.plan {
            plan.decide(self.store, pack, entry, |id, number| self.visit.wants_blob(id, number));
            if !plan.is_made(pack, entry) {
                return if self.visit.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            }
        }
        let bytes = opened.forest.bytes(&opened.pack, entry);
        let has_children = !opened.forest.children(entry).is_empty();
        let header = match opened.pack.header(bytes) {
            Ok(header) => header,
            Err(broken) => return self.give_up(pack, entry, &broken.into()),
        };
        let stream = &bytes[header.length..];
        if header.size > LARGE && !has_children && kind == Kind::Blob {
            return self.large(pack, entry, stream, header.size);
        }
        let mut buffer = self.pool.pop().unwrap_or_default();
        if let Err(trouble) = self.inflate(stream, header.size, &mut buffer) {
            return self.give_up(pack, entry, &trouble);
        }
        let memories = self.look((pack, entry), kind, &buffer, None)?;
        self.descend((pack, entry), kind, Base { buffer, memories });
        self.run(share)
    }

    fn inflate(&mut self, stream: &[u8], size: u64, into: &mut Buffer) -> Result<(), Trouble> {
        if size > LARGEST {
            return Err(TOO_LARGE);
        }
        if !self.budget.take(size) {
            return Err(TOO_MUCH);
        }
        Ok(self.inflater.whole(stream, size, into)?)
    }

    /// Looks at what stands on the frames of another thread.
    pub(crate) fn take_over(&mut self, frame: Frame, share: &dyn Fn(&mut Vec<Frame>)) -> ControlFlow<()> {
        self.stack.push(frame);
        self.run(share)
    }

    fn run(&mut self, share: &dyn Fn(&mut Vec<Frame>)) -> ControlFlow<()> {
        while let Some(mut frame) = self.stack.pop() {
            let (pack, kind) = (frame.pack, frame.kind);
            let entry = self.store.packs[pack as usize].forest.child(frame.next);
            frame.next += 1;
            let needed = self.plan.is_none_or(|plan| plan.is_made(pack, entry));
            let base = Arc::clone(&frame.base);
            let made = needed.then(|| self.make(pack, entry, base.buffer.bytes()));
            let is_last = frame.next == frame.end;
            if is_last {
                drop(frame);
            } else {
                self.stack.push(frame);
            }
            let looked = match made {
                None => None,
                Some(Ok(buffer)) => {
                    let memories = self.look((pack, entry), kind, &buffer, Some(&base.memories))?;
                    Some(Base { buffer, memories })
                }
                Some(Err(trouble)) => {
                    self.give_up(pack, entry, &trouble)?;
                    None
                }
            };
            // The base goes before its last and heaviest child is descended into: so no thread ever holds more of them
            // than the subtree can be halved.
            if let Some(base) = Arc::into_inner(base) {
                self.release(base.buffer);
            }
            if let Some(looked) = looked {
                self.descend((pack, entry), kind, looked);
            }
            share(&mut self.stack);
        }
        ControlFlow::Continue(())
    }

    /// Applies an entry's delta to its base.
    fn make(&mut self, pack: u32, entry: u32, base: &[u8]) -> Result<Buffer, Trouble> {
        let opened = &self.store.packs[pack as usize];
        let bytes = opened.forest.bytes(&opened.pack, entry);
        let header = opened.pack.header(bytes)?;
        if matches!(header.stored, Stored::Whole(_)) {
            return Err(Broken("it is no delta").into());
        }
        if header.size > LARGEST {
            return Err(TOO_LARGE);
        }
        let mut delta = std::mem::take(&mut self.delta);
        let inflated = self.inflater.whole(&bytes[header.length..], header.size, &mut delta);
        let made = inflated.map_err(Trouble::from).and_then(|()| self.apply(delta.bytes(), base));
        self.delta = delta;
        made
    }

    fn apply(&mut self, mut delta: &[u8], base: &[u8]) -> Result<Buffer, Trouble> {
        let (of, makes) = apply::sizes(&mut delta)?;
        if of != base.len() as u64 {
            return Err(Broken("its delta is for another base").into());
        }
        if makes > LARGEST {
            return Err(TOO_LARGE);
        }
        if !self.budget.take(makes) {
            return Err(TOO_MUCH);
        }
        // A copy of 16 MiB takes two bytes of a delta; no memory is set aside for what the delta cannot make.
        if makes > (delta.len() as u64).saturating_mul(1 << 23) {
            return Err(Broken("its delta makes less than it says").into());
        }
        let mut buffer = self.pool.pop().unwrap_or_default();
        let made = buffer.room(usize::try_from(makes).map_err(|_| TOO_LARGE)?);
        match apply::apply(delta, base, made, &mut self.copied) {
            Ok(()) => Ok(buffer),
            Err(broken) => {
                self.release(buffer);
                Err(broken.into())
            }
        }
    }

    /// Looks at an object; `base` is what is remembered of the one that it was just made from.
    fn look(
        &mut self,
        (pack, entry): (u32, u32),
        kind: Kind,
        buffer: &Buffer,
        base: Option<&Memories>,
    ) -> ControlFlow<(), Memories> {
        if self.visit.stopped() {
            return ControlFlow::Break(());
        }
        let Some((id, number)) = self.looked_at(pack, entry) else {
            return ControlFlow::Continue(Memories::new());
        };
        let copied = base.is_some().then_some(self.copied.as_slice());
        let is_base = !self.store.packs[pack as usize].forest.children(entry).is_empty();
        let object = Object { id, number, kind, bytes: buffer.bytes(), copied, is_base };
        let (flow, memories) = match kind {
            Kind::Blob | Kind::Tree => {
                self.visit.version(&mut self.local, &object, base.unwrap_or(&Memories::new()))
            }
            _ => (self.visit.object(&mut self.local, &object), Memories::new()),
        };
        flow.map_continue(|()| memories)
    }

    /// The name and the number of an entry that is looked at.
    fn looked_at(&self, pack: u32, entry: u32) -> Option<(ObjectId, u32)> {
        match self.plan {
            Some(plan) if !plan.is_looked_at(pack, entry) => None,
            _ => self.store.owned(pack, entry),
        }
    }

    /// Puts an object's children on the stack, or lets go of it.
    fn descend(&mut self, (pack, entry): (u32, u32), kind: Kind, base: Base) {
        let children = self.store.packs[pack as usize].forest.children(entry);
        if children.is_empty() {
            self.release(base.buffer);
        } else {
            let (next, end) = (children.start, children.end);
            self.stack.push(Frame { pack, kind, base: Arc::new(base), next, end });
        }
    }

    fn release(&mut self, buffer: Buffer) {
        if self.pool.len() < POOL && buffer.capacity() <= POOLED {
            self.pool.push(buffer);
        }
    }

    /// Hands a large blob over in windows.
    fn large(&mut self, pack: u32, entry: u32, stream: &[u8], size: u64) -> ControlFlow<()> {
        let Some((id, _)) = self.looked_at(pack, entry) else { return ControlFlow::Continue(()) };
        self.windows(id, stream, 0, size)
    }

    /// Hands a blob over in windows, leaving out the first bytes of its stream.
    pub(crate) fn windows(&mut self, id: ObjectId, stream: &[u8], skip: usize, size: u64) -> ControlFlow<()> {
        let mut buffer = std::mem::take(&mut self.delta);
        let (visit, local) = (self.visit, &mut self.local);
        let (mut begun, mut ended, mut at) = (false, false, 0);
        let done = self.inflater.windows(stream, skip, size, &mut buffer, |bytes, offset, last| {
            (begun, ended, at) = (true, last, offset + bytes.len() as u64);
            visit.window(local, Window { id, bytes, offset, last })
        });
        self.delta = buffer;
        done.unwrap_or_else(|broken| {
            self.visit.skipped(Name::Object(id), Trouble::from(broken).skip());
            if begun && !ended {
                return self.visit.window(&mut self.local, Window { id, bytes: &[], offset: at, last: true });
            }
            ControlFlow::Continue(())
        })
    }

    /// Names an object and all that stands on it as skipped.
    fn give_up(&mut self, pack: u32, entry: u32, trouble: &Trouble) -> ControlFlow<()> {
        let opened = &self.store.packs[pack as usize];
        let above = Skip::new(trouble.skip().reason, "what it is a delta of could not be read");
        let mut waiting = vec![entry];
        while let Some(next) = waiting.pop() {
            if let Some((id, _)) = self.looked_at(pack, next) {
                let why = if next == entry { trouble.skip() } else { above.clone() };
                self.visit.skipped(Name::Object(id), why);
            }
            waiting.extend(opened.forest.children(next).map(|at| opened.forest.child(at)));
        }
        if self.visit.stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

const TOO_LARGE: Trouble = Trouble::Limit("it is larger than 1 GiB and is or has a delta");
const TOO_MUCH: Trouble = Trouble::Limit("the deltas of the repository make too much of too little");

/// Names what no root of a pack leads to.
pub(crate) fn broken<V: Visit>(store: &Store, visit: &V, pack: u32) {
    for (entry, why) in &store.packs[pack as usize].forest.broken {
        if let Some((id, _)) = store.owned(pack, *entry) {
            visit.skipped(Name::Object(id), Trouble::from(*why).skip());
        }
    }
}
