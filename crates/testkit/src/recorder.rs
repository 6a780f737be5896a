//! A sink that holds a source to the contract.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keysieve_finding::{Origin, Skip};
use keysieve_source::{Blob, BlobSink};

/// A sink that keeps all it is given, and panics where a source breaks the contract of the seam: windows that overlap,
/// leave something out, come after the last one or with another object's carry, or a line that is not right.
#[derive(Debug, Default)]
pub struct Recorder {
    seen: Mutex<Seen>,
    limit: Option<usize>,
}

#[derive(Debug, Default)]
struct Seen {
    objects: BTreeMap<Origin, Object>,
    skips: Vec<(Origin, Skip)>,
}

#[derive(Debug, Default)]
struct Object {
    bytes: Vec<u8>,
    windows: usize,
    line_feeds: u64,
    ended: bool,
}

/// What the recorder puts into a carry: how many windows came with it.
#[derive(Default)]
struct Windows(usize);

impl Recorder {
    /// One that takes everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that has had enough after so many objects.
    #[must_use]
    pub fn stopping_after(objects: usize) -> Self {
        Self { limit: Some(objects), ..Self::default() }
    }

    /// Every object with its bytes.
    ///
    /// # Panics
    /// If one of them was begun and not ended.
    pub fn objects(&self) -> BTreeMap<Origin, Vec<u8>> {
        let seen = self.seen();
        let whole = |(origin, object): (&Origin, &Object)| {
            assert!(object.ended, "{origin:?} has no last window");
            (origin.clone(), object.bytes.clone())
        };
        seen.objects.iter().map(whole).collect()
    }

    /// How many windows an object came in; 0 if it did not come.
    pub fn windows(&self, origin: &Origin) -> usize {
        self.seen().objects.get(origin).map_or(0, |object| object.windows)
    }

    /// What was not looked at, sorted.
    pub fn skips(&self) -> Vec<(Origin, Skip)> {
        let mut skips = self.seen().skips.clone();
        skips.sort();
        skips
    }

    /// A panic of an assertion below poisons the lock; the test fails by that panic, not by this lock.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self, seen: &Seen) -> bool {
        self.limit.is_some_and(|limit| seen.objects.len() >= limit)
    }
}

impl BlobSink for Recorder {
    fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
        let mut seen = self.seen();
        let object = seen.objects.entry(blob.origin.clone()).or_default();
        let origin = blob.origin;
        assert!(!object.ended, "{origin:?}: a window after the last one");
        assert_eq!(blob.offset, object.bytes.len() as u64, "{origin:?}: a window out of order");
        assert_eq!(blob.line, object.line_feeds + 1, "{origin:?}: a wrong line");
        let carried = blob.carry.get_or_default::<Windows>();
        assert_eq!(carried.0, object.windows, "{origin:?}: the carry of another object");
        carried.0 += 1;
        object.windows += 1;
        object.line_feeds += blob.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        object.bytes.extend_from_slice(blob.bytes);
        object.ended = blob.last;
        let full = blob.last && self.full(&seen);
        if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn skipped(&self, origin: &Origin, why: Skip) {
        self.seen().skips.push((origin.clone(), why));
    }

    fn stopped(&self) -> bool {
        self.full(&self.seen())
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use keysieve_source::Carry;

    use super::*;

    /// Hands over two windows, `a\n` and `b`, after somebody had a hand in them.
    fn refuses(break_it: impl FnOnce(&mut Carry, &mut [(u64, u64, bool); 2])) -> bool {
        let origin = Origin::file(b"x");
        let sink = Recorder::new();
        let mut carry = Carry::new();
        let mut windows = [(0, 1, false), (2, 2, true)];
        let given = catch_unwind(AssertUnwindSafe(|| {
            let hand_over = |(offset, line, last), bytes: &[u8], carry: &mut Carry| {
                let _ = sink.blob(Blob { origin: &origin, bytes, offset, line, last, carry });
            };
            let first = windows[0];
            hand_over(first, b"a\n", &mut carry);
            break_it(&mut carry, &mut windows);
            if windows[0].2 {
                hand_over((2, 2, true), b"", &mut carry);
            }
            hand_over(windows[1], b"b", &mut carry);
            sink.objects()
        }));
        given.is_err()
    }

    #[test]
    fn a_source_that_keeps_the_contract_is_recorded() {
        assert!(!refuses(|_, _| {}));
    }

    #[test]
    fn every_breach_of_the_contract_is_refused() {
        assert!(refuses(|_, windows| windows[1].0 = 3), "a gap");
        assert!(refuses(|_, windows| windows[1].0 = 1), "an overlap");
        assert!(refuses(|_, windows| windows[1].1 = 1), "a wrong line");
        assert!(refuses(|_, windows| windows[1].2 = false), "no last window");
        assert!(refuses(|_, windows| windows[0].2 = true), "a window after the last one");
        assert!(refuses(|carry, _| *carry = Carry::new()), "a carry that was lost");
    }

    #[test]
    fn one_that_has_had_enough_says_stop() {
        let sink = Recorder::stopping_after(1);
        assert!(!sink.stopped());
        let origin = Origin::file(b"x");
        let blob =
            Blob { origin: &origin, bytes: b"", offset: 0, line: 1, last: true, carry: &mut Carry::new() };
        assert!(sink.blob(blob).is_break());
        assert!(sink.stopped());
    }
}
