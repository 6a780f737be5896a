//! What is remembered of a tree for those that are made from it: of them only what differs is read.

use std::ops::Range;

use keysieve_source::Copied;

use crate::tree::{Entries, Entry};

/// Something that was noted of an entry: the number of its name, and that of what it leads to.
pub(crate) type Noted = (u32, u32);

/// What is remembered of a tree.
#[derive(Debug, Default)]
pub(crate) struct TreeMemory {
    /// Where each entry begins, and where the last one ends.
    starts: Vec<u32>,
    /// The directories that were noted, each with where its entry begins.
    pub(crate) directories: Vec<(u32, Noted)>,
    /// What else was noted.
    pub(crate) others: Vec<(u32, Noted)>,
}

/// The next part of a tree.
pub(crate) enum Step<'a> {
    /// Entries that another tree has, too: where they stand there, and how much further they stand here.
    Taken(Range<u32>, u32),
    /// One that was read.
    Read(Entry<'a>),
}

/// Goes through a tree.
pub(crate) struct Skim<'a> {
    entries: Entries<'a>,
    base: Option<&'a TreeMemory>,
    /// What is copied from the base, in order.
    copied: &'a [Copied],
}

impl<'a> Skim<'a> {
    pub(crate) fn of(
        bytes: &'a [u8],
        hash_length: usize,
        base: Option<&'a TreeMemory>,
        copied: Option<&'a [Copied]>,
    ) -> Self {
        let entries = Entries::of(bytes, hash_length);
        // Where entries begin is remembered in 32 bits.
        let base = base.filter(|_| u32::try_from(bytes.len()).is_ok());
        Self { entries, base, copied: copied.unwrap_or_default() }
    }

    /// Whether there is something that is no entry.
    pub(crate) fn is_broken(&self) -> bool {
        self.entries.is_broken()
    }

    /// The entries that follow and stand in the base as they are.
    fn taken(&mut self) -> Option<Step<'a>> {
        let (base, at) = (self.base?, self.entries.at());
        while let Some((first, rest)) = self.copied.split_first()
            && first.to + first.length <= at
        {
            self.copied = rest;
        }
        let piece = self.copied.first().filter(|piece| piece.to <= at)?;
        let from = u32::try_from(at - piece.to + piece.from).ok()?;
        let end = u32::try_from(piece.from + piece.length).ok()?;
        let first = base.starts.binary_search(&from).ok()?;
        let last = base.starts.partition_point(|start| *start <= end) - 1;
        let range = from..base.starts[last];
        if last <= first {
            return None;
        }
        self.entries.skip_to(at + (range.end - range.start) as usize);
        Some(Step::Taken(range, (at as u32).wrapping_sub(from)))
    }
}

impl<'a> Iterator for Skim<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        self.taken().or_else(|| self.entries.next().map(Step::Read))
    }
}

impl TreeMemory {
    /// Remembers that an entry begins here.
    pub(crate) fn begin(&mut self, at: usize) {
        self.starts.push(at as u32);
    }

    /// Remembers entries that stand in another tree, too.
    pub(crate) fn take(&mut self, base: &Self, range: &Range<u32>, shift: u32) {
        let of = |start: u32| base.starts.partition_point(|other| *other < start);
        let starts = &base.starts[of(range.start)..of(range.end)];
        self.starts.extend(starts.iter().map(|start| start.wrapping_add(shift)));
        let shifted = |noted: &(u32, Noted)| (noted.0.wrapping_add(shift), noted.1);
        self.directories.extend(within(&base.directories, range).iter().map(shifted));
        self.others.extend(within(&base.others, range).iter().map(shifted));
    }

    /// Remembers where the last entry ends.
    pub(crate) fn end(&mut self, at: usize) {
        self.begin(at);
    }
}

/// What was noted of the entries in a range.
pub(crate) fn within<'n>(noted: &'n [(u32, Noted)], range: &Range<u32>) -> &'n [(u32, Noted)] {
    let of = |start: u32| noted.partition_point(|(other, _)| *other < start);
    &noted[of(range.start)..of(range.end)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(names: &[&str]) -> Vec<u8> {
        let entry = |name: &&str| [b"100644 ", name.as_bytes(), &[0; 21]].concat();
        names.iter().flat_map(entry).collect()
    }

    fn memory(bytes: &[u8]) -> TreeMemory {
        let mut memory = TreeMemory::default();
        Entries::of(bytes, 20).for_each(|entry| memory.begin(entry.range.0));
        memory.end(bytes.len());
        memory
    }

    #[test]
    fn of_a_tree_made_from_another_only_what_differs_is_read() {
        let (base, made) = (tree(&["a", "bb", "ccc", "d"]), tree(&["a", "bX", "ccc", "d", "e"]));
        let remembered = memory(&base);
        // The second name and what follows is written anew up to the middle of its hash.
        let copied =
            [Copied { from: 0, to: 0, length: 37 }, Copied { from: 50, to: 50, length: base.len() - 50 }];
        let mut skim = Skim::of(&made, 20, Some(&remembered), Some(&copied));
        let (mut read, mut own) = (Vec::new(), TreeMemory::default());
        for step in skim.by_ref() {
            match step {
                Step::Read(entry) => {
                    own.begin(entry.range.0);
                    read.push(entry.name.to_vec());
                }
                Step::Taken(range, shift) => own.take(&remembered, &range, shift),
            }
        }
        own.end(made.len());
        assert_eq!(read, [b"bX".to_vec(), b"e".to_vec()]);
        assert_eq!(own.starts, memory(&made).starts);
        assert!(!skim.is_broken());
    }
}
