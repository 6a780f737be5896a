//! Layers whose bytes are elsewhere, by the addresses in their descriptors: only where that is asked for.

use std::io::{self, Read};
use std::sync::Arc;

use reqwest::{Response, Url};

use super::challenge::is_private_host;
use super::tls;
use super::transport::{Transport, refusal};
use crate::Error;
use crate::model::Descriptor;

/// Reads a layer from where its descriptor says. What it is, its digest tells whoever reads it.
pub(crate) struct ForeignReader {
    transport: Arc<Transport>,
    what: String,
    answer: Response,
    piece: Vec<u8>,
    at: usize,
}

impl ForeignReader {
    /// Asks the addresses in turn, without any login; none that lead into a private network, unless the registry
    /// itself is there.
    pub(crate) fn open(
        transport: &Arc<Transport>,
        registry: &Url,
        descriptor: &Descriptor,
    ) -> Result<Self, Error> {
        let what = descriptor.digest.to_string();
        let http = tls::client(&[], None, false)?;
        let mut problem = Error::missing(&what, "its descriptor has no address");
        let is_inner = registry.host_str().is_some_and(is_private_host);
        for address in descriptor.urls.iter().flatten() {
            let Some(url) = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "https" | "http"))
            else {
                continue;
            };
            if !is_inner && url.host_str().is_none_or(is_private_host) {
                problem = Error::refused(&what, "its address is in a private network");
                continue;
            }
            let request = http.get(url);
            match transport.block(&what, async { request.send().await })? {
                Ok(answer) if answer.status().is_success() => {
                    let (transport, piece) = (Arc::clone(transport), Vec::new());
                    return Ok(Self { transport, what, answer, piece, at: 0 });
                }
                Ok(answer) => problem = refusal(what.clone(), answer.status()),
                Err(_) => problem = Error::refused(&what, "its address does not answer"),
            }
        }
        Err(problem)
    }
}

impl Read for ForeignReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            let next = self.transport.block(&self.what, async { self.answer.chunk().await });
            match next.map_err(io::Error::other)? {
                Ok(Some(piece)) => (self.piece, self.at) = (piece.into(), 0),
                Ok(None) => return Ok(0),
                Err(_) => return Err(io::Error::other(Error::refused(&self.what, "the connection was cut"))),
            }
        }
        let length = buffer.len().min(self.piece.len() - self.at);
        buffer[..length].copy_from_slice(&self.piece[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}
