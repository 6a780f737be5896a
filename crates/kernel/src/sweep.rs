//! The pass over the haystack, the same for every implementation: blocks, seams and edges.

use crate::class::Classes;
use crate::{BLOCK, Block};

/// A block and the one after it: what must be seen to say everything of the first.
pub(crate) const WINDOW: usize = 2 * BLOCK;

/// What an implementation knows to do.
pub(crate) trait Lanes: Copy {
    /// The classes of the window's second block.
    fn classes_ahead(self, window: &[u8; WINDOW]) -> Classes;

    /// Where in the window's first block a stem may stand.
    fn stems(self, window: &[u8; WINDOW]) -> u64;
}

/// What the next step knows of the one before.
struct Seam {
    /// The classes of the block that comes next.
    classes: Classes,
    /// Those of the block before it.
    behind: Classes,
}

impl Seam {
    #[inline(always)]
    fn step<L: Lanes>(&mut self, lanes: L, window: &[u8; WINDOW]) -> Block {
        let (here, behind) = (self.classes, self.behind);
        let ahead = lanes.classes_ahead(window);
        let (start, run) = here.starts(ahead.token, behind.word, behind.token);
        let part = here.parts(behind, ahead);
        *self = Self { classes: ahead, behind: here };
        let Classes { token, word, digit, line, backslash, reference, .. } = here;
        let escape = backslash | reference;
        Block { start, run, stem: lanes.stems(window), token, word, digit, part, line, escape }
    }
}

/// [`Kernel::scan`](crate::Kernel::scan) with these lanes. Inlined into a function that may use their instructions.
#[inline(always)]
pub(crate) fn sweep<L: Lanes>(lanes: L, haystack: &[u8], from: usize, to: usize, out: &mut Vec<Block>) {
    let to = to.min(haystack.len());
    let length = to.saturating_sub(from);
    out.resize(length.div_ceil(BLOCK), Block::default());
    if length == 0 {
        return;
    }
    let rest = &haystack[from..];
    // The first block has no step before it that would have classed it.
    let mut before_first = [0; WINDOW];
    let first = rest.len().min(BLOCK);
    before_first[BLOCK..BLOCK + first].copy_from_slice(&rest[..first]);
    let mut seam =
        Seam { classes: lanes.classes_ahead(&before_first), behind: Classes::before(haystack, from) };

    let whole = (rest.len() / BLOCK).saturating_sub(1).min(out.len());
    let (inner, edge) = out.split_at_mut(whole);
    for (index, block) in inner.iter_mut().enumerate() {
        // Never absent, by the choice of `whole`; asking so costs one compare that is never wrong.
        let Some(window) = rest[index * BLOCK..].first_chunk() else { break };
        *block = seam.step(lanes, window);
    }
    if !edge.is_empty() {
        // Fewer than 128 bytes are left: the one or two blocks that zeros must follow.
        let left = &rest[whole * BLOCK..];
        let mut padded = [0; WINDOW + BLOCK];
        padded[..left.len()].copy_from_slice(left);
        for (index, block) in edge.iter_mut().enumerate() {
            let Some(window) = padded[index * BLOCK..].first_chunk() else { break };
            *block = seam.step(lanes, window);
        }
    }
    if let (Some(last), bits @ 1..) = (out.last_mut(), length % BLOCK) {
        last.truncate(bits);
    }
}
