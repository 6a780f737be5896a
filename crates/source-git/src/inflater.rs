//! Compressed bytes, inflated within limits.

use std::ops::ControlFlow;

use gix_zlib::{Decompress, FlushDecompress, Status};

use crate::apply::Broken;

/// The most that zlib makes of one byte. A size that needs more is a lie, and no memory is set aside for it.
const MOST: u64 = 1032;

/// How much of a large object is inflated at once.
pub(crate) const WINDOW: usize = 1 << 20;

const DAMAGED: Broken = Broken("its compressed bytes are damaged");

/// A buffer that is used again: growing it writes zeros, using it does not.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    length: usize,
}

impl Buffer {
    /// Room for so many bytes; what is in it is what was in it.
    pub(crate) fn room(&mut self, length: usize) -> &mut [u8] {
        if self.bytes.len() < length {
            // Not doubled: a large object is often the largest.
            self.bytes.reserve_exact(length - self.bytes.len());
            self.bytes.resize(length, 0);
        }
        self.length = length;
        &mut self.bytes[..length]
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.length);
        self.bytes
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// How much memory it holds.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Inflates one stream after the other.
pub(crate) struct Inflater(Decompress);

impl Inflater {
    pub(crate) fn new() -> Self {
        Self(Decompress::new())
    }

    /// Whether so many compressed bytes can become so many.
    pub(crate) fn is_plausible(compressed: usize, size: u64) -> bool {
        size <= (compressed as u64).saturating_mul(MOST).saturating_add(MOST)
    }

    /// Inflates a stream that makes exactly `size` bytes.
    pub(crate) fn whole(&mut self, input: &[u8], size: u64, into: &mut Buffer) -> Result<(), Broken> {
        let size = usize::try_from(size).ok().filter(|_| Self::is_plausible(input.len(), size));
        let room = into.room(size.ok_or(Broken("it says that it is larger than it can be"))?);
        self.0.reset();
        let status = self.0.decompress(input, room, FlushDecompress::Finish).map_err(|_| DAMAGED)?;
        if status == Status::StreamEnd && self.0.total_out() == room.len() as u64 {
            return Ok(());
        }
        Err(DAMAGED)
    }

    /// Inflates the first bytes of a stream, as many as there is room for or fewer. Says how many bytes of the input
    /// were used and how many were made.
    pub(crate) fn head(&mut self, input: &[u8], room: &mut [u8]) -> Result<(usize, usize), Broken> {
        self.0.reset();
        self.0.decompress(input, room, FlushDecompress::None).map_err(|_| DAMAGED)?;
        let used = usize::try_from(self.0.total_in()).map_err(|_| DAMAGED)?;
        let made = usize::try_from(self.0.total_out()).map_err(|_| DAMAGED)?;
        Ok((used, made))
    }

    /// Inflates a stream of any size window by window, leaving out its first `skip` bytes. `window` gets each window
    /// with its offset behind those, and whether it is the last. The stream must make exactly `size` bytes more.
    pub(crate) fn windows(
        &mut self,
        mut input: &[u8],
        skip: usize,
        size: u64,
        buffer: &mut Buffer,
        mut window: impl FnMut(&[u8], u64, bool) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Broken> {
        self.0.reset();
        let (mut offset, mut skip) = (0_u64, skip);
        loop {
            let room = buffer.room(WINDOW);
            let (mut filled, mut ended) = (0, false);
            while filled < room.len() && !ended {
                let (used, made) = (self.0.total_in(), self.0.total_out());
                let status = self
                    .0
                    .decompress(input, &mut room[filled..], FlushDecompress::None)
                    .map_err(|_| DAMAGED)?;
                let used = usize::try_from(self.0.total_in() - used).map_err(|_| DAMAGED)?;
                let made = usize::try_from(self.0.total_out() - made).map_err(|_| DAMAGED)?;
                input = &input[used..];
                filled += made;
                ended = status == Status::StreamEnd;
                if !ended && used == 0 && made == 0 {
                    return Err(DAMAGED);
                }
            }
            let from = skip.min(filled);
            skip -= from;
            let bytes = &room[from..filled];
            let total = offset + bytes.len() as u64;
            if total > size || ended && total < size {
                return Err(Broken("it is not as large as it says"));
            }
            if window(bytes, offset, ended).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if ended {
                return Ok(ControlFlow::Continue(()));
            }
            offset = total;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of stored blocks, which need no compressor.
    fn stored(bytes: &[u8]) -> Vec<u8> {
        let mut stream = vec![0x78, 0x01];
        let mut pieces = bytes.chunks(0xFFFF).peekable();
        while let Some(piece) = pieces.next() {
            let length = u16::try_from(piece.len()).unwrap();
            stream.push(u8::from(pieces.peek().is_none()));
            stream.extend_from_slice(&length.to_le_bytes());
            stream.extend_from_slice(&(!length).to_le_bytes());
            stream.extend_from_slice(piece);
        }
        let (mut a, mut b) = (1_u32, 0_u32);
        for &byte in bytes {
            a = (a + u32::from(byte)) % 65521;
            b = (b + a) % 65521;
        }
        stream.extend_from_slice(&(b << 16 | a).to_be_bytes());
        stream
    }

    fn windows(stream: &[u8], skip: usize, size: u64) -> Result<Vec<u8>, Broken> {
        let mut all = Vec::new();
        Inflater::new()
            .windows(stream, skip, size, &mut Buffer::default(), |bytes, offset, _| {
                assert_eq!(offset, all.len() as u64);
                all.extend_from_slice(bytes);
                ControlFlow::Continue(())
            })
            .map(|_| all)
    }

    #[test]
    fn an_object_is_inflated_whole_or_in_windows() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
        let stream = stored(&bytes);
        let mut buffer = Buffer::default();
        assert_eq!(Inflater::new().whole(&stream, 3_000_000, &mut buffer), Ok(()));
        assert!(buffer.bytes() == bytes);
        assert!(windows(&stream, 5, 2_999_995).unwrap() == bytes[5..]);
    }

    #[test]
    fn a_wrong_size_and_damage_are_told() {
        let stream = stored(b"twelve bytes");
        let mut buffer = Buffer::default();
        let mut inflater = Inflater::new();
        for size in [11, 13, 1 << 40] {
            assert!(inflater.whole(&stream, size, &mut buffer).is_err(), "{size}");
            assert!(windows(&stream, 0, size).is_err(), "{size}");
        }
        assert!(inflater.whole(&stream[..10], 12, &mut buffer).is_err(), "cut off");
        assert!(windows(&stream[..10], 0, 12).is_err(), "cut off");
        let mut damaged = stream.clone();
        damaged[9] ^= 1;
        assert!(inflater.whole(&damaged, 12, &mut buffer).is_err(), "the checksum");
        assert!(buffer.capacity() < 1 << 20, "nothing was set aside for the lie");
    }
}
