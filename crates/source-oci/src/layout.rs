//! A layout directory: `oci-layout`, `index.json`, `blobs/ALGORITHM/HEX` (OCI image specification, `image-layout.md`).

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::digest::Digest;
use crate::model::MANIFEST_LIMIT;
use crate::store::{Blob, Store};

/// A layout directory.
#[derive(Debug)]
pub(crate) struct Layout {
    directory: PathBuf,
}

impl Layout {
    /// Opens one. Gives its index too.
    pub(crate) fn open(directory: &Path) -> Result<(Self, Vec<u8>), Error> {
        let shown = directory.display().to_string();
        if !directory.is_dir() {
            return Err(Error::missing(shown, "no such directory"));
        }
        let index = directory.join("index.json");
        let bytes = match read(&index, MANIFEST_LIMIT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::missing(shown, "no index.json in it, so it is no layout of an image"));
            }
            read => read.map_err(|error| Error::io(index.display().to_string(), error))?,
        };
        Ok((Self { directory: directory.to_owned() }, bytes))
    }
}

impl Layout {
    /// A directory of blobs without an index.
    pub(crate) const fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Where a blob is if it is there. A digest holds nothing that leads elsewhere.
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        self.directory.join("blobs").join(digest.algorithm()).join(digest.hex())
    }
}

impl Store for Layout {
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error> {
        let Blob::Described(descriptor) = blob else {
            return Err(Error::missing(blob.name(), "a layout has no names for blobs"));
        };
        let digest = &descriptor.digest;
        let path = self.path(digest);
        match open(&path) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Error::missing(digest.to_string(), "the layout does not have it"))
            }
            Err(error) => Err(Error::io(path.display().to_string(), error)),
        }
    }
}

/// Opens a regular file; anything else could block, or never end.
fn open(path: &Path) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    File::open(path)
}

/// A file of a known limit, whole.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
