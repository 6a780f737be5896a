//! A fast stream is cut into blocks of whole lines, which several threads search before their turn comes.
//!
//! What was found ahead is what would be found in turn: a block holds what went before it to look back on, and it is only
//! used if all before it has gone out when its turn comes.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use crate::Hit;
use crate::detect::{Detect, EngineDetector, Rules};
use crate::find::BACK;
use crate::redactor::KEPT;

/// So much comes at once of a stream that is fast; searching it takes ten times as long as handing it on.
const LEAST: usize = 64 * 1024;

/// After so many bytes of a line without its end it is no longer kept for a block.
const LONGEST: usize = 1 << 20;

/// So many blocks are not searched ahead after one of which it was of no use.
const REST: usize = 16;

/// What came of a stream.
#[derive(Debug)]
pub enum Piece {
    /// A few bytes.
    Bytes(Vec<u8>),
    /// Whole lines.
    Block(Block),
}

/// Some whole lines of a stream, with what goes before and behind them.
pub struct Block {
    /// Where in the stream the buffer begins.
    pub(crate) base: u64,
    pub(crate) buffer: Vec<u8>,
    /// Where the first line begins that is not out yet.
    pub(crate) from: usize,
    /// Where the last line ends.
    pub(crate) end: usize,
    /// Where the bytes begin that are in no piece before.
    pub(crate) fresh: usize,
    pub(crate) hits: Option<Found>,
}

/// What was found in a block, by which rules.
pub(crate) struct Found {
    pub(crate) rules: Arc<Rules>,
    pub(crate) hits: Vec<Hit>,
    vain: Arc<AtomicUsize>,
}

impl Found {
    /// Says that it was of no use: what went before is held back, such as the records of a line that goes on.
    pub(crate) fn in_vain(&self) {
        self.vain.store(REST, Ordering::Relaxed);
    }
}

impl fmt::Debug for Block {
    /// Nothing of the stream.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("base", &self.base)
            .field("length", &self.buffer.len())
            .finish_non_exhaustive()
    }
}

/// Cuts a stream into pieces as it is read.
#[derive(Debug)]
pub struct Pieces {
    base: u64,
    buffer: Vec<u8>,
    /// Where in the buffer the line begins that has not ended; none, if it began before it.
    line: Option<usize>,
    /// Up to where the buffer was handed out.
    fresh: usize,
    least: usize,
}

impl Default for Pieces {
    fn default() -> Self {
        Self::at_least(LEAST)
    }
}

impl Pieces {
    /// Of a stream of which so many bytes at once make a block.
    #[must_use]
    pub fn at_least(bytes: usize) -> Self {
        Self { base: 0, buffer: Vec::new(), line: Some(0), fresh: 0, least: bytes }
    }

    /// Where the next bytes of the stream are to be appended.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Hands out what was appended. `spare` takes the place of the buffer if that goes with it.
    pub fn next(&mut self, spare: impl FnOnce() -> Vec<u8>) -> Piece {
        let fresh = self.fresh;
        let newline = memchr::memrchr(b'\n', &self.buffer[fresh..]).map(|at| fresh + at);
        let from = self.line;
        if let Some(newline) = newline {
            self.line = Some(newline + 1);
        }
        let large = self.buffer.len() - fresh >= self.least;
        let (Some(from), Some(newline), true) = (from, newline, large) else {
            let bytes = self.buffer[fresh..].to_vec();
            self.fresh = self.buffer.len();
            self.trim();
            return Piece::Bytes(bytes);
        };
        let end = newline + 1;
        let kept = end.saturating_sub(KEPT);
        let mut next = spare();
        next.clear();
        next.extend_from_slice(&self.buffer[kept..]);
        let base = self.base;
        self.base += kept as u64;
        self.fresh = next.len();
        self.line = Some(end - kept);
        let buffer = std::mem::replace(&mut self.buffer, next);
        Piece::Block(Block { base, buffer, from, end, fresh, hits: None })
    }

