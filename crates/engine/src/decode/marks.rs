//! Where something encoded may begin.

use std::ops::Range;

use keysieve_kernel::{BLOCK, Block};

use super::glance::{may_be_value, may_join_after, may_join_before};
use super::{backslash, base64, concatenation, hex, html, invisible, percent, quoted};
use crate::context::{Chunk, is_token};
use crate::heads::eight;
use crate::sieve::Sieve;

/// How far a run of token bytes is followed to see what stands behind it.
const FOLLOWED: usize = 2048;

/// A place where something encoded may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    pub(super) place: usize,
    /// Where the run of token bytes begins by which the place was found, if that is before it. A range of an object has
    /// the marks whose owners are in it. Sorted by places, marks are sorted by owners too.
    pub(super) owner: usize,
}

/// The marks of a haystack.
#[derive(Debug, Default)]
pub(crate) struct Marks(Vec<Mark>);

impl Marks {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// All from `start` on, sorted, one for each place.
    pub(super) fn sorted(&mut self, start: usize) -> &[Mark] {
        self.0.retain(|mark| mark.owner >= start);
        self.0.sort_unstable();
        self.0.dedup_by_key(|mark| mark.place);
        &self.0
    }

    /// Leaves a trace of each mark, up to the run by which it was found: behind a gap, that begins after it.
    pub(crate) fn leave_traces(&self, traces: &mut Vec<Range<usize>>) {
        traces.extend(self.0.iter().map(|mark| mark.owner..mark.place + concatenation::GAP));
    }

    /// Notes the marks of a part of the haystack that the kernel has described, the marks of which are in the sieve, its
    /// starts sifted.
    pub(crate) fn note(
        &mut self,
        haystack: &[u8],
        from: usize,
        to: usize,
        blocks: &[Block],
        sieve: &mut Sieve,
    ) {
        self.sifted(haystack, from, sieve);
        sieve.runs(haystack, Chunk { from, blocks }, to, [false; 2], true);
        for run in sieve.each_run().filter(|run| run.is_joined()) {
            let offset = run.offset();
            self.run(haystack, from + offset, blocks, (offset / BLOCK, offset % BLOCK));
        }
    }

    /// Notes the escapes of what is in the sieve, and the encoded values that were picked.
    pub(crate) fn sifted(&mut self, haystack: &[u8], from: usize, sieve: &mut Sieve) {
        sieve.escapes(haystack, from);
        for &offset in sieve.each_escape() {
            self.escape(haystack, from + offset as usize);
        }
        for &offset in sieve.each_encoded() {
            let at = from + offset as usize;
            if may_be_value(eight(haystack, at)) {
                self.value(haystack, at);
            }
        }
    }

    /// Notes what joins a run of token bytes, which begins at a bit of a block, to the text before and after it.
    #[inline]
    pub(crate) fn run(&mut self, haystack: &[u8], at: usize, blocks: &[Block], bit: (usize, usize)) {
        if may_join_before(haystack, at) {
            self.joint_before(haystack, at);
        }
        if let Some(end) = end_of_run(haystack, blocks, bit, at)
            && may_join_after(haystack, end)
        {
            self.joint_after(haystack, at, end);
        }
    }

    #[cold]
    fn escape(&mut self, haystack: &[u8], at: usize) {
        let is_mark = match haystack[at] {
            b'%' => percent::is_mark(&haystack[at..]),
            b'&' => html::is_mark(&haystack[at..]),
            _ => backslash::is_mark(haystack, at) || concatenation::continuation(haystack, at).is_some(),
        };
        if is_mark {
            self.0.push(Mark { place: at, owner: at });
        }
    }

    #[cold]
    fn value(&mut self, haystack: &[u8], at: usize) {
        let bytes = &haystack[at..];
        let prefix = if bytes.starts_with(b"0x") { 2 } else { 0 };
        if base64::starts(bytes) || hex::may_start(&bytes[prefix..]) {
            let before = &haystack[at.saturating_sub(FOLLOWED)..at];
            let run = before.iter().rev().take_while(|&&byte| is_token(byte)).count();
            let owner = if run < FOLLOWED { at - run } else { at };
            self.0.push(Mark { place: at + prefix, owner });
        }
    }

    #[cold]
    fn joint_before(&mut self, haystack: &[u8], at: usize) {
        if let Some(place) = joint_before(haystack, at) {
            self.0.push(Mark { place, owner: place });
        }
    }

    #[cold]
    fn joint_after(&mut self, haystack: &[u8], at: usize, end: usize) {
        if joint_after(haystack, end) {
            self.0.push(Mark { place: end, owner: at });
        }
    }
}

/// Where the run of token bytes ends that begins at `at`, which is a bit of a block, if that is not too far away.
#[inline]
fn end_of_run(haystack: &[u8], blocks: &[Block], (index, bit): (usize, usize), at: usize) -> Option<usize> {
    let mut length = (!(blocks[index].token >> bit)).trailing_zeros() as usize;
    let mut last = index;
    if length >= BLOCK - bit {
        length = BLOCK - bit;
        for block in blocks[index + 1..].iter().take(FOLLOWED / BLOCK) {
            let ones = (!block.token).trailing_zeros() as usize;
            length += ones;
            last += 1;
            if ones < BLOCK {
                break;
            }
        }
    }
    // Where the chunk ends, the masks do not say whether the run does.
    if last + 1 >= blocks.len() {
        let bytes = &haystack[at..haystack.len().min(at + FOLLOWED)];
        length = bytes.iter().position(|&byte| !is_token(byte)).unwrap_or(bytes.len());
    }
    (length < FOLLOWED).then_some(at + length)
}

/// Where what joins a run to the text before it begins.
fn joint_before(haystack: &[u8], at: usize) -> Option<usize> {
    match haystack[at - 1] {
        b'=' => Some(at - 1).filter(|&at| quoted::is_mark(haystack, at)),
        b'\n' => [2, 3]
            .into_iter()
            .filter_map(|length| at.checked_sub(length))
            .find(|&start| haystack[start] == b'=' && quoted::is_mark(haystack, start)),
        b'"' | b'\'' | b'`' => concatenation::gap_before(haystack, at),
        b'[' | b';' => invisible::ansi_before(haystack, at),
        _ => invisible::zero_width_before(haystack, at),
    }
}

/// Whether what follows a run joins it to the text after it.
fn joint_after(haystack: &[u8], end: usize) -> bool {
    let bytes = &haystack[end..];
    match bytes[0] {
        b'=' => quoted::is_mark(haystack, end),
        b'"' | b'\'' | b'`' => concatenation::decode(haystack, end).is_some(),
        0x1B => {
            invisible::ansi(bytes).is_some_and(|length| bytes.get(length).is_some_and(|&byte| is_token(byte)))
        }
        0x80.. => invisible::zero_width(bytes).is_some(),
        _ => false,
    }
}
