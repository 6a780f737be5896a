//! Which object of a pack stands on which.

use crate::apply::Broken;
use crate::object::Kind;
use crate::pack::{Pack, Stored};

/// The entries of a pack as a forest: an object that is stored whole is a root, and the deltas on an object are its
/// children. Entries are counted in the order in which they stand in the pack.
///
/// It takes 24 bytes an object.
pub(crate) struct Forest {
    /// Where each entry begins.
    offsets: Vec<u64>,
    /// Where each entry's name stands in the index.
    names: Vec<u32>,
    /// Where each entry's children begin in `children`; one more than there are entries.
    starts: Vec<u32>,
    /// All children, those of one entry together, that with the most descendants last.
    children: Vec<u32>,
    /// Those that are stored whole, with their kind and how many objects stand on them, themselves included.
    pub(crate) roots: Vec<(u32, Kind, u32)>,
    /// What no root leads to.
    pub(crate) broken: Vec<(u32, Broken)>,
}

const NONE: u32 = u32::MAX;

impl Forest {
    /// Looks at the header of every entry.
    pub(crate) fn of(pack: &Pack) -> Self {
        let mut order: Vec<(u64, u32)> = (0..pack.len()).map(|at| (pack.offset(at), at)).collect();
        order.sort_unstable();
        let offsets: Vec<u64> = order.iter().map(|(offset, _)| *offset).collect();
        let names: Vec<u32> = order.iter().map(|(_, at)| *at).collect();
        drop(order);
        let mut forest = Self {
            offsets,
            names,
            starts: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            broken: Vec::new(),
        };
        let bases = forest.bases(pack);
        forest.grow(&bases);
        forest
    }

    /// The base of every entry, or `NONE`. Fills in roots and what is broken by itself.
    fn bases(&mut self, pack: &Pack) -> Vec<u32> {
        let mut bases = vec![NONE; self.offsets.len()];
        for entry in 0..u32::try_from(self.offsets.len()).unwrap_or(u32::MAX) {
            let offset = self.offsets[entry as usize];
            let end = self.end(pack, entry);
            let bytes = pack.slice(offset, end).unwrap_or_default();
            let base = pack.header(bytes).and_then(|header| match header.stored {
                Stored::Whole(kind) => {
                    self.roots.push((entry, kind, 0));
                    Ok(NONE)
                }
                Stored::Before(distance) => {
                    let base = offset
                        .checked_sub(distance)
                        .and_then(|base| self.offsets[..entry as usize].binary_search(&base).ok());
                    base.and_then(|base| u32::try_from(base).ok()).ok_or(NO_BASE)
                }
                Stored::On(id) => {
                    let at = pack.find(id.as_bytes()).ok_or(NO_BASE)?;
                    let base = self.offsets.binary_search(&pack.offset(at)).map_err(|_| NO_BASE)?;
                    u32::try_from(base).map_err(|_| NO_BASE)
                }
            });
            match base {
                Ok(base) => bases[entry as usize] = base,
                Err(why) => self.broken.push((entry, why)),
            }
        }
        bases
    }

    /// Orders children by their base, and those of one base by the number of their descendants.
    fn grow(&mut self, bases: &[u32]) {
        let count = bases.len();
        let mut starts = vec![0_u32; count + 1];
        for &base in bases.iter().filter(|base| **base != NONE) {
            starts[base as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut children = vec![0; starts[count] as usize];
        let mut next = starts.clone();
        for (entry, &base) in bases.iter().enumerate().filter(|(_, base)| **base != NONE) {
            let at = &mut next[base as usize];
            children[*at as usize] = u32::try_from(entry).unwrap_or(NONE);
            *at += 1;
        }
        let range = |entry: u32| starts[entry as usize] as usize..starts[entry as usize + 1] as usize;
        // From the roots down; what a cycle holds is never reached. `next` is not needed any more.
        let mut reached = next;
        reached.clear();
        reached.extend(self.roots.iter().map(|(entry, ..)| *entry));
        let mut at = 0;
        while let Some(&entry) = reached.get(at) {
            reached.extend_from_slice(&children[range(entry)]);
            at += 1;
        }
        // From the leaves up.
        let mut weights = vec![0_u32; count];
        for &entry in reached.iter().rev() {
            weights[entry as usize] += 1;
            let base = bases[entry as usize];
            if base != NONE {
                weights[base as usize] += weights[entry as usize];
            }
        }
        for entry in 0..count {
            let own = &mut children[starts[entry] as usize..starts[entry + 1] as usize];
            own.sort_unstable_by_key(|child| (weights[*child as usize], *child));
        }
        for (entry, _, weight) in &mut self.roots {
            *weight = weights[*entry as usize];
        }
        for (entry, &weight) in weights.iter().enumerate() {
            let entry = u32::try_from(entry).unwrap_or(NONE);
            if weight == 0 && bases[entry as usize] != NONE {
                self.broken.push((entry, NO_BASE));
            }
        }
        (self.starts, self.children) = (starts, children);
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Where the children of an entry stand among all.
    pub(crate) fn children(&self, entry: u32) -> std::ops::Range<u32> {
        self.starts[entry as usize]..self.starts[entry as usize + 1]
    }

    /// A child, by where it stands among all.
    pub(crate) fn child(&self, at: u32) -> u32 {
        self.children[at as usize]
    }

    /// Where the name of an entry stands in the index.
    pub(crate) fn name(&self, entry: u32) -> u32 {
        self.names[entry as usize]
    }

    /// The bytes of an entry: up to where the next one begins.
    pub(crate) fn bytes<'p>(&self, pack: &'p Pack, entry: u32) -> &'p [u8] {
        pack.slice(self.offsets[entry as usize], self.end(pack, entry)).unwrap_or_default()
    }

    fn end(&self, pack: &Pack, entry: u32) -> u64 {
        self.offsets.get(entry as usize + 1).copied().unwrap_or(pack.end())
    }
}

const NO_BASE: Broken = Broken("it is a delta, and its base is not in the pack");
