//! What a layer does to the file system below it, and what becomes of a file by the layers above it
//! (OCI image specification, `layer.md`).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use keysieve_finding::LayerState;

use crate::names::Names;

/// How a whiteout begins: `.wh.name` deletes `name`.
const WHITEOUT: &[u8] = b".wh.";

/// Deletes all that lower layers have in its directory.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// How many names of a layer are remembered, and how many bytes of the names of its hard links.
const MOST_NAMES: usize = 2_000_000;
const MOST_OF_LINKS: usize = 16 << 20;

/// The names in a layer, as hashes.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// Everything but directories.
    files: Names,
    /// How often a file comes again.
    again: HashMap<u64, u32>,
    directories: Names,
    deleted: Names,
    opaque: Names,
    /// Hard links: what they lead to, and their own name.
    links: Vec<(u64, Box<[u8]>)>,
    linked: usize,
    /// How many names it had before it was forgotten.
    forgotten: usize,
    /// Whether there were more of them.
    full: bool,
}

/// Its hash tells whether hashes are those of this program.
const CANARY: &[u8] = b"a/canary";

/// A path as layers are laid over each other: without `.`, `..`, doubled and leading slashes.
pub(crate) fn clean(path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join(&b'/')
}

/// What a file's name means.
pub(crate) enum Meaning {
    /// A file of that name.
    File,
    /// It deletes something, and is no file.
    Whiteout,
}

fn hash(path: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(path);
    hasher.finish()
}

/// The directories that a path is in, the innermost first and the root last.
fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = path.iter().enumerate().rev().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    let root = (!path.is_empty()).then_some(0);
    ends.chain(root).map(|end| &path[..end])
}

impl Overlay {
    /// Notes a file with a clean path. Says what it means, and how many of that path came before.
    pub(crate) fn file(&mut self, path: &[u8]) -> (Meaning, u32) {
        let (parent, name) = match path.iter().rposition(|byte| *byte == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&path[..0], path),
        };
        let nth = self.seen(path);
        if name == OPAQUE {
            self.remember(|own| &mut own.opaque, parent);
            return (Meaning::Whiteout, nth);
        }
        match name.strip_prefix(WHITEOUT) {
            Some(name) if !name.is_empty() => {
                let target = if parent.is_empty() { name.to_vec() } else { [parent, b"/", name].concat() };
                self.remember(|own| &mut own.deleted, &target);
                (Meaning::Whiteout, nth)
            }
            _ => (Meaning::File, nth),
        }
    }

    pub(crate) fn directory(&mut self, path: &[u8]) {
        self.remember(|own| &mut own.directories, path);
    }

    /// Notes a file. Says how many of its path came before.
    fn seen(&mut self, path: &[u8]) -> u32 {
        if self.remember(|own| &mut own.files, path) {
            return 0;
        }
        let own = hash(path);
        if !self.files.contains(own) {
            return 0;
        }
        let again = self.again.entry(own).or_default();
        *again += 1;
        *again
    }

    /// Adds a name to a set, as long as there is room. Says whether it is new there.
    fn remember(&mut self, set: fn(&mut Self) -> &mut Names, path: &[u8]) -> bool {
        if self.len() >= MOST_NAMES {
            self.full |= !set(self).contains(hash(path));
            return false;
        }
        set(self).insert(hash(path))
    }

    /// How many names are remembered, or were.
    pub(crate) fn len(&self) -> usize {
        let sets = self.files.len() + self.directories.len() + self.deleted.len() + self.opaque.len();
        sets + self.forgotten
    }

    /// Forgets everything but how many names there were.
    pub(crate) fn forget(&mut self) {
        *self = Self { forgotten: self.len(), full: true, ..Self::default() };
    }

    /// Whether it was forgotten.
    pub(crate) const fn is_forgotten(&self) -> bool {
        self.forgotten > 0
    }

    /// Whether some of its names are not remembered.
    pub(crate) const fn is_full(&self) -> bool {
        self.full
    }

    /// Nothing more comes.
    pub(crate) fn settle(&mut self) {
        for set in [&mut self.files, &mut self.directories, &mut self.deleted, &mut self.opaque] {
            set.settle();
        }
        self.links.shrink_to_fit();
    }

    /// Notes a hard link.
    pub(crate) fn link(&mut self, path: &[u8], target: &[u8]) {
        self.seen(path);
        self.linked += path.len();
        if self.linked > MOST_OF_LINKS {
            self.full = true;
            return;
        }
        self.links.push((hash(target), path.into()));
    }

    /// The other names of a file.
    pub(crate) fn names(&self, path: &[u8]) -> impl Iterator<Item = &[u8]> {
        let target = hash(path);
        self.links.iter().filter(move |(to, _)| *to == target).map(|(_, name)| &**name)
    }

    /// What later runs need to know of it: what it does to others, and which of its files come again, in hashes; and the
    /// names of its hard links.
    pub(crate) fn memo(&self) -> Vec<u8> {
        let mut memo = hash(CANARY).to_le_bytes().to_vec();
        let mut word = |word: u64| memo.extend_from_slice(&word.to_le_bytes());
        for set in [&self.files, &self.directories, &self.deleted, &self.opaque] {
            let sorted = set.sorted();
            word(sorted.len() as u64);
            sorted.iter().copied().for_each(&mut word);
        }
        let mut again: Vec<_> = self.again.iter().collect();
        again.sort();
        word(again.len() as u64);
        for (&name, &times) in again {
            word(name);
            word(u64::from(times));
        }
        word(self.links.len() as u64);
        for (target, name) in &self.links {
            word(*target);
            word(name.len() as u64);
        }
        self.links.iter().for_each(|(_, name)| memo.extend_from_slice(name));
        memo
    }

    /// What such a memo says; none if it was made by another program. The rest of it is returned.
    pub(crate) fn of_memo(memo: &[u8]) -> Option<(Self, &[u8])> {
        let (mut words, rest) = (memo.chunks_exact(8), &mut 0);
        let mut word = || {
            *rest += 8;
            words.next().and_then(|word| Some(u64::from_le_bytes(*word.first_chunk()?)))
        };
        if word()? != hash(CANARY) {
            return None;
        }
        let mut set = || -> Option<Names> { (0..word()?).map(|_| word()).collect() };
        let (files, directories, deleted, opaque) = (set()?, set()?, set()?, set()?);
        let again =
            (0..word()?).map(|_| Some((word()?, u32::try_from(word()?).ok()?))).collect::<Option<_>>()?;
        let lengths = (0..word()?)
            .map(|_| Some((word()?, usize::try_from(word()?).ok()?)))
            .collect::<Option<Vec<_>>>()?;
        let mut rest = memo.get(*rest..)?;
        let mut links = Vec::new();
        for (target, length) in lengths {
            let (name, behind) = rest.split_at_checked(length)?;
            links.push((target, name.into()));
            rest = behind;
        }
        Some((Self { files, directories, deleted, opaque, again, links, ..Self::default() }, rest))
    }

    /// What it does to a file of a lower layer.
    fn does_to(&self, path: &[u8]) -> Option<LayerState> {
        let own = hash(path);
        if self.files.contains(own) || self.directories.contains(own) {
            return Some(LayerState::Overwritten);
        }
        let gone = self.deleted.contains(own)
            || ancestors(path).any(|directory| {
                let directory_hash = hash(directory);
                self.opaque.contains(directory_hash)
                    || (!directory.is_empty()
                        && (self.deleted.contains(directory_hash) || self.files.contains(directory_hash)))
            });
        gone.then_some(LayerState::Deleted)
    }
}

