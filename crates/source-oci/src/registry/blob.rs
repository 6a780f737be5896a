//! A blob of a registry, as something that can be read.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use oci_client::Reference as Name;
use oci_client::client::{BlobResponse, SizedStream};
use oci_client::errors::OciDistributionError;
use reqwest::header::{HeaderMap, RANGE};
use reqwest::{Method, Response, StatusCode, Url};

use super::challenge::Challenge;
use super::host::Host;
use super::patience::{Patience, is_passing, retry_after};
use super::transport::{Transport, asked_of_mirror, refusal};
use crate::Error;
use crate::model::Descriptor;

/// How often a blob is taken up again, however far it gets in between.
const MOST_CUTS: u32 = 100;

/// Reads a blob. Where the connection is cut, it goes on at the byte that was reached, so that whoever reads sees one
/// blob, and each byte once.
pub(crate) struct BlobReader {
    transport: Arc<Transport>,
    name: Name,
    descriptor: Descriptor,
    stream: Option<Stream>,
    piece: Vec<u8>,
    at: usize,
    /// How many bytes came.
    position: u64,
    /// How many more are to be passed over, because the registry began from the start again.
    passed_over: u64,
    patience: Patience,
    cuts: u32,
    done: bool,
}

/// What a blob comes through.
enum Stream {
    Client(SizedStream),
    Answer(Response),
}

impl Stream {
    /// The next piece; an error says nothing.
    async fn next(&mut self) -> Option<Result<Vec<u8>, ()>> {
        match self {
            Self::Client(stream) => stream.next().await.map(|piece| piece.map(Into::into).map_err(drop)),
            Self::Answer(answer) => {
                answer.chunk().await.map_err(drop).transpose().map(|piece| piece.map(Into::into))
            }
        }
    }
}

impl BlobReader {
    /// Opens a blob.
    pub(crate) fn open(
        transport: &Arc<Transport>,
        name: &Name,
        descriptor: &Descriptor,
    ) -> Result<Self, Error> {
        let mut reader = Self {
            transport: Arc::clone(transport),
            name: name.clone(),
            descriptor: descriptor.clone(),
            stream: None,
            piece: Vec::new(),
            at: 0,
            position: 0,
            passed_over: 0,
            patience: transport.patience(),
            cuts: 0,
            done: false,
        };
        reader.connect()?;
        Ok(reader)
    }

    fn what(&self) -> String {
        format!("{}/{}: {}", self.name.registry(), self.name.repository(), self.descriptor.digest)
    }

    /// Begins, or goes on where it was cut.
    fn connect(&mut self) -> Result<(), Error> {
        let what = self.what();
        loop {
            let host = self.transport.host(self.name.resolve_registry())?;
            if host.knows_us {
                match self.ask(&host)? {
                    true => return Ok(()),
                    false => continue,
                }
            }
            let digest = self.descriptor.digest.as_str();
            let pulled = host.client.pull_blob_stream_partial(&self.name, digest, self.position, None);
            match self.transport.block(&what, pulled)? {
                Ok(BlobResponse::Partial(stream)) => {
                    (self.stream, self.passed_over) = (Some(Stream::Client(stream)), 0);
                    self.transport.worked(&self.name);
                    return Ok(());
                }
                Ok(BlobResponse::Full(stream)) => {
                    (self.stream, self.passed_over) = (Some(Stream::Client(stream)), self.position);
                    self.transport.worked(&self.name);
                    return Ok(());
                }
                Err(OciDistributionError::RequestError(_) | OciDistributionError::IoError(_)) => {
                    self.wait(None, "the connection failed")?;
                }
                // The client does not say what the registry said: it is asked again, without the blob.
                Err(_) => self.ask_why()?,
            }
        }
    }

