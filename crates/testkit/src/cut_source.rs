//! Objects in memory, cut at will.

use std::num::NonZeroUsize;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use keysieve_finding::Origin;
use keysieve_source::{Blob, BlobSink, Carry, Source, SourceError};

use crate::Random;

/// Where objects are cut into windows.
#[derive(Clone, Debug)]
pub enum Cuts {
    /// Nowhere: one window each.
    Whole,
    /// At these positions. A position given twice makes an empty window, one at the end an empty last window; those
    /// beyond the end do not count.
    At(Vec<usize>),
    /// Every so many bytes, at least 1.
    Every(usize),
    /// Into windows of 0 to `longest` bytes, different ones for each object; some end with an empty window.
    Random {
        /// What the lengths come from.
        seed: u64,
        /// The longest window, at least 1.
        longest: usize,
    },
}

impl Cuts {
    /// The windows of the `index`-th object, which has `length` bytes; at least one.
    fn windows(&self, index: usize, length: usize) -> Vec<Range<usize>> {
        let mut ends: Vec<usize> = match self {
            Self::Whole => Vec::new(),
            Self::At(points) => points.iter().copied().filter(|point| *point <= length).collect(),
            Self::Every(step) => (1..).map(|n| n * (*step).max(1)).take_while(|end| *end < length).collect(),
            Self::Random { seed, longest } => random_ends(*seed ^ index as u64, *longest, length),
        };
        ends.sort_unstable();
        ends.push(length);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends.iter().copied()).map(|(start, end)| start..end).collect()
    }
}

fn random_ends(seed: u64, longest: usize, length: usize) -> Vec<usize> {
    let mut random = Random::new(seed);
    let mut ends = Vec::new();
    let mut at = 0;
    loop {
        at += random.below(longest.max(1) + 1);
        if at >= length {
            break;
        }
        ends.push(at);
    }
    if random.one_in(2) {
        ends.push(length);
    }
    ends
}

/// A [`Source`] of objects in memory that hands them over in windows cut where [`Cuts`] says, with offset, line, `last`
/// and carry as the seam demands: whatever the cuts, a sink must come to the same result.
#[derive(Clone, Debug)]
pub struct CutSource {
    objects: Vec<(Origin, Vec<u8>)>,
    cuts: Cuts,
}

impl CutSource {
    /// These objects, cut like this.
    #[must_use]
    pub fn new(objects: Vec<(Origin, Vec<u8>)>, cuts: Cuts) -> Self {
        Self { objects, cuts }
    }

    /// One object, cut in two at every position in turn, both ends included.
    pub fn at_every_point(origin: Origin, bytes: &[u8]) -> impl Iterator<Item = Self> {
        (0..=bytes.len())
            .map(move |point| Self::new(vec![(origin.clone(), bytes.to_vec())], Cuts::At(vec![point])))
    }

    /// The same objects, cut in another way.
    #[must_use]
    pub fn cut(&self, cuts: Cuts) -> Self {
        Self { objects: self.objects.clone(), cuts }
    }

    fn hand_over(&self, index: usize, sink: &dyn BlobSink) -> ControlFlow<()> {
        let (origin, bytes) = &self.objects[index];
        let mut carry = Carry::new();
        let mut line = 1;
        let windows = self.cuts.windows(index, bytes.len());
        for (n, window) in windows.iter().enumerate() {
            let last = n + 1 == windows.len();
            let offset = window.start as u64;
            let bytes = &bytes[window.clone()];
            sink.blob(Blob { origin, bytes, offset, line, last, carry: &mut carry })?;
            line += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        }
        ControlFlow::Continue(())
    }
}

impl Source for CutSource {
    fn visit(&self, threads: NonZeroUsize, sink: &dyn BlobSink) -> Result<(), SourceError> {
        let next = AtomicUsize::new(0);
        let work = || {
            while !sink.stopped() {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= self.objects.len() {
                    return;
                }
                if self.hand_over(index, sink).is_break() {
                    next.store(self.objects.len(), Ordering::Relaxed);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads.get().min(self.objects.len()) {
                scope.spawn(work);
            }
            work();
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Recorder, Text};

    fn objects() -> Vec<(Origin, Vec<u8>)> {
        let mut random = Random::new(5);
        let name = |n: usize| Origin::file(format!("{n}.txt").as_bytes());
        (0..20).map(|n| (name(n), Text::Log.make(&mut random, n * 37))).collect()
    }

    /// Where the windows end; each must begin where the one before it ends.
    fn ends(cuts: Cuts, length: usize) -> Vec<usize> {
        let mut at = 0;
        let ends_after = |window: Range<usize>| {
            assert_eq!(window.start, at);
            at = window.end;
            at
        };
        cuts.windows(0, length).into_iter().map(ends_after).collect()
    }

    #[test]
    fn windows_cover_the_object_in_order() {
        assert_eq!(ends(Cuts::Whole, 5), [5]);
        assert_eq!(ends(Cuts::Whole, 0), [0]);
        assert_eq!(ends(Cuts::At(vec![3, 0, 3, 9]), 5), [0, 3, 3, 5]);
        assert_eq!(ends(Cuts::At(vec![5]), 5), [5, 5]);
        assert_eq!(ends(Cuts::Every(2), 5), [2, 4, 5]);
        assert_eq!(ends(Cuts::Every(5), 5), [5]);
    }

    #[test]
    fn however_it_is_cut_the_contract_is_kept_and_the_bytes_are_whole() {
        let source = CutSource::new(objects(), Cuts::Whole);
        let random = (0..50).map(|seed| Cuts::Random { seed, longest: 1 + (seed as usize % 40) });
        for cuts in [Cuts::Whole, Cuts::Every(1), Cuts::Every(7)].into_iter().chain(random) {
            for threads in [1, 3] {
                let sink = Recorder::new();
                let threads = NonZeroUsize::new(threads).expect("not zero");
                source.cut(cuts.clone()).visit(threads, &sink).expect("in memory");
                assert_eq!(sink.objects(), objects().into_iter().collect(), "{cuts:?}");
            }
        }
    }

    #[test]
    fn random_cuts_bring_empty_windows_and_empty_last_ones() {
        let windows: Vec<_> = (0..50).map(|seed| Cuts::Random { seed, longest: 3 }.windows(0, 40)).collect();
        assert!(windows.iter().any(|all| all[..all.len() - 1].iter().any(Range::is_empty)));
        assert!(windows.iter().any(|all| all[all.len() - 1].is_empty()));
        assert!(windows.iter().any(|all| !all[all.len() - 1].is_empty()));
    }
}
