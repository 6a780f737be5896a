//! A buffer that can look ahead.

use std::io::{self, BufRead, ErrorKind, Read};

/// How much is read at once.
const ROOM: usize = 64 << 10;

/// Buffers a reader, and shows what comes next without taking it.
///
/// What is asked for in pieces as large as the buffer is read past it, without a copy.
#[derive(Debug)]
pub struct Input<R> {
    reader: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// Bytes taken so far.
    position: u64,
}

impl<R: Read> Input<R> {
    /// The most that can be looked ahead, in bytes.
    pub const AHEAD: usize = ROOM;

    /// Around a reader.
    #[must_use]
    pub fn new(reader: R) -> Self {
        Self { reader, buffer: vec![0; ROOM].into_boxed_slice(), start: 0, end: 0, position: 0 }
    }

    /// How many bytes were taken so far.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// What comes next, `wanted` bytes of it or more; fewer only at the end. At most [`AHEAD`](Self::AHEAD) can be
    /// asked for.
    ///
    /// # Errors
    /// What the reader says; what was buffered before stays.
    pub fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let wanted = wanted.min(ROOM);
        if self.end - self.start < wanted {
            if self.start + wanted > ROOM {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            while self.end - self.start < wanted {
                match self.reader.read(&mut self.buffer[self.end..]) {
                    Ok(0) => break,
                    Ok(read) => self.end += read,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// What is buffered already.
    pub(crate) fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Takes up to `count` bytes and forgets them. Says how many there were.
    ///
    /// # Errors
    /// What the reader says.
    pub fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let ready = self.peek(1)?.len();
            if ready == 0 {
                break;
            }
            let taken = usize::try_from(left).map_or(ready, |left| left.min(ready));
            self.consume(taken);
            left -= taken as u64;
        }
        Ok(count - left)
    }

    /// Takes up to `count` bytes into memory; fewer only at the end.
    ///
    /// # Errors
    /// What the reader says.
    pub fn take_bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(count.min(ROOM));
        self.by_ref().take(count as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && into.len() >= ROOM {
            let read = self.reader.read(into)?;
            self.position += read as u64;
            return Ok(read);
        }
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            self.end = self.reader.read(&mut self.buffer)?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.position += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_still_read() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|at| at as u8).collect();
        let mut input = Input::new(bytes.as_slice());
        assert_eq!(input.peek(3).unwrap()[..3], [0, 1, 2]);
        assert_eq!(input.skip(ROOM as u64 - 2).unwrap(), ROOM as u64 - 2);
        assert!(input.peek(600).unwrap().len() >= 600, "across the end of the buffer");
        let mut rest = Vec::new();
        input.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, bytes[ROOM - 2..]);
        assert_eq!((input.position(), input.peek(1).unwrap().len()), (200_000, 0));
    }
}
