//! What a layer does to the file system below it, and what becomes of a file by the layers above it
//! (OCI image specification, `layer.md`).

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

use keysieve_finding::LayerState;

/// How a whiteout begins: `.wh.name` deletes `name`.
const WHITEOUT: &[u8] = b".wh.";

/// Deletes all that lower layers have in its directory.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// The names in a layer. They are kept as hashes, because a layer can have millions.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// Everything but directories, with how often it comes.
    files: HashMap<u64, u32>,
    directories: HashSet<u64>,
    deleted: HashSet<u64>,
    opaque: HashSet<u64>,
    /// Hard links: what they lead to, and their own name.
    links: Vec<(u64, Box<[u8]>)>,
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
        let count = self.files.entry(hash(path)).or_default();
        let nth = *count;
        *count += 1;
        if name == OPAQUE {
            self.opaque.insert(hash(parent));
            return (Meaning::Whiteout, nth);
        }
        match name.strip_prefix(WHITEOUT) {
            Some(name) if !name.is_empty() => {
                let target = if parent.is_empty() { name.to_vec() } else { [parent, b"/", name].concat() };
                self.deleted.insert(hash(&target));
                (Meaning::Whiteout, nth)
            }
            _ => (Meaning::File, nth),
        }
    }

    pub(crate) fn directory(&mut self, path: &[u8]) {
        self.directories.insert(hash(path));
    }

    /// Notes a hard link.
    pub(crate) fn link(&mut self, path: &[u8], target: &[u8]) {
        *self.files.entry(hash(path)).or_default() += 1;
        self.links.push((hash(target), path.into()));
    }

    /// The other names of a file.
    pub(crate) fn names(&self, path: &[u8]) -> impl Iterator<Item = &[u8]> {
        let target = hash(path);
        self.links.iter().filter(move |(to, _)| *to == target).map(|(_, name)| &**name)
    }

    /// What later runs need to know of it, if nothing in it is to be said: only what it does to others, in hashes.
    pub(crate) fn memo(&self) -> Vec<u8> {
        let files: HashSet<u64> = self.files.keys().copied().collect();
        let mut memo = hash(CANARY).to_le_bytes().to_vec();
        for set in [&files, &self.directories, &self.deleted, &self.opaque] {
            let mut sorted: Vec<u64> = set.iter().copied().collect();
            sorted.sort_unstable();
            memo.extend_from_slice(&(sorted.len() as u64).to_le_bytes());
            sorted.iter().for_each(|hash| memo.extend_from_slice(&hash.to_le_bytes()));
        }
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
        let mut set = || -> Option<HashSet<u64>> { (0..word()?).map(|_| word()).collect() };
        let files = set()?.into_iter().map(|file| (file, 1)).collect();
        let (directories, deleted, opaque) = (set()?, set()?, set()?);
        let links = Vec::new();
        Some((Self { files, directories, deleted, opaque, links }, &memo[*rest..]))
    }

    /// What it does to a file of a lower layer.
    fn does_to(&self, path: &[u8]) -> Option<LayerState> {
        let own = hash(path);
        if self.files.contains_key(&own) || self.directories.contains(&own) {
            return Some(LayerState::Overwritten);
        }
        let gone = self.deleted.contains(&own)
            || ancestors(path).any(|directory| {
                let directory_hash = hash(directory);
                self.opaque.contains(&directory_hash)
                    || (!directory.is_empty()
                        && (self.deleted.contains(&directory_hash)
                            || self.files.contains_key(&directory_hash)))
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
    if own.and_then(|own| own.files.get(&hash(path))).is_some_and(|count| *count > nth + 1) {
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
        let above = layer(&["a/.wh..wh..opq", "a/x", "d/", "e/.wh.f", "e/.wh.f"]);
        let memo = [&above.memo()[..], b"rest"].concat();
        let (known, rest) = Overlay::of_memo(&memo).expect("its own");
        assert_eq!(rest, b"rest");
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
