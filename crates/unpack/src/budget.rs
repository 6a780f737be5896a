//! How much may be unpacked.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use crate::Trouble;

/// What unpacking may cost. What is over a limit is named, never left out in silence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// How many containers may lie in one another; 0 opens none.
    pub depth: usize,
    /// The most bytes that decompression may make of one outermost object. `None`: [`free`](Self::free) and
    /// [`ratio`](Self::ratio) bound it, so that time is in proportion to what was read.
    pub bytes: Option<u64>,
    /// Bytes that each stream may make whatever its size.
    pub free: u64,
    /// How many bytes may be made of each byte read, beyond what is free.
    pub ratio: u64,
    /// The most entries of one outermost object.
    pub entries: u64,
    /// The largest window of a decompressor, in bytes: its memory.
    pub window: u64,
    /// The longest name or set of extended records of an entry, in bytes.
    pub record: usize,
    /// The most bytes of containers that have to be held in memory, because they cannot be read in order.
    pub held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 8,
            bytes: None,
            free: 64 << 20,
            ratio: 200,
            entries: 5_000_000,
            window: 128 << 20,
            record: 1 << 20,
            held: 128 << 20,
        }
    }
}

/// How many times what is free for a stream is free for all streams of an outermost object: so that one bomb does not
/// take from the others.
const STREAMS: u64 = 4;

/// What is left of the limits, for an outermost object and everything in it. Clones share one account.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Account>);

#[derive(Debug)]
struct Account {
    limits: Limits,
    read: AtomicU64,
    made: AtomicU64,
    entries: AtomicU64,
    /// How much of it is held in memory now.
    held: AtomicUsize,
}

/// So many bytes that are held in memory, until this is dropped.
#[derive(Debug)]
pub(crate) struct Holding(Budget, usize);

impl Drop for Holding {
    fn drop(&mut self) {
        self.0.0.held.fetch_sub(self.1, Relaxed);
    }
}

impl Budget {
    /// For a new outermost object.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let zero = AtomicU64::default;
        Self(Arc::new(Account {
            limits,
            read: zero(),
            made: zero(),
            entries: zero(),
            held: AtomicUsize::new(0),
        }))
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// A reader of the outermost object: what it brings may be unpacked to so much more.
    pub fn metered<R: Read>(&self, reader: R) -> Metered<R> {
        Metered { reader, budget: self.clone() }
    }

    /// Whether nothing more may be made. Then it is over with everything in the outermost object.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.0.made.load(Relaxed) > self.most() || self.0.entries.load(Relaxed) > self.0.limits.entries
    }

    fn most(&self) -> u64 {
        let Limits { bytes, free, ratio, .. } = self.0.limits;
        let read = self.0.read.load(Relaxed);
        bytes.unwrap_or_else(|| free.saturating_mul(STREAMS).saturating_add(read.saturating_mul(ratio)))
    }

    /// Notes that a stream that took `read` bytes so far and had made `before` has made `made` more.
    pub(crate) fn made(&self, read: u64, before: u64, made: u64) -> Result<(), Trouble> {
        let all = self.0.made.fetch_add(made, Relaxed) + made;
        let Limits { bytes, free, ratio, .. } = self.0.limits;
        if all > self.most() {
            return Err(match bytes {
                Some(bytes) => Trouble::limit(format!("it unpacks to more than {bytes} bytes")),
                None => Trouble::limit(format!(
                    "with all that is in it, it unpacks to more than {ratio} times its size; --archive-limit allows more"
                )),
            });
        }
        if bytes.is_none() && before + made > free.saturating_add(read.saturating_mul(ratio)) {
            return Err(Trouble::limit(format!(
                "it unpacks to more than {ratio} times its size; --archive-limit allows more"
            )));
        }
        Ok(())
    }

    /// How many more bytes may be held in memory, beside those that what lies around holds.
    pub(crate) fn room(&self) -> usize {
        self.0.limits.held.saturating_sub(self.0.held.load(Relaxed))
    }

    /// Notes that so many bytes are held.
    pub(crate) fn hold(&self, bytes: usize) -> Holding {
        self.0.held.fetch_add(bytes, Relaxed);
        Holding(self.clone(), bytes)
    }

    /// Notes one more entry.
    pub(crate) fn entry(&self) -> Result<(), Trouble> {
        let most = self.0.limits.entries;
        if self.0.entries.fetch_add(1, Relaxed) < most {
            return Ok(());
        }
        Err(Trouble::limit(format!("it has more than {most} entries")))
    }
}

/// Counts what is read of an outermost object.
#[derive(Debug)]
pub struct Metered<R> {
    reader: R,
    budget: Budget,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.budget.0.read.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}
