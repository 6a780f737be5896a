//! Which of the kernel's marks are worth a look, told by tables of a few bytes around each and without a branch: nearly
//! all of them are not, which ones is as good as random, and each wrong guess of the processor would cost as much as
//! some hundred bytes of scanning.

use keysieve_kernel::{BLOCK, Block, Kernel, Marked, Places};

use crate::context::{Chunk, is_assignable};
use crate::decode::{may_be_escape, may_begin_value, may_join_after, may_join_before};
use crate::heads::{Heads, eight};
use crate::stems::Stems;

/// What a run of token bytes is worth a look for; its place is in the bits below.
const VALUE: u32 = 1 << 31;
const DIGIT: u32 = 1 << 30;
const JOINT: u32 = 1 << 29;
const ESCAPED: u32 = 1 << 28;
const PLACE: u32 = ESCAPED - 1;

/// Whether a value can stand where there is, or is not, a digit.
pub(crate) type Open = [bool; 2];

/// The marks of a chunk that are worth a look, as offsets from where the chunk begins.
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    marked: Marked,
    values: Places,
}

/// A run of token bytes, and what it is worth a look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run(u32);

impl Run {
    /// Where it begins.
    pub(crate) const fn offset(self) -> usize {
        (self.0 & PLACE) as usize
    }

    /// Whether something may be assigned to it.
    pub(crate) const fn is_value(self) -> bool {
        self.0 & VALUE != 0
    }

    /// Whether it has a digit, or is too long to tell.
    pub(crate) const fn has_digit(self) -> bool {
        self.0 & DIGIT != 0
    }

    /// Whether something may join it to the text before or after it.
    pub(crate) const fn is_joined(self) -> bool {
        self.0 & JOINT != 0
    }

    /// Whether an escape sequence may begin with it.
    pub(crate) const fn is_escaped(self) -> bool {
        self.0 & ESCAPED != 0
    }
}

impl Sieve {
    /// Writes out the marks of a chunk.
    pub(crate) fn fill(&mut self, kernel: &Kernel, blocks: &[Block]) {
        kernel.marked(blocks, &mut self.marked);
        self.values.clear();
    }

    /// Sifts the token starts: afterwards those are left where a rule of `heads` may begin, and those that may be encoded
    /// values are picked.
    pub(crate) fn starts(&mut self, haystack: &[u8], from: usize, heads: &Heads) {
        let Self { marked, values } = self;
        values.room(marked.starts.get().len() + 1);
        marked.starts.sift(|offset| {
            let eight = eight(haystack, from + offset as usize);
            values.add_if(may_begin_value(eight), offset);
            (heads.maybe(eight), offset)
        });
    }

    /// Adds token starts that the kernel cannot see, after those that it does are sifted.
    pub(crate) fn add_starts(&mut self, offsets: &[u32]) {
        if !offsets.is_empty() {
            self.marked.starts.merge(offsets);
        }
    }

    /// Sifts the runs of token bytes.
    pub(crate) fn runs(&mut self, haystack: &[u8], chunk: Chunk<'_>, to: usize, open: Open, decodes: bool) {
        let joins = if decodes { JOINT } else { 0 };
        self.marked.runs.sift(|offset| {
            let at = chunk.from + offset as usize;
            let (index, bit) = (offset as usize / BLOCK, offset as usize % BLOCK);
            let block = &chunk.blocks[index];
            let next = chunk.blocks.get(index + 1);
            let token = wide(block.token, next.map_or(u64::MAX, |next| next.token), bit);
            let digits = wide(block.digit, next.map_or(0, |next| next.digit), bit);
            let run = token.trailing_ones() as usize;
            // Beyond 64 bytes, and beyond those that the masks are about, they say nothing: such a run is looked at.
            let unknown = (run >= BLOCK) | (run >= to - at);
            let digit = unknown | (digits & ((1 << (run & 63)) - 1) != 0);
            let before = at.checked_sub(1).map_or(b'=', |before| haystack[before]);
            let value = is_assignable(before) & open[usize::from(digit)];
            let escaped = (before == b'\\') | (before == b'%');
            let end = if unknown { at } else { at + run };
            let joint = unknown | may_join_before(haystack, at) | may_join_after(haystack, end);
            let flags = if value { VALUE } else { 0 }
                | if digit { DIGIT } else { 0 }
                | if joint { joins } else { 0 }
                | if escaped { ESCAPED } else { 0 };
            (flags & !DIGIT != 0, offset | flags)
        });
    }

    /// Sifts what may be stems: afterwards there is one at nearly each that is left.
    pub(crate) fn stems(&mut self, haystack: &[u8], from: usize, stems: &Stems) {
        self.marked.stems.sift(|offset| {
            let four = haystack[from + offset as usize..].first_chunk::<4>();
            (four.is_some_and(|&four| stems.maybe(four)), offset)
        });
    }

    /// Sifts the bytes that escapes begin with.
    pub(crate) fn escapes(&mut self, haystack: &[u8], from: usize) {
        self.marked.escapes.sift(|offset| (may_be_escape(haystack, from + offset as usize), offset));
    }

    /// The offsets of the token starts that are left.
    pub(crate) fn prefixes(&self) -> &[u32] {
        self.marked.starts.get()
    }

    /// The offsets of what may be encoded values.
    pub(crate) fn each_encoded(&self) -> &[u32] {
        self.values.get()
    }

    /// The runs that are left.
    pub(crate) fn each_run(&self) -> impl Iterator<Item = Run> + '_ {
        self.marked.runs.get().iter().map(|&run| Run(run))
    }

    /// The offsets of the stems that are left.
    pub(crate) fn each_stem(&self) -> &[u32] {
        self.marked.stems.get()
    }

    /// The offsets of the escapes that are left.
    pub(crate) fn each_escape(&self) -> &[u32] {
        self.marked.escapes.get()
    }
}

/// The 64 bits from a bit of a mask on, which go on in the next.
#[inline(always)]
const fn wide(mask: u64, next: u64, bit: usize) -> u64 {
    // In two steps, because nothing can be shifted by 64.
    mask >> bit | next << 1 << (63 - bit)
}
