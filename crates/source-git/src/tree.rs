//! Trees: the directories of git.

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) kind: EntryKind,
    /// Raw bytes without a NUL; anything else can be in it.
    pub(crate) name: &'a [u8],
    pub(crate) id: &'a [u8],
    /// Where the entry begins and ends in the tree.
    pub(crate) range: (usize, usize),
}

/// What an entry leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Tree,
    Blob,
    /// A commit of another repository.
    Submodule,
}

/// The entries of a tree, up to where it is broken. Each takes time in its own length only.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'a> {
    bytes: &'a [u8],
    at: usize,
    hash_length: usize,
}

impl<'a> Entries<'a> {
    pub(crate) fn of(bytes: &'a [u8], hash_length: usize) -> Self {
        Self { bytes, at: 0, hash_length }
    }

    /// Where the next entry begins.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Passes over entries that are known: the next one begins here.
    pub(crate) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Whether there is something that is no entry.
    pub(crate) fn is_broken(&self) -> bool {
        self.at < self.bytes.len()
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let rest = &self.bytes[self.at..];
        // A mode has five or six digits.
        let blank = rest.iter().take(8).position(|&byte| byte == b' ')?;
        let nul = blank + memchr::memchr(0, &rest[blank..])?;
        let id = rest.get(nul + 1..nul + 1 + self.hash_length)?;
        let kind = match &rest[..blank] {
            b"40000" | b"040000" => EntryKind::Tree,
            b"160000" => EntryKind::Submodule,
            _ => EntryKind::Blob,
        };
        let start = self.at;
        self.at += nul + 1 + self.hash_length;
        Some(Entry { kind, name: &rest[blank + 1..nul], id, range: (start, self.at) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Vec<u8> {
        let mut bytes = Vec::new();
        for (mode, name) in [("100644", "a b"), ("40000", "dir"), ("160000", "sub"), ("120000", "link")] {
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(&[0; 20]);
        }
        bytes
    }

    #[test]
    fn entries_are_read_up_to_where_the_tree_is_broken() {
        let bytes = tree();
        let entries: Vec<_> = Entries::of(&bytes, 20).collect();
        let names: Vec<_> = entries.iter().map(|entry| (entry.kind, entry.name)).collect();
        let expected: [(EntryKind, &[u8]); 4] = [
            (EntryKind::Blob, b"a b"),
            (EntryKind::Tree, b"dir"),
            (EntryKind::Submodule, b"sub"),
            (EntryKind::Blob, b"link"),
        ];
        assert_eq!(names, expected);
        assert!(entries.windows(2).all(|pair| pair[0].range.1 == pair[1].range.0));
        let mut cut = Entries::of(&bytes[..bytes.len() - 1], 20);
        assert_eq!(cut.by_ref().count(), 3);
        assert!(cut.is_broken());
    }
}
