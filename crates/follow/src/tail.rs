//! One file that is followed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

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