/// What has become of the n-th file of a path in one of an image's layers, and which layer did it. A layer that could
/// not be read does nothing.
pub(crate) fn fate(
    layers: &[Option<&Overlay>],
    at: usize,
    path: &[u8],
    nth: u32,
) -> (LayerState, Option<usize>) {
    let own = layers.get(at).copied().flatten();
    if own.and_then(|own| own.again.get(&hash(path))).is_some_and(|again| *again > nth) {
        return (LayerState::Overwritten, Some(at));
    }
    let above = |name: &[u8]| {
        let mut above = layers.iter().enumerate().skip(at + 1);
        above.find_map(|(index, layer)| Some((layer.as_ref()?.does_to(name)?, Some(index))))
    };
    let Some(fate) = above(path) else { return (LayerState::Present, None) };
    // It is still there under another name.
    let kept = own.is_some_and(|own| own.names(path).any(|name| above(name).is_none()));
    if kept { (LayerState::Present, None) } else { fate }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(files: &[&str]) -> Overlay {
        let mut overlay = Overlay::default();
        for file in files {
            match file.strip_suffix('/') {
                Some(directory) => overlay.directory(&clean(directory.as_bytes())),
                None => drop(overlay.file(&clean(file.as_bytes()))),
            }
        }
        overlay
    }

    fn of(layers: &[&Overlay], path: &str) -> (LayerState, Option<usize>) {
        let layers: Vec<Option<&Overlay>> = layers.iter().map(|layer| Some(*layer)).collect();
        fate(&layers, 0, path.as_bytes(), 0)
    }

    const PRESENT: (LayerState, Option<usize>) = (LayerState::Present, None);
    const DELETED: (LayerState, Option<usize>) = (LayerState::Deleted, Some(1));
    const OVERWRITTEN: (LayerState, Option<usize>) = (LayerState::Overwritten, Some(1));

    #[test]
    fn names_beyond_the_most_are_not_remembered_and_it_says_so() {
        let mut many = Overlay::default();
        for at in 0..MOST_NAMES {
            many.file(format!("{at}").as_bytes());
        }
        many.file(b"0");
        assert!(!many.is_full() && many.len() == MOST_NAMES);
        many.file(b"one more");
        assert!(many.is_full() && many.len() == MOST_NAMES);
        let mut linked = Overlay::default();
        (0..20_u8).for_each(|at| linked.link(&vec![at; 1 << 20], b"x"));
        assert!(linked.is_full() && linked.links.len() == 16);
    }

    #[test]
    fn paths_are_cleaned() {
        for (path, cleaned) in
            [("./a//b/", "a/b"), ("/etc/x", "etc/x"), ("a/../../b", "b"), ("..", ""), ("a/./b", "a/b")]
        {
            assert_eq!(clean(path.as_bytes()), cleaned.as_bytes(), "{path}");
        }
    }

    #[test]
    fn a_layer_deletes_and_overwrites_what_is_below_it() {
        let below = layer(&["a/b/c"]);
        for (above, expected) in [
            ("other", PRESENT),
            ("a/b/c", OVERWRITTEN),
            ("a/b/c/", OVERWRITTEN),
            ("a/b/.wh.c", DELETED),
            ("a/.wh.b", DELETED),
            (".wh.a", DELETED),
            ("a/b/.wh..wh..opq", DELETED),
            (".wh..wh..opq", DELETED),
            ("a/b", DELETED),
            ("a/b/", PRESENT),
            ("a/.wh.c", PRESENT),
            ("a/b/c2/.wh..wh..opq", PRESENT),
        ] {
            assert_eq!(of(&[&below, &layer(&[above])], "a/b/c"), expected, "{above}");
        }
    }

    #[test]
    fn a_memo_says_what_a_layer_does_to_others() {
        let above = layer(&["a/.wh..wh..opq", "a/x", "d/", "e/.wh.f", "e/.wh.f", "t", "t"]);
        let mut settled = above;
        settled.link(b"other", b"t");
        settled.settle();
        let above = settled;
        let memo = [&above.memo()[..], b"rest"].concat();
        let (known, rest) = Overlay::of_memo(&memo).expect("its own");
        assert_eq!(rest, b"rest");
        assert_eq!(known.names(b"t").collect::<Vec<_>>(), [b"other"]);
        assert_eq!(fate(&[Some(&known)], 0, b"t", 0), (LayerState::Overwritten, Some(0)));
        let below = layer(&["a/x", "a/y", "d", "e/f", "z"]);
        for path in ["a/x", "a/y", "d", "e/f", "z"] {
            assert_eq!(of(&[&below, &known], path), of(&[&below, &above], path), "{path}");
        }
        assert!(Overlay::of_memo(&memo[..memo.len() - 20]).is_none(), "it is cut off");
        let mut other = memo.clone();
        other[0] ^= 1;
        assert!(Overlay::of_memo(&other).is_none());
    }

    #[test]
    fn what_is_deleted_and_written_again_is_overwritten() {
        let above = layer(&["a/.wh..wh..opq", "a/x"]);
        assert_eq!(of(&[&layer(&["a/x", "a/y"]), &above], "a/x"), OVERWRITTEN);
        assert_eq!(of(&[&layer(&["a/x", "a/y"]), &above], "a/y"), DELETED);
    }

    #[test]
    fn the_first_layer_that_does_it_is_named() {
        let layers = [&layer(&["x"]), &layer(&["y"]), &layer(&[".wh.x"]), &layer(&["x"])];
        assert_eq!(of(&layers, "x"), (LayerState::Deleted, Some(2)));
    }

    #[test]
    fn the_later_of_two_entries_of_one_path_stays() {
        let twice = layer(&["x", "x"]);
        let layers = [Some(&twice)];
        assert_eq!(fate(&layers, 0, b"x", 0), (LayerState::Overwritten, Some(0)));
        assert_eq!(fate(&layers, 0, b"x", 1), PRESENT);
    }

    #[test]
    fn a_file_stays_as_long_as_one_of_its_names_does() {
        let mut below = layer(&["x"]);
        below.link(b"y", b"x");
        assert_eq!(of(&[&below, &layer(&[".wh.x"])], "x"), PRESENT);
        assert_eq!(of(&[&below, &layer(&[".wh.x", ".wh.y"])], "x"), DELETED);
        assert_eq!(below.names(b"x").collect::<Vec<_>>(), [b"y"]);
    }
}
