//! Trees of files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::{Random, Text};

const DIRECTORIES: &[&str] = &["src/", "lib/", ".hidden/", "a b/", "ünï/", "x.d/"];

/// Files by their paths, `/` between the parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// What each file holds.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// A tree without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree of `count` files up to five directories deep, hidden ones among them, each of 0 to 20,000 bytes of one
    /// kind of [`Text`], some of them empty.
    #[must_use]
    pub fn random(seed: u64, count: usize) -> Self {
        let mut random = Random::new(seed);
        let mut tree = Self::new();
        for n in 0..count {
            let mut path = String::new();
            for _ in 0..random.below(6) {
                path.push_str(random.pick::<&str>(DIRECTORIES));
            }
            let kind = *random.pick(Text::ALL);
            let extension = match kind {
                Text::Code => "rs",
                Text::Log => "log",
                Text::Json => "json",
                Text::Base64 => "txt",
                Text::Binary => "bin",
            };
            let length = if random.one_in(10) { 0 } else { random.below(20_001) };
            tree.add(&format!("{path}{n}.{extension}"), kind.make(&mut random, length));
        }
        tree
    }

    /// Adds a file, or replaces it.
    pub fn add(&mut self, path: &str, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.files.insert(path.to_owned(), bytes.into());
        self
    }

    /// Writes the files below a directory, which is made if it is not there. Files already there stay.
    ///
    /// # Errors
    /// What the system says.
    pub fn write_to(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory)?;
        for (path, bytes) in &self.files {
            let path = directory.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, bytes)?;
        }
        Ok(())
    }

    /// Reads all files below a directory. Symbolic links are followed.
    ///
    /// # Errors
    /// What the system says, and a path that is not UTF-8.
    pub fn read_from(directory: &Path) -> io::Result<Self> {
        let mut tree = Self::new();
        tree.read_below(directory, "")?;
        Ok(tree)
    }

    fn read_below(&mut self, directory: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| io::Error::other("a name that is not UTF-8"))?;
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                self.read_below(&entry.path(), &format!("{path}/"))?;
            } else {
                self.add(&path, fs::read(entry.path())?);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_back_as_it_was_written() {
        let tree = Tree::random(4, 50);
        assert_eq!(tree.files.len(), 50);
        let directory = tempfile::tempdir().expect("a directory");
        tree.write_to(directory.path()).expect("written");
        assert_eq!(Tree::read_from(directory.path()).expect("read"), tree);
    }

    #[test]
    fn a_seed_gives_one_tree() {
        assert_eq!(Tree::random(4, 20), Tree::random(4, 20));
        assert_ne!(Tree::random(4, 20), Tree::random(5, 20));
    }
}
