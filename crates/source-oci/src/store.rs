//! Where the blobs of an image are.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use oci_client::Reference as Name;

use crate::Error;
use crate::digest::Digest;
use crate::model::{Descriptor, MANIFEST_LIMIT};
use crate::registry::{Answer, BlobReader, Endpoint, ForeignReader, Transport};

/// Where the blobs of an image are.
pub(crate) trait Store: Send + Sync {
    /// Opens a blob. What comes is not checked yet.
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error>;

    /// A manifest or an index, whole. What comes is not checked yet.
    fn manifest(&self, descriptor: &Descriptor) -> Result<Vec<u8>, Error> {
        self.document(&Blob::Described(Box::new(descriptor.clone())), MANIFEST_LIMIT)
    }

    /// Where a layer lies unpacked, if it does.
    fn directory(&self, blob: &Blob) -> Option<PathBuf> {
        let _ = blob;
        None
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

/// A repository of a registry, wherever it may be asked for.
pub(crate) struct Remote {
    pub(crate) transport: Arc<Transport>,
    pub(crate) endpoints: Vec<Endpoint>,
    /// Those that do not answer.
    silent: Mutex<BTreeSet<usize>>,
}

impl Remote {
    pub(crate) fn new(transport: Arc<Transport>, name: &Name) -> Result<Self, Error> {
        let endpoints = transport.endpoints(name)?;
        Ok(Self { transport, endpoints, silent: Mutex::default() })
    }

    /// What the first of those that it may be asked of has.
    fn first<T>(
        &self,
        may: impl Fn(&Endpoint) -> bool,
        ask: impl Fn(&Name) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let last = self.endpoints.len().saturating_sub(1);
        let silent = || self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, endpoint) in self.endpoints.iter().enumerate() {
            if at < last && (!may(endpoint) || silent().contains(&at)) {
                continue;
            }
            match ask(&endpoint.name) {
                Err(Error::Missing { .. }) if at < last => {}
                Err(error) if at < last && !matches!(error, Error::Stopped { .. }) => {
                    let _ = silent().insert(at);
                }
                answer => return answer,
            }
        }
        Err(Error::missing("registry", "it can be asked for nowhere"))
    }

    /// A manifest or an index, by a tag or a digest.
    pub(crate) fn root(&self, reference: &str) -> Result<Answer, Error> {
        let by_digest = Digest::parse(reference).is_some();
        let may = |endpoint: &Endpoint| if by_digest { endpoint.digests } else { endpoint.tags };
        self.first(may, |name| self.transport.manifest(name, reference))
    }

    /// The tags of the repository.
    pub(crate) fn tags(&self) -> Result<Vec<String>, Error> {
        self.first(|endpoint| endpoint.tags, |name| self.transport.tags(name))
    }

    /// As its own registry knows it, without mirrors.
    pub(crate) fn own(&self) -> Option<&Name> {
        self.endpoints.last().map(|endpoint| &endpoint.name)
    }
}

impl Store for Remote {
    fn open(&self, blob: &Blob) -> Result<Box<dyn Read + Send>, Error> {
        let Blob::Described(descriptor) = blob else {
            return Err(Error::missing(blob.name(), "a registry has no names for blobs"));
        };
        let opened = self.first(|_| true, |name| BlobReader::open(&self.transport, name, descriptor));
        match (opened, self.own()) {
            (Err(Error::Missing { .. }), Some(own))
                if self.transport.options.foreign && descriptor.urls.is_some() =>
            {
                let registry = &self.transport.host(own.resolve_registry())?.base;
                Ok(Box::new(ForeignReader::open(&self.transport, registry, descriptor)?))
            }
            (opened, _) => Ok(Box::new(opened?)),
        }
    }

    fn manifest(&self, descriptor: &Descriptor) -> Result<Vec<u8>, Error> {
        self.first(|_| true, |name| self.transport.manifest(name, descriptor.digest.as_str()))
            .map(|answer| answer.body)
    }
}
