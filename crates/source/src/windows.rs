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
    /// was read is still handed over and ended; if it fails before the first byte, nothing is, and there was no object.
    /// An object that the sink [opens](BlobSink::opens) is not cut in windows.
    ///
    /// # Errors
    /// What the reader says, unless the sink wants no more anyway; the caller names the skip.
    pub fn read(
        &mut self,
        reader: &mut dyn Read,
        origin: &Origin,
        limit: Option<u64>,
        sink: &dyn BlobSink,
    ) -> io::Result<(u64, ControlFlow<()>)> {
        self.windows(reader, origin, (Start::Object, limit), sink)
    }

    /// Reads a piece of an object that starts `offset` bytes from its begin, in windows and never otherwise; its first
    /// line counts as the first.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_piece(
        &mut self,
        reader: &mut dyn Read,
        origin: &Origin,
        offset: u64,
        sink: &dyn BlobSink,
    ) -> io::Result<(u64, ControlFlow<()>)> {
        self.windows(reader, origin, (Start::Within(offset), None), sink)
    }

    fn windows(
        &mut self,
        reader: &mut dyn Read,
        origin: &Origin,
        (start, limit): (Start, Option<u64>),
        sink: &dyn BlobSink,
    ) -> io::Result<(u64, ControlFlow<()>)> {
        let mut carry = Carry::new();
        let (mut read, mut line) = (0_u64, 1_u64);
        loop {
            let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(read));
            let room = usize::try_from(room).map_or(self.buffer.len(), |room| room.min(self.buffer.len()));
            let (filled, ended) = fill(reader, &mut self.buffer[..room]);
            if read == 0 && filled == 0 && ended.is_err() {
                return ended.map(|_| (0, ControlFlow::Continue(())));
            }
            let last = room < self.buffer.len() || !matches!(ended, Ok(false));
            let bytes = &self.buffer[..filled];
            if let (0, Start::Object) = (read, start)
                && sink.opens(origin, bytes)
            {
                let limit = limit.map_or(u64::MAX, |limit| limit - filled as u64);
                let ended = if last { Some(ended.map(drop)) } else { None };
                let mut rest = Rest { reader, ended, limit, read: 0 };
                let flow = sink.open(origin, bytes, &mut rest)?;
                return Ok((filled as u64 + rest.read, flow));
            }
            let offset = match start {
                Start::Object => read,
                Start::Within(offset) => offset + read,
            };
            let flow = sink.blob(Blob { origin, bytes, offset, line, last, carry: &mut carry });
            read += filled as u64;
            if flow.is_break() {
                return Ok((read, flow));
            }
            if last {
                return ended.map(|_| (read, flow));
            }
            line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        }
    }
}

/// Where reading begins.
#[derive(Clone, Copy)]
enum Start {
    /// At the begin of an object.
    Object,
    /// In the middle of one, so many bytes from its begin.
    Within(u64),
}

/// What follows the first window.
struct Rest<'a> {
    reader: &'a mut dyn Read,
    /// How it ended, if it has.
    ended: Option<io::Result<()>>,
    limit: u64,
    /// How many bytes it brought.
    read: u64,
}

impl Read for Rest<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(ended) = &mut self.ended {
            return std::mem::replace(ended, Ok(())).map(|()| 0);
        }
        let room = usize::try_from(self.limit).map_or(into.len(), |limit| limit.min(into.len()));
        let read = self.reader.read(&mut into[..room])?;
        self.limit -= read as u64;
        self.read += read as u64;
        Ok(read)
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use keysieve_finding::Skip;

    use super::*;

    /// Offset, line, bytes, last.
    type Window = (u64, u64, Vec<u8>, bool);

    /// What was handed over.
    #[derive(Default)]
    struct Seen(Mutex<Vec<Window>>);

    impl BlobSink for Seen {
        fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
            *blob.carry.get_or_default::<usize>() += 1;
            let mut seen = self.0.lock().unwrap();
            seen.push((blob.offset, blob.line, blob.bytes.to_vec(), blob.last));
            assert_eq!(*blob.carry.get_or_default::<usize>(), seen.len(), "one carry for all windows");
            if blob.bytes.contains(&b'!') { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
        fn skipped(&self, _origin: &Origin, _why: Skip) {}
    }

    /// Brings one byte at a time, is interrupted before each, and ends with an error if told to.
    struct Slow(&'static [u8], bool, Option<ErrorKind>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::Interrupted.into());
            }
            match (self.0.split_first(), self.2) {
                (Some((&first, rest)), _) => {
                    buffer[0] = first;
                    self.0 = rest;
                    Ok(1)
                }
                (None, Some(kind)) => Err(kind.into()),
                (None, None) => Ok(0),
            }
        }
    }

    fn read(reader: &mut dyn Read, limit: Option<u64>) -> (io::Result<u64>, Vec<Window>) {
        let seen = Seen::default();
        let read = Windows::new(4).read(reader, &Origin::stdin(), limit, &seen).map(|(read, _)| read);
        (read, seen.0.into_inner().unwrap())
    }

    fn window(offset: u64, line: u64, bytes: &[u8], last: bool) -> Window {
        (offset, line, bytes.to_vec(), last)
    }

    #[test]
    fn windows_are_full_and_the_last_one_says_so() {
        let (read, windows) = read(&mut Slow(b"a\nb\ncd", false, None), None);
        assert_eq!(read.unwrap(), 6);
        assert_eq!(windows, [window(0, 1, b"a\nb\n", false), window(4, 3, b"cd", true)]);
    }

    #[test]
    fn an_object_as_large_as_the_buffer_ends_with_an_empty_window() {
        assert_eq!(read(&mut &b"abcd"[..], None).1, [window(0, 1, b"abcd", false), window(4, 1, b"", true)]);
        assert_eq!(read(&mut &b""[..], None).1, [window(0, 1, b"", true)]);
    }

    #[test]
    fn nothing_is_read_beyond_a_limit() {
        for limit in 0..9 {
            let (read, windows) = read(&mut io::repeat(b'x'), Some(limit));
            assert_eq!(read.unwrap(), limit);
            assert!(windows.last().unwrap().3 && windows.iter().filter(|window| window.3).count() == 1);
        }
    }

    #[test]
    fn what_was_read_before_an_error_is_handed_over() {
        let (broken, windows) = read(&mut Slow(b"abcdef", false, Some(ErrorKind::Other)), None);
        assert_eq!(broken.unwrap_err().kind(), ErrorKind::Other);
        assert_eq!(windows, [window(0, 1, b"abcd", false), window(4, 1, b"ef", true)]);
        let (broken, windows) = read(&mut Slow(b"", false, Some(ErrorKind::Other)), None);
        assert!(broken.is_err() && windows.is_empty(), "no object where nothing could be read");
    }

    #[test]
    fn a_break_ends_the_object_at_once() {
        let (read, windows) = read(&mut Slow(b"abc!defg", false, Some(ErrorKind::Other)), None);
        assert_eq!((read.unwrap(), windows.len()), (4, 1));
    }
}
