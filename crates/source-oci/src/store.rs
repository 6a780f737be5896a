//! Where the blobs of an image are.

use std::io::Read;
use std::sync::Arc;

use oci_client::Reference as Name;

use crate::Error;
use crate::model::{Descriptor, MANIFEST_LIMIT};
use crate::registry::{BlobReader, Transport};

/// Where the blobs of an image are.
pub(crate) trait Store: Send + Sync {
    /// Opens a blob. What comes is not checked yet.
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error>;

    /// A manifest or an index, whole. What comes is not checked yet.
    fn manifest(&self, descriptor: &Descriptor) -> Result<Vec<u8>, Error> {
        self.document(&Blob::Described(Box::new(descriptor.clone())), MANIFEST_LIMIT)
    }

    /// A blob of a known limit, whole.
    fn document(&self, blob: &Blob, limit: u64) -> Result<Vec<u8>, Error> {
        let what = blob.name();
        if blob.size().is_some_and(|size| size > limit) {
            return Err(Error::TooLarge { what, limit });
        }
        let mut bytes = Vec::new();
        let read = self.open(blob)?.take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| Error::io(what.clone(), error))?;
        if bytes.len() as u64 > limit {
            return Err(Error::TooLarge { what, limit });
        }
        Ok(bytes)
    }
}

/// A blob, as a store knows it.
#[derive(Clone, Debug)]
pub(crate) enum Blob {
    /// By its digest.
    Described(Box<Descriptor>),
    /// By its name in an archive.
    Member(String),
}

impl Blob {
    /// What it is called in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Described(descriptor) => descriptor.digest.to_string(),
            Self::Member(name) => name.clone(),
        }
    }

    fn size(&self) -> Option<u64> {
        match self {
            Self::Described(descriptor) => descriptor.size,
            Self::Member(_) => None,
        }
    }
}

/// A repository of a registry.
pub(crate) struct Remote {
    pub(crate) transport: Arc<Transport>,
    pub(crate) name: Name,
}

impl Store for Remote {
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error> {
        match blob {
            Blob::Described(descriptor) => {
                Ok(Box::new(BlobReader::open(&self.transport, &self.name, descriptor)?))
            }
            Blob::Member(name) => Err(Error::missing(name, "a registry has no names for blobs")),
        }
    }

    fn manifest(&self, descriptor: &Descriptor) -> Result<Vec<u8>, Error> {
        self.transport.manifest(&self.name, descriptor.digest.as_str()).map(|answer| answer.body)
    }
}