    /// Drops what no block needs.
    fn trim(&mut self) {
        if self.buffer.len() < LONGEST {
            return;
        }
        if self.line.is_some_and(|line| self.buffer.len() - line > LONGEST / 2) {
            self.line = None;
        }
        let drop = self.line.unwrap_or(self.buffer.len()).saturating_sub(KEPT);
        self.buffer.drain(..drop);
        self.base += drop as u64;
        self.fresh -= drop;
        self.line = self.line.map(|line| line - drop);
    }
}

/// Threads that search blocks.
pub struct Searchers {
    jobs: Option<SyncSender<(Block, SyncSender<Block>)>>,
    rules: Arc<RwLock<Arc<Rules>>>,
    /// How many blocks are not to be searched.
    vain: Arc<AtomicUsize>,
}

impl fmt::Debug for Searchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Searchers").finish_non_exhaustive()
    }
}

/// A block that is being searched.
#[derive(Debug)]
pub struct Search(Result<Box<Block>, Receiver<Block>>);

impl Search {
    /// Waits for it; none, if the thread that has it ended.
    #[must_use]
    pub fn wait(self) -> Option<Block> {
        match self.0 {
            Ok(block) => Some(*block),
            Err(receiver) => receiver.recv().ok(),
        }
    }
}

impl Searchers {
    /// So many; one alone would only take turns with whoever waits for it, so there is none then.
    #[must_use]
    pub fn new(rules: &Arc<Rules>, count: usize) -> Self {
        let (rules, vain) = (Arc::new(RwLock::new(Arc::clone(rules))), Arc::default());
        let mut jobs = None;
        if count > 1 {
            let (sender, receiver) = sync_channel(count);
            let receiver = Arc::new(Mutex::new(receiver));
            for _ in 0..count {
                let (receiver, rules, vain) = (Arc::clone(&receiver), Arc::clone(&rules), Arc::clone(&vain));
                thread::spawn(move || run(&receiver, &rules, &vain));
            }
            jobs = Some(sender);
        }
        Self { jobs, rules, vain }
    }

    /// Goes on with other rules.
    pub fn reload(&self, rules: &Arc<Rules>) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(rules);
    }

    /// Has a block searched; waits if too many wait already.
    #[must_use]
    pub fn search(&self, block: Block) -> Search {
        let rest = |left: usize| left.checked_sub(1);
        let rests = self.vain.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest).is_ok();
        let Some(jobs) = self.jobs.as_ref().filter(|_| !rests) else { return Search(Ok(Box::new(block))) };
        let (done, wait) = sync_channel(1);
        match jobs.send((block, done)) {
            Ok(()) => Search(Err(wait)),
            Err(back) => Search(Ok(Box::new(back.0.0))),
        }
    }
}

/// Searches one block after the other.
fn run(
    jobs: &Mutex<Receiver<(Block, SyncSender<Block>)>>,
    rules: &RwLock<Arc<Rules>>,
    vain: &Arc<AtomicUsize>,
) {
    let mut searching: Option<(Arc<Rules>, EngineDetector)> = None;
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((mut block, done)) = job else { return };
        let now = Arc::clone(&rules.read().unwrap_or_else(PoisonError::into_inner));
        let (rules, detector) = match &mut searching {
            Some((rules, detector)) if Arc::ptr_eq(rules, &now) => (rules, detector),
            other => {
                let detector = EngineDetector::new(Arc::clone(&now));
                let (rules, detector) = other.insert((now, detector));
                (rules, detector)
            }
        };
        let mut hits = Vec::new();
        let range = block.from.saturating_sub(BACK)..block.end;
        let haystack = &block.buffer[..block.end];
        match catch_unwind(AssertUnwindSafe(|| detector.detect(haystack, range, true, &mut hits))) {
            Ok(_) => block.hits = Some(Found { rules: Arc::clone(rules), hits, vain: Arc::clone(vain) }),
            // Whoever takes the block looks at it line by line.
            Err(_) => detector.recover(),
        }
        // Nobody may want it any more.
        let _ = done.send(block);
    }
}
