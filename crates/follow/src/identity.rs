//! What makes a file the one that it was.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// So many first bytes tell a file from one that has taken its inode.
const FIRST: usize = 256;

/// What makes a file the one that it was: where it is stored, and how it begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// The device.
    pub device: u64,
    /// The inode.
    pub inode: u64,
    /// How many first bytes `digest` is of.
    pub length: usize,
    /// BLAKE3 of them, in hex.
    pub digest: String,
}

impl Identity {
    /// Of an open file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(file: &File, metadata: &Metadata) -> io::Result<Self> {
        let first = first(file, FIRST)?;
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: first.len(),
            digest: digest(&first),
        })
    }

    /// Of a file that is known by its content only: it may be packed.
    pub(crate) fn of_content(first: &[u8]) -> Self {
        Self { device: 0, inode: 0, length: first.len(), digest: digest(first) }
    }

    /// Gathers the first bytes of a content, of which the next are these.
    pub(crate) fn gather(first: &mut Vec<u8>, next: &[u8]) {
        first.extend_from_slice(&next[..next.len().min(FIRST - first.len())]);
    }

    /// Whether it is the file of this name, which is not packed.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        let is = |file: File| self.is(&file, &file.metadata()?);
        File::open(path).and_then(is).unwrap_or(false)
    }

    /// Whether it was taken when there was little to tell it by.
    pub(crate) fn is_short(&self) -> bool {
        self.length < FIRST
    }

    /// Whether an open file begins as this one did, wherever it is stored.
    pub(crate) fn begins(&self, bytes: &[u8]) -> bool {
        bytes.get(..self.length).is_some_and(|first| digest(first) == self.digest)
    }

    /// Whether a file is this one, perhaps grown.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn is(&self, file: &File, metadata: &Metadata) -> io::Result<bool> {
        let same = metadata.dev() == self.device && metadata.ino() == self.inode;
        Ok(same && self.begins(&first(file, self.length)?))
    }
}

fn first(file: &File, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut read = 0;
    while read < length {
        match file.read_at(&mut bytes[read..], read as u64)? {
            0 => break,
            more => read += more,
        }
    }
    bytes.truncate(read);
    Ok(bytes)
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_owned()
}
