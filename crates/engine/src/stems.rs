//! Which stem rules could have their stem at these four bytes.

use keysieve_rules::{ByteSet, Driver, Rule};

use crate::generic::Assignments;

/// How many different stems there can be; rules beyond it are searched for.
pub(crate) const MAX_STEMS: usize = 96;

/// A rule at a stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StemRule {
    pub(crate) rule: u32,
    /// A match begins at least this far before the stem.
    pub(crate) min: usize,
    /// And at most this far.
    pub(crate) max: usize,
}

/// The stems of all rules.
#[derive(Debug)]
pub(crate) struct Stems {
    /// Each position's table says which stems allow a byte there; the four together say which stems there are.
    tables: Box<[[u128; 256]; 4]>,
    /// The same with two stems to a bit: half the size, and nearly as exact.
    halved: Box<[[u64; 256]; 4]>,
    stems: Vec<[ByteSet; 4]>,
    rules: Vec<Vec<StemRule>>,
    reach: usize,
}

impl Stems {
    /// Gives every stem rule its stems; those for which there was no more room are returned.
    pub(crate) fn new(rules: &[Rule]) -> (Self, Vec<u32>) {
        let mut this = Self {
            tables: Box::new([[0; 256]; 4]),
            halved: Box::new([[0; 256]; 4]),
            stems: Vec::new(),
            rules: Vec::new(),
            reach: 0,
        };
        let mut left_over = Vec::new();
        // First, so that there is room for them.
        if rules.iter().any(|rule| matches!(rule.plan.driver, Driver::Assignment)) {
            let entry = StemRule { rule: Assignments::ANY, min: 0, max: 0 };
            for stem in crate::generic::stems() {
                this.add(&[*stem], entry);
            }
        }
        for (index, rule) in (0_u32..).zip(rules) {
            if let Driver::Stem { stems, min, max } = &rule.plan.driver {
                let entry = StemRule { rule: index, min: usize::from(*min), max: usize::from(*max) };
                if !this.add(stems, entry) {
                    left_over.push(index);
                }
            }
        }
        for (bit, stem) in this.stems.iter().enumerate() {
            for (table, set) in this.tables.iter_mut().zip(stem) {
                for byte in set.iter() {
                    table[usize::from(byte)] |= 1 << bit;
                }
            }
        }
        for (halved, table) in this.halved.iter_mut().flatten().zip(this.tables.iter().flatten()) {
            *halved = (*table | *table >> 64) as u64;
        }
        (this, left_over)
    }

    fn add(&mut self, stems: &[[ByteSet; 4]], entry: StemRule) -> bool {
        let new = stems.iter().filter(|stem| !self.stems.contains(stem)).count();
        if self.stems.len() + new > MAX_STEMS {
            return false;
        }
        self.reach = self.reach.max(entry.max);
        for stem in stems {
            let index = self.stems.iter().position(|known| known == stem).unwrap_or_else(|| {
                self.stems.push(*stem);
                self.rules.push(Vec::new());
                self.stems.len() - 1
            });
            if !self.rules[index].contains(&entry) {
                self.rules[index].push(entry);
            }
        }
        true
    }

    /// How far before its stem a match may begin.
    pub(crate) fn reach(&self) -> usize {
        self.reach
    }

    /// For the kernel.
    pub(crate) fn kernel_stems(&self) -> Vec<keysieve_kernel::Stem> {
        let set = |set: &ByteSet| keysieve_kernel::ByteSet::of(&set.iter().collect::<Vec<u8>>());
        self.stems
            .iter()
            .map(|stem| keysieve_kernel::Stem([set(&stem[0]), set(&stem[1]), set(&stem[2]), set(&stem[3])]))
            .collect()
    }

    /// Whether there may be a stem: nearly all that the kernel names too much are refused.
    #[inline]
    pub(crate) fn maybe(&self, four: [u8; 4]) -> bool {
        let [a, b, c, d] = four;
        let [one, two, three, last] = &*self.halved;
        one[usize::from(a)] & two[usize::from(b)] & three[usize::from(c)] & last[usize::from(d)] != 0
    }

    /// The rules that have a stem at these bytes, in no particular order.
    #[inline]
    pub(crate) fn at(&self, four: [u8; 4]) -> StemBits {
        let [a, b, c, d] = four;
        let [one, two, three, last] = &*self.tables;
        StemBits(one[usize::from(a)] & two[usize::from(b)] & three[usize::from(c)] & last[usize::from(d)])
    }

    pub(crate) fn rules(&self, stem: usize) -> &[StemRule] {
        &self.rules[stem]
    }
}

/// The stems at a place.
pub(crate) struct StemBits(u128);

impl Iterator for StemBits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    #[test]
    fn every_built_in_rule_has_room() {
        let (stems, left_over) = Stems::new(&Engine::builtin_rules());
        assert_eq!(left_over, Vec::<u32>::new());
        assert!(stems.stems.len() <= MAX_STEMS);
    }
}
