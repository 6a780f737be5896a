//! A named buffer, and where one comes from.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Bytes to time a scan on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// What they are, for the table.
    pub name: String,
    /// The bytes themselves.
    pub bytes: Vec<u8>,
}

impl Corpus {
    /// Exactly `size` bytes of what `more` appends, call after call; the last piece is cut.
    pub(crate) fn fill(name: &str, size: usize, mut more: impl FnMut(&mut Vec<u8>)) -> Self {
        let mut bytes = Vec::with_capacity(size + 4096);
        while bytes.len() < size {
            more(&mut bytes);
        }
        bytes.truncate(size);
        Self { name: name.to_owned(), bytes }
    }

    /// `size` bytes of those of `files` whose names end in one of `endings`, in the order given, each taken at most
    /// once; when the files have fewer bytes of the kind, so has the corpus.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of_files(name: &str, files: &[PathBuf], endings: &[&str], size: usize) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(size);
        for file in files.iter().filter(|file| ends_in(file, endings)) {
            if bytes.len() >= size {
                break;
            }
            bytes.extend_from_slice(&fs::read(file)?);
            // A file whose last line does not end must not run into the next one's first.
            if bytes.last().is_some_and(|last| *last != b'\n') {
                bytes.push(b'\n');
            }
        }
        bytes.truncate(size);
        Ok(Self { name: name.to_owned(), bytes })
    }
}

/// The regular files below a directory, sorted by the bytes of their paths; symlinks are not followed.
///
/// # Errors
/// When a directory cannot be read.
pub fn files_below(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut files, mut directories) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                directories.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    Ok(files)
}

fn ends_in(file: &Path, endings: &[&str]) -> bool {
    let name = file.as_os_str().as_encoded_bytes();
    endings.iter().any(|ending| name.ends_with(ending.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_asked_kinds_are_laid_end_to_end_in_path_order() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir(tree.path().join("lib")).unwrap();
        fs::write(tree.path().join("lib/a.c"), "second").unwrap();
        fs::write(tree.path().join("a.h"), "first\n").unwrap();
        fs::write(tree.path().join("readme.md"), "never").unwrap();
        let files = files_below(tree.path()).unwrap();
        let corpus = Corpus::of_files("c", &files, &[".c", ".h"], 1000).unwrap();
        assert_eq!(corpus.bytes, b"first\nsecond\n");
        let corpus = Corpus::of_files("c", &files, &[".c", ".h"], 8).unwrap();
        assert_eq!(corpus.bytes, b"first\nse");
    }

    #[test]
    fn a_tree_that_is_not_there_is_an_error() {
        let tree = tempfile::tempdir().unwrap();
        assert!(files_below(&tree.path().join("gone")).is_err());
    }
}
