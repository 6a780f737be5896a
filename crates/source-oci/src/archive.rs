//! An archive on disk: a tar of a layout directory, or what `docker save` writes, or both at once.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::members::Members;
use crate::store::{Blob, Store};

/// An archive on disk.
#[derive(Debug)]
pub(crate) struct Archive {
    path: PathBuf,
    members: Members,
}

impl Archive {
    /// Opens one; none if its members cannot be opened by themselves, because it is compressed or damaged.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, Error> {
        let io = |error| Error::io(path.display().to_string(), error);
        let mut file = File::open(path).map_err(io)?;
        if !file.metadata().map_err(io)?.is_file() {
            return Ok(None);
        }
        let members = Members::of(&mut file).map_err(io)?;
        Ok(members.map(|members| Self { path: path.to_owned(), members }))
    }

    /// A member as a whole, if there is one of that name.
    pub(crate) fn member(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Error> {
        if self.members.find(name).is_none() {
            return Ok(None);
        }
        self.document(&Blob::Member(name.to_owned()), limit).map(Some)
    }
}

impl Store for Archive {
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error> {
        let name = member_of(blob);
        let missing = || Error::missing(blob.name(), "the archive does not have it");
        let (offset, size) = self.members.find(&name).ok_or_else(missing)?;
        let io = |error| Error::io(self.path.display().to_string(), error);
        let mut file = File::open(&self.path).map_err(io)?;
        file.seek(SeekFrom::Start(offset)).map_err(io)?;
        Ok(Box::new(file.take(size)))
    }
}

/// What a blob is called in an archive.
pub(crate) fn member_of(blob: &Blob) -> String {
    match blob {
        Blob::Described(descriptor) => {
            format!("blobs/{}/{}", descriptor.digest.algorithm(), descriptor.digest.hex())
        }
        Blob::Member(name) => name.clone(),
    }
}
