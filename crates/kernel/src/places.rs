//! The set bits of masks, written out as numbers.
//!
//! How many bits a mask has set cannot be foreseen, so a loop over each mask's bits ends in a wrong guess of the
//! processor nearly every time, which costs it as much as some hundred bytes of scanning. Here every mask that is not empty
//! writes a few numbers whether they are bits of it or not, and then says how many of them count.

use crate::{BLOCK, Block};

/// How many numbers every mask writes that is not empty.
const FEW: usize = 3;

/// How many blocks are looked at together.
const GROUP: usize = 1024;

/// Places in ascending order, as offsets.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The first `count` are places, the others are left over.
    slots: Vec<u32>,
    count: usize,
}

impl Places {
    /// The places.
    #[inline]
    pub fn get(&self) -> &[u32] {
        &self.slots[..self.count]
    }

    /// Forgets all places.
    #[inline]
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Makes room for so many places.
    #[inline]
    pub fn room(&mut self, count: usize) {
        if self.slots.len() < count {
            self.slots.resize(count, 0);
        }
    }

    /// Adds a place if it is `wanted`, without a branch. [`room`](Self::room) must have been made for it, even if it
    /// is not.
    #[inline(always)]
    pub fn add_if(&mut self, wanted: bool, place: u32) {
        self.slots[self.count] = place;
        self.count += usize::from(wanted);
    }

    /// Keeps the places of which `keep` says so, as what it makes of them; without a branch of its own.
    #[inline(always)]
    pub fn sift(&mut self, mut keep: impl FnMut(u32) -> (bool, u32)) {
        let mut kept = 0;
        for at in 0..self.count {
            let (wanted, place) = keep(self.slots[at]);
            self.slots[kept] = place;
            kept += usize::from(wanted);
        }
        self.count = kept;
    }

    /// Adds places, in any order.
    pub fn merge(&mut self, places: &[u32]) {
        self.slots.splice(self.count..self.count, places.iter().copied());
        self.count += places.len();
        self.slots[..self.count].sort_unstable();
    }

    #[inline(always)]
    fn add_bits(&mut self, base: u32, mut bits: u64) {
        let total = bits.count_ones() as usize;
        let Some((few, more)) = self.slots[self.count..].split_first_chunk_mut::<FEW>() else { return };
        for slot in few {
            *slot = base + bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
        }
        if total > FEW {
            for slot in &mut more[..total - FEW] {
                *slot = base + bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
            }
        }
        self.count += total;
    }
}

/// The places of the marks in a row of blocks, as offsets from the first block's first position.
#[derive(Clone, Debug, Default)]
pub struct Marked {
    /// Those of [`Block::start`].
    pub starts: Places,
    /// Those of [`Block::run`].
    pub runs: Places,
    /// Those of [`Block::stem`].
    pub stems: Places,
    /// Those of [`Block::escape`].
    pub escapes: Places,
}

impl Marked {
    /// Writes out the masks of these blocks; what was there before is gone.
    #[inline(always)]
    pub(crate) fn write(&mut self, blocks: &[Block]) {
        for places in [&mut self.starts, &mut self.runs, &mut self.stems, &mut self.escapes] {
            places.clear();
            places.room(blocks.len() * BLOCK + FEW);
        }
        let mut base = 0;
        for group in blocks.chunks(GROUP) {
            self.write_group(base, group);
            base += (GROUP * BLOCK) as u32;
        }
    }

    /// Most masks are empty, and which are is as hard to foresee: those that are not are listed first.
    #[inline(always)]
    fn write_group(&mut self, base: u32, group: &[Block]) {
        let mut full = [[0_u16; GROUP]; 4];
        let mut count = [0_usize; 4];
        for (index, block) in group.iter().enumerate() {
            let masks = [block.start, block.run, block.stem, block.escape];
            for mark in 0..4 {
                full[mark][count[mark] % GROUP] = index as u16;
                count[mark] += usize::from(masks[mark] != 0);
            }
        }
        let [starts, runs, stems, escapes] = &full;
        let list = |mark: usize, full: &[u16; GROUP], places: &mut Places, mask: fn(&Block) -> u64| {
            for &index in full.iter().take(count[mark]) {
                places.add_bits(base + u32::from(index) * BLOCK as u32, mask(&group[usize::from(index)]));
            }
        };
        list(0, starts, &mut self.starts, |block| block.start);
        list(1, runs, &mut self.runs, |block| block.run);
        list(2, stems, &mut self.stems, |block| block.stem);
        list(3, escapes, &mut self.escapes, |block| block.escape);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Implementation, Kernel};

    #[test]
    fn every_set_bit_is_a_place_whoever_writes_them() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state ^ state >> 29
        };
        let blocks: Vec<Block> = (0..200)
            .map(|number| Block {
                start: random() & random() & random() & random() & random(),
                run: if number % 7 == 0 { u64::MAX } else { 0 },
                stem: random(),
                escape: random() & random(),
                ..Block::default()
            })
            .collect();
        let plain = |mask: fn(&Block) -> u64| -> Vec<u32> {
            let bits = |(number, block): (usize, &Block)| {
                let bits = mask(block);
                (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| number as u32 * 64 + bit)
            };
            blocks.iter().enumerate().flat_map(bits).collect()
        };
        for implementation in Implementation::ALL {
            let Some(kernel) = Kernel::with(implementation, &[]) else { continue };
            let mut marked = Marked::default();
            // Twice, because what is left over must not count.
            for _ in 0..2 {
                kernel.marked(&blocks, &mut marked);
                assert_eq!(marked.starts.get(), plain(|block| block.start), "{implementation}");
                assert_eq!(marked.runs.get(), plain(|block| block.run), "{implementation}");
                assert_eq!(marked.stems.get(), plain(|block| block.stem), "{implementation}");
                assert_eq!(marked.escapes.get(), plain(|block| block.escape), "{implementation}");
                kernel.marked(&blocks[..3], &mut marked);
                assert_eq!(
                    marked.stems.get(),
                    plain(|block| block.stem).into_iter().filter(|&at| at < 192).collect::<Vec<_>>()
                );
            }
        }
    }

    #[test]
    fn places_are_sifted_in_order() {
        let mut places = Places::default();
        places.room(10);
        (0..10).for_each(|number| places.add_if(number % 3 != 0, number));
        assert_eq!(places.get(), [1, 2, 4, 5, 7, 8]);
        places.sift(|place| (place % 2 == 0, place | 0x100));
        assert_eq!(places.get(), [0x102, 0x104, 0x108]);
        places.merge(&[0x200, 0x103]);
        assert_eq!(places.get(), [0x102, 0x103, 0x104, 0x108, 0x200]);
    }
}
