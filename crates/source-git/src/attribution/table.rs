//! Objects by number.

use keysieve_finding::ObjectId;

/// The number of no object.
pub(crate) const NONE: u32 = u32::MAX;

/// A set of objects, each with a number: its place in the order of names. Names are as good as random, so they are
/// their own hashes.
pub(crate) struct Table {
    ids: Vec<ObjectId>,
    slots: Vec<u32>,
}

impl Table {
    pub(crate) fn of(mut ids: Vec<ObjectId>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        let mut table = Self { slots: vec![NONE; (ids.len() * 2).next_power_of_two().max(2)], ids };
        for number in 0..u32::try_from(table.ids.len()).unwrap_or(NONE) {
            let mut slot = table.slot(table.ids[number as usize].as_bytes());
            while table.slots[slot] != NONE {
                slot = (slot + 1) & (table.slots.len() - 1);
            }
            table.slots[slot] = number;
        }
        table
    }

    fn slot(&self, id: &[u8]) -> usize {
        let mut word = [0; 8];
        word.copy_from_slice(&id[..8]);
        // The first bytes order the numbers; later ones spread them.
        (u64::from_le_bytes(word) >> 16) as usize & (self.slots.len() - 1)
    }

    /// The number of an object; none if it is not in the set.
    pub(crate) fn find(&self, id: &[u8]) -> Option<u32> {
        let mut slot = self.slot(id);
        loop {
            match self.slots[slot] {
                NONE => return None,
                number if self.ids[number as usize].as_bytes() == id => return Some(number),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// A set of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_has_a_number() {
        let id = |byte: u8| ObjectId::from_bytes(&[byte; 20]).expect("a name");
        let table = Table::of([9, 3, 7, 3].map(id).to_vec());
        assert_eq!(
            [3, 7, 9, 4].map(|byte| table.find(id(byte).as_bytes())),
            [Some(0), Some(1), Some(2), None]
        );
        assert_eq!(table.len(), 3);
        let mut bits = Bits::new(70);
        assert!(bits.add(69) && !bits.add(69) && bits.has(69) && !bits.has(5));
    }
}
