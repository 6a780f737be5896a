//! Anything that can be read, window by window.

use std::io::{self, ErrorKind, Read};
use std::ops::ControlFlow;

use keysieve_finding::Origin;

use crate::{Blob, BlobSink, Carry};

/// Reads objects into one reusable buffer and hands them over in windows.
///
/// A window ends where the buffer is full, or where a reader that knows its size has no more: a read that brings
/// fewer bytes than there is room for is followed by another one, until the buffer is full or the object ends.
#[derive(Debug)]
pub struct Windows {
    buffer: Box<[u8]>,
}

impl Windows {
    /// With windows of `size` bytes, at least one.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self { buffer: vec![0; size.max(1)].into_boxed_slice() }
    }

    /// Reads an object to its end, at most `limit` bytes of it (a file that grows while it is read would never end).
    /// Says how many bytes were handed over and whether the sink wants more objects. If reading fails half-way, what
    /// was read is still handed over and ended.
    ///
    /// # Errors
    /// What the reader says; the caller names the skip.
    pub fn read(
        &mut self,
        reader: &mut dyn Read,
        origin: &Origin,
        limit: Option<u64>,
        sink: &dyn BlobSink,
    ) -> io::Result<(u64, ControlFlow<()>)> {
        let mut carry = Carry::new();
        let (mut offset, mut line) = (0_u64, 1_u64);
        loop {
            let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(offset));
            let room = usize::try_from(room).map_or(self.buffer.len(), |room| room.min(self.buffer.len()));
            let (filled, ended) = fill(reader, &mut self.buffer[..room]);
            let last = room < self.buffer.len() || !matches!(ended, Ok(false));
            let bytes = &self.buffer[..filled];
            let flow = sink.blob(Blob { origin, bytes, offset, line, last, carry: &mut carry });
            offset += filled as u64;
            if last || flow.is_break() {
                return ended.map(|_| (offset, flow));
            }
            line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        }
    }
}

/// Fills the buffer as far as the reader goes: how many bytes, and whether that was the end.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> (usize, io::Result<bool>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => return (filled, Ok(true)),
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(buffer.is_empty()))
}
