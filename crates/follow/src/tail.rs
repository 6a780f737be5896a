//! One file that is followed.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::Identity;

/// One file that is followed.
#[derive(Debug)]
pub(crate) struct Tail {
    /// Tells it from every other one of this run.
    pub(crate) id: u64,
    pub(crate) path: PathBuf,
    pub(crate) identity: Identity,
    pub(crate) file: File,
    /// Up to where it was read.
    pub(crate) read: u64,
    /// From where it is to be read again by a later run.
    pub(crate) done: u64,
    /// Up to where it has gone out, in this run or an earlier one.
    pub(crate) out: u64,
    /// How often it was looked at without a name that leads to it, and without anything new in it.
    pub(crate) idle: u32,
}

impl Tail {
    /// The next bytes; none at the end, for now.
    pub(crate) fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<bool> {
        buffer.resize(256 * 1024, 0);
        let length = self.file.read_at(buffer, self.read)?;
        buffer.truncate(length);
        self.read += length as u64;
        Ok(length > 0)
    }
}

/// A file that was put aside, packed or not.
pub(crate) enum Aside {
    Plain(File),
    Packed(Box<MultiGzDecoder<File>>),
}

impl Aside {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let mut magic = [0; 2];
        let packed = file.read_at(&mut magic, 0)? == 2 && magic == [0x1F, 0x8B];
        Ok(if packed { Self::Packed(Box::new(MultiGzDecoder::new(file))) } else { Self::Plain(file) })
    }

    /// Whether what is in it begins as a file did.
    pub(crate) fn begins(path: &Path, identity: &Identity) -> bool {
        let first = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            Self::open(path)?.take(identity.length as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        identity.length > 0 && first().is_ok_and(|bytes| identity.begins(&bytes))
    }
}

impl Read for Aside {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Packed(packed) => packed.read(buffer),
        }
    }
}