    /// Asks for it without the client. Says whether it comes; if not, it is to be asked again.
    fn ask(&mut self, host: &Host) -> Result<bool, Error> {
        let what = self.what();
        let request = host.http.get(self.url(host)?).header(RANGE, format!("bytes={}-", self.position));
        let request = match self.transport.authorization(&self.name) {
            Some(authorization) => authorization.on(request),
            None => request,
        };
        match self.transport.block(&what, async { request.send().await })? {
            Ok(answer) if answer.status().is_success() => {
                let partial = answer.status() == StatusCode::PARTIAL_CONTENT;
                self.passed_over = if partial { 0 } else { self.position };
                self.stream = Some(Stream::Answer(answer));
                self.transport.worked(&self.name);
                Ok(true)
            }
            Ok(answer) => self.refused(answer.status(), answer.headers()).map(|()| false),
            Err(_) => self.wait(None, "the connection failed").map(|()| false),
        }
    }

    fn url(&self, host: &Host) -> Result<Url, Error> {
        let rest = asked_of_mirror(&self.name, &format!("blobs/{}", self.descriptor.digest));
        let url = host.base.join(&format!("v2/{}/{rest}", self.name.repository()));
        url.map_err(|_| Error::broken(self.what(), "not the name of a blob"))
    }

    fn ask_why(&mut self) -> Result<(), Error> {
        let host = self.transport.host(self.name.resolve_registry())?;
        let authorization = self.transport.authorization(&self.name);
        let url = self.url(&host)?;
        let answer = self.transport.single(&host, Method::HEAD, url, authorization.as_ref(), &self.what())?;
        match answer.status {
            status if status.is_success() => self.wait(Some(Duration::ZERO), "the registry refuses it"),
            status => self.refused(status, &answer.headers),
        }
    }

    /// Does what helps against a refusal, or gives up.
    fn refused(&mut self, status: StatusCode, headers: &HeaderMap) -> Result<(), Error> {
        match status {
            StatusCode::UNAUTHORIZED => self.transport.authorize(&self.name, &Challenge::all(headers)),
            status if is_passing(status) => {
                self.wait(retry_after(headers), &format!("the registry says {status}"))
            }
            status => Err(refusal(self.what(), status)),
        }
    }

    fn wait(&mut self, after: Option<Duration>, problem: &str) -> Result<(), Error> {
        self.cuts += 1;
        match self.patience.next(after).filter(|_| self.cuts < MOST_CUTS) {
            Some(wait) => self.transport.sleep(&self.what(), wait),
            None => {
                let where_ = match self.descriptor.size {
                    Some(size) => format!("{problem} after {} of {size} bytes", self.position),
                    None => format!("{problem} after {} bytes", self.position),
                };
                Err(Error::refused(self.what(), where_))
            }
        }
    }

    /// Takes the next piece. At the end there is none.
    fn next(&mut self) -> Result<(), Error> {
        loop {
            if self.descriptor.size.is_some_and(|size| self.position >= size) {
                self.done = true;
                return Ok(());
            }
            let what = self.what();
            let Some(stream) = &mut self.stream else {
                self.connect()?;
                continue;
            };
            match self.transport.block(&what, stream.next())? {
                Some(Ok(bytes)) => {
                    let over = bytes.len().min(usize::try_from(self.passed_over).unwrap_or(usize::MAX));
                    self.passed_over -= over as u64;
                    if over < bytes.len() {
                        self.piece.clear();
                        self.piece.extend_from_slice(&bytes[over..]);
                        self.at = 0;
                        self.position += self.piece.len() as u64;
                        self.patience.renew();
                        return Ok(());
                    }
                }
                None if self.descriptor.size.is_none() => {
                    self.done = true;
                    return Ok(());
                }
                None | Some(Err(_)) => {
                    self.stream = None;
                    self.wait(None, "the connection was cut")?;
                }
            }
        }
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() && !self.done {
            self.next().map_err(io::Error::other)?;
        }
        let length = buffer.len().min(self.piece.len() - self.at);
        buffer[..length].copy_from_slice(&self.piece[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}
