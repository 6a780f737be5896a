//! An entry of a tar archive.

use std::io::{self, Read};

use super::walk::Tar;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EntryKind {
    /// A file, and whatever else has content.
    File,
    /// Another name of a file that came before.
    HardLink,
    /// A symbolic link.
    Symlink,
    /// A directory.
    Directory,
    /// A device, a FIFO, or the label of a volume.
    Special,
}

/// An entry, and a reader of its content. What is not read of it is skipped.
#[derive(Debug)]
pub struct Entry<'a, R> {
    pub(super) tar: &'a mut Tar<R>,
    pub(super) about: About,
}

/// What is known of an entry.
#[derive(Debug)]
pub(super) struct About {
    pub(super) path: Vec<u8>,
    pub(super) kind: EntryKind,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: u64,
}

impl<R> Entry<'_, R> {
    /// Its path, the bytes as they are in the archive: it can be anything, `..` and control characters included, and
    /// must not be used as a path on disk.
    #[must_use]
    pub fn path(&self) -> &[u8] {
        &self.about.path
    }

    /// What it is. A link that comes with content is called a link and read all the same.
    #[must_use]
    pub fn kind(&self) -> EntryKind {
        self.about.kind
    }

    /// Where a link leads.
    #[must_use]
    pub fn link(&self) -> Option<&[u8]> {
        self.about.link.as_deref()
    }

    /// Whether there is anything to read.
    #[must_use]
    pub fn has_content(&self) -> bool {
        self.tar.content.stored > 0
    }

    /// How large it says it is, in bytes, the holes of a sparse file included: long ones read as 64 KiB of zeros.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.about.size
    }
}

impl<R: Read> Read for Entry<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.tar.read_content(into)
    }
}
