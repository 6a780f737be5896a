//! Objects by number.

use crate::loose::Loose;
use crate::quick_hash::Keys;
use crate::store::Opened;

/// The number of no object.
pub(crate) const NONE: u32 = u32::MAX;

/// A number for every object of a repository: those of packs first, in the order of their packs and the names in them,
/// then the loose ones. An object that is there more than once is known by the first of its numbers.
///
/// It takes 8 bytes an object.
pub(crate) struct Numbers {
    /// The number of the first object of each pack, then that of the first loose one, then one more than the last.
    firsts: Vec<u32>,
    /// Where a name hashes to, or soon behind it, stands its number.
    slots: Vec<u32>,
    keys: Keys,
}

impl Numbers {
    /// Numbers the objects of packs.
    pub(crate) fn of(packs: &[Opened]) -> Self {
        let mut firsts = vec![0];
        for opened in packs {
            firsts.push(firsts.last().copied().unwrap_or(0) + opened.pack.len());
        }
        let count = firsts.last().copied().unwrap_or(0);
        let slots = vec![NONE; room(count as usize)];
        let mut numbers = Self { firsts, slots, keys: Keys::default() };
        for (pack, opened) in packs.iter().enumerate() {
            for at in 0..opened.pack.len() {
                let name = opened.pack.name(at);
                let known = if pack == 0 { None } else { numbers.find(packs, &[], name) };
                if known.is_none() {
                    numbers.put(name, numbers.firsts[pack] + at);
                }
            }
        }
        numbers
    }

    /// Numbers loose objects, too, none of which is in a pack.
    pub(crate) fn with_loose(mut self, packs: &[Opened], loose: &[Loose]) -> Self {
        let first = self.firsts.last().copied().unwrap_or(0);
        let last = first + u32::try_from(loose.len()).unwrap_or(NONE - first - 1);
        self.firsts.push(last);
        if self.slots.len() < room(last as usize) {
            let known = std::mem::replace(&mut self.slots, vec![NONE; room(last as usize)]);
            for number in known.into_iter().filter(|number| *number != NONE) {
                let (pack, at) = self.place(number);
                self.put(packs[pack].pack.name(at), number);
            }
        }
        for (number, loose) in (first..).zip(loose) {
            self.put(loose.id.as_bytes(), number);
        }
        self
    }

    /// The pack of an object, and its place in the index of that; for a loose one, how many packs there are, and its
    /// place among the loose ones.
    pub(crate) fn place(&self, number: u32) -> (usize, u32) {
        let pack = self.firsts.partition_point(|first| *first <= number).saturating_sub(1);
        (pack, number - self.firsts[pack])
    }

    /// The number of an object, by its pack and its place in the index of that.
    pub(crate) fn packed(&self, pack: u32, at: u32) -> u32 {
        self.firsts[pack as usize] + at
    }

    /// The number of the first loose object.
    pub(crate) fn first_loose(&self) -> u32 {
        self.firsts.get(self.firsts.len().saturating_sub(2)).copied().unwrap_or(0)
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.firsts.last().copied().unwrap_or(0) as usize
    }

    fn slot(&self, name: &[u8]) -> usize {
        ((u128::from(self.keys.hash(name)) * self.slots.len() as u128) >> 64) as usize
    }

    fn put(&mut self, name: &[u8], number: u32) {
        let mut slot = self.slot(name);
        while self.slots[slot] != NONE {
            slot = if slot + 1 == self.slots.len() { 0 } else { slot + 1 };
        }
        self.slots[slot] = number;
    }

    /// The number that is most likely that of the object of a name, or [`NONE`].
    pub(crate) fn likely(&self, name: &[u8]) -> u32 {
        self.slots[self.slot(name)]
    }

    /// The number of the object of a name; none if there is no such object.
    pub(crate) fn find(&self, packs: &[Opened], loose: &[Loose], name: &[u8]) -> Option<u32> {
        let mut slot = self.slot(name);
        loop {
            let number = self.slots[slot];
            if number == NONE {
                return None;
            }
            let (pack, at) = self.place(number);
            let other = packs.get(pack).map(|opened| opened.pack.name(at));
            let other = other.or_else(|| Some(loose.get(at as usize)?.id.as_bytes()));
            if other == Some(name) {
                return Some(number);
            }
            slot = if slot + 1 == self.slots.len() { 0 } else { slot + 1 };
        }
    }
}

/// How many slots so many objects need.
fn room(count: usize) -> usize {
    count * 2 + 2
}

/// A set of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// An empty set of numbers below `length`.
    pub(crate) fn new(length: usize) -> Self {
        Self(vec![0; length.div_ceil(64)])
    }

    pub(crate) fn has(&self, number: u32) -> bool {
        self.0[number as usize / 64] & 1 << (number % 64) != 0
    }

    /// Adds one; says whether it was not there.
    pub(crate) fn add(&mut self, number: u32) -> bool {
        let word = &mut self.0[number as usize / 64];
        let was = *word;
        *word |= 1 << (number % 64);
        *word != was
    }

    /// Adds all of a set of the same length.
    pub(crate) fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }
}

#[cfg(test)]
mod tests {
    use keysieve_finding::ObjectId;

    use super::*;

    #[test]
    fn each_loose_object_has_a_number() {
        let id = |byte: u8| ObjectId::from_bytes(&[byte; 20]).expect("a name");
        let loose = [3, 7, 9, 0xFF].map(|byte| Loose { id: id(byte), directory: 0 });
        let numbers = Numbers::of(&[]).with_loose(&[], &loose);
        let found = |byte| numbers.find(&[], &loose, id(byte).as_bytes());
        assert_eq!([3, 7, 9, 4, 0xFF].map(found), [Some(0), Some(1), Some(2), None, Some(3)]);
        assert_eq!((numbers.len(), numbers.first_loose()), (4, 0));
    }

    #[test]
    fn a_number_is_added_once() {
        let mut bits = Bits::new(70);
        assert!(bits.add(69) && !bits.add(69) && bits.has(69) && !bits.has(5));
    }
}
