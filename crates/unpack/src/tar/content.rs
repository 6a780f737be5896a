//! What of the bytes after a header is content.

use std::io::{self, Read};

use super::header::Segments;
use crate::{Input, Trouble};

/// Longer holes read as so many zeros: what is in a sparse file is looked at, what is not costs nothing.
const LONGEST_HOLE: u64 = 64 << 10;

/// How much of an entry's content is still to come.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// Bytes that are still in the archive, without those that fill the last block.
    pub(crate) stored: u64,
    /// Bytes that fill the last block.
    pub(crate) padding: u64,
    /// The holes of a sparse file.
    holes: Option<Holes>,
}

#[derive(Debug)]
struct Holes {
    /// What is still to come, the last first.
    segments: Segments,
    /// Zeros that come before anything else.
    zeros: u64,
    /// Bytes of the current segment that follow.
    data: u64,
    /// Where in the file that is.
    at: u64,
    /// Where the file ends.
    end: u64,
}

impl Content {
    /// So many bytes, as they are.
    pub(crate) fn plain(size: u64) -> Self {
        Self { stored: size, padding: (512 - size % 512) % 512, holes: None }
    }

    /// Puts holes between the bytes. A map that makes no sense is left out: then the bytes come as they are.
    pub(crate) fn with_holes(mut self, segments: Segments, end: u64) -> Self {
        let (mut at, mut sum) = (0_u64, 0_u64);
        for &(offset, length) in &segments {
            let Some(next) = offset.checked_add(length).filter(|_| offset >= at) else { return self };
            at = next;
            sum = sum.saturating_add(length);
        }
        if sum == self.stored {
            let segments: Segments = segments.into_iter().rev().collect();
            self.holes = Some(Holes { segments, zeros: 0, data: 0, at: 0, end: end.max(at) });
        }
        self
    }

    /// Reads on.
    pub(crate) fn read<R: Read>(&mut self, input: &mut Input<R>, into: &mut [u8]) -> io::Result<usize> {
        let mut most = self.stored;
        if let Some(holes) = &mut self.holes {
            let zeros = holes.next_zeros();
            if zeros > 0 {
                let count = usize::try_from(zeros).map_or(into.len(), |zeros| zeros.min(into.len()));
                into[..count].fill(0);
                holes.zeros -= count as u64;
                return Ok(count);
            }
            most = most.min(holes.data);
        }
        let most = usize::try_from(most).map_or(into.len(), |most| most.min(into.len()));
        if most == 0 {
            return Ok(0);
        }
        let read = input.read(&mut into[..most])?;
        if read == 0 {
            let missing = self.stored;
            self.stored = 0;
            self.padding = 0;
            return Err(Trouble::broken(format!(
                "the tar archive is cut off: {missing} bytes of it are missing"
            ))
            .into());
        }
        self.stored -= read as u64;
        if let Some(holes) = &mut self.holes {
            holes.data -= read as u64;
        }
        Ok(read)
    }

    /// Goes past what was not read.
    pub(crate) fn finish<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<()> {
        let stored = std::mem::take(&mut self.stored);
        let padding = std::mem::take(&mut self.padding);
        self.holes = None;
        let skipped = input.skip(stored)?;
        if skipped < stored {
            let missing = stored - skipped;
            return Err(Trouble::broken(format!(
                "the tar archive is cut off: {missing} bytes of it are missing"
            ))
            .into());
        }
        // An archive that ends before the block is full lacks nothing.
        input.skip(padding)?;
        Ok(())
    }
}

impl Holes {
    /// How many zeros come next: none if data comes next, or nothing at all.
    fn next_zeros(&mut self) -> u64 {
        while self.zeros == 0 && self.data == 0 {
            let (offset, length) = match self.segments.pop() {
                Some(segment) => segment,
                None if self.at < self.end => (self.end, 0),
                None => break,
            };
            self.zeros = (offset - self.at).min(LONGEST_HOLE);
            self.data = length;
            self.at = offset + length;
        }
        self.zeros
    }
}
