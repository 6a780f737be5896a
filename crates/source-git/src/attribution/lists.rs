//! Which directories are in which, in little memory.

/// How far a list is searched for an entry that the other one has.
const WINDOW: usize = 32;

/// An entry: the number of its name, and that of what it leads to.
pub(crate) type Entry = (u32, u32);

/// Lists of entries, one for each tree that has directories. Trees come in the order of their deltas, so most lists are
/// like those before them: what is written of a list is how it differs, some 10 bytes.
///
/// A list is its tree's number, how many entries it has, and how they are made, up to that many: so many entries taken
/// over from the list before, so many of it left out, so many that are written here. All numbers have seven bits a byte,
/// the lowest first.
#[derive(Default)]
pub(crate) struct Lists {
    bytes: Vec<u8>,
    last: Vec<Entry>,
}

impl Lists {
    /// How many bytes they take.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Forgets them all.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds the list of a tree, and leaves another one to be filled.
    pub(crate) fn push(&mut self, tree: u32, list: &mut Vec<Entry>) {
        if list.is_empty() {
            return;
        }
        self.write(tree);
        self.write(list.len() as u32);
        let (mut before, mut at) = (0, 0);
        while at < list.len() {
            let same =
                list[at..].iter().zip(&self.last[before..]).take_while(|(new, old)| new == old).count();
            (before, at) = (before + same, at + same);
            let (skipped, written) = self.next_same(&list[at..], before);
            self.write(same as u32);
            self.write(skipped as u32);
            self.write(written as u32);
            for (name, to) in &list[at..at + written] {
                self.write(*name);
                self.write(*to);
            }
            (before, at) = (before + skipped, at + written);
        }
        std::mem::swap(&mut self.last, list);
        list.clear();
    }

    /// How many entries of the last list, and how many of the new one, are to be passed over until both are the same
    /// again, as far as that is seen.
    fn next_same(&self, list: &[Entry], before: usize) -> (usize, usize) {
        let old = &self.last[before..];
        for (written, new) in list.iter().take(WINDOW).enumerate() {
            if let Some(skipped) = old.iter().take(WINDOW).position(|entry| entry == new) {
                return (skipped, written);
            }
        }
        (old.len().min(WINDOW), list.len().min(WINDOW))
    }

    fn write(&mut self, number: u32) {
        let mut rest = number;
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
    }

    /// Says every list again, with its tree.
    pub(crate) fn each(&self, mut look: impl FnMut(u32, &[Entry])) {
        let mut rest = self.bytes.as_slice();
        let (mut last, mut list): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
        while !rest.is_empty() {
            let (tree, length) = (read(&mut rest), read(&mut rest) as usize);
            let mut before = 0;
            while list.len() < length {
                let [same, skipped, written] = [(); 3].map(|()| read(&mut rest) as usize);
                list.extend_from_slice(&last[before..before + same]);
                before += same + skipped;
                list.extend((0..written).map(|_| (read(&mut rest), read(&mut rest))));
            }
            look(tree, &list);
            std::mem::swap(&mut last, &mut list);
            list.clear();
        }
    }
}

fn read(rest: &mut &[u8]) -> u32 {
    let (mut number, mut shift) = (0, 0);
    while let Some((&byte, more)) = rest.split_first() {
        *rest = more;
        number |= u32::from(byte & 0x7F) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_said_again_as_they_were() {
        let mut list: Vec<Entry> = (0..100).map(|name| (name, name * 1_000_003)).collect();
        let mut all = Vec::new();
        for tree in 0..300_u32 {
            let at = tree as usize * 7 % list.len();
            match tree % 5 {
                0 => list[at].1 = u32::MAX - tree,
                1 => drop(list.remove(at)),
                2 => list.insert(at, (tree, tree)),
                3 => list.rotate_left(40),
                _ => list.truncate(60 + tree as usize % 50),
            }
            all.push((tree, list.clone()));
        }
        let mut lists = Lists::default();
        for (tree, list) in &all {
            lists.push(*tree, &mut list.clone());
        }
        let mut said = Vec::new();
        lists.each(|tree, list| said.push((tree, list.to_vec())));
        assert!(said == all);
        let entries: usize = all.iter().map(|(_, list)| list.len()).sum();
        assert!(lists.len() < entries * 3, "{} bytes for {entries} entries", lists.len());
        lists.clear();
        lists.push(7, &mut Vec::new());
        assert_eq!(lists.len(), 0, "a tree without directories has no list");
    }
}
