//! Where a masked stream goes.

use std::io;

use keysieve_finding::{Confidence, Secret};

use crate::{Label, Output};

/// Where a masked stream goes.
pub trait Sink {
    /// Takes the next bytes of it.
    ///
    /// # Errors
    /// If they cannot be written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Is told of every secret that was masked, after the bytes that it stood in.
    fn redacted(&mut self, redaction: Redaction<'_>) {
        let _ = redaction;
    }

    /// Is told that a line could not be looked at, and was withheld or let through.
    fn failed(&mut self) {}
}

/// One secret that was masked.
#[derive(Clone, Copy, Debug)]
pub struct Redaction<'a> {
    /// Why.
    pub label: &'a Label,
    /// How sure it is.
    pub confidence: Confidence,
    /// The secret, all encodings undone.
    pub value: &'a Secret,
    /// Where in the stream it stood, in bytes from the start.
    pub offset: u64,
    /// Which output of a container its record says that it was written to.
    pub output: Option<Output>,
    /// Its line around it, up to 80 bytes on both sides, masked.
    pub excerpt: &'a [u8],
}

impl Sink for Vec<u8> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}
