//! What stands between entries and is none.

use std::io::{self, BufRead, Read};

use memchr::memmem;

use super::header::{BLOCK, Header};
use super::walk::Tar;
use crate::Input;

/// Bytes of the archive that belong to no entry: what follows a damaged header up to the next good one, what follows
/// the end, extended headers that are too long. What is not read of it is skipped.
#[derive(Debug)]
pub struct Loose<'a, R> {
    pub(super) tar: &'a mut Tar<R>,
    pub(super) offset: u64,
}

impl<R> Loose<'_, R> {
    /// Where in the archive it starts, in bytes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

impl<R: Read> Read for Loose<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.tar.read_loose(into)
    }
}

/// How far loose bytes go.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Extent {
    /// There are none.
    #[default]
    Nothing,
    /// So many bytes.
    Bytes(u64),
    /// Up to the next header.
    ToHeader,
}

/// Where `ustar` stands in a header.
const MAGIC_AT: usize = 257;

impl Extent {
    pub(super) fn read<R: Read>(&mut self, input: &mut Input<R>, into: &mut [u8]) -> io::Result<usize> {
        let most = match *self {
            Self::Nothing => 0,
            Self::Bytes(left) => usize::try_from(left).unwrap_or(usize::MAX),
            Self::ToHeader => before_header(input)?,
        };
        let most = most.min(into.len());
        let read = if most == 0 { 0 } else { input.read(&mut into[..most])? };
        *self = match *self {
            Self::Bytes(left) if read > 0 => Self::Bytes(left - read as u64),
            Self::ToHeader if read > 0 => Self::ToHeader,
            _ => Self::Nothing,
        };
        Ok(read)
    }

    /// Goes past what was not read.
    pub(super) fn finish<R: Read>(&mut self, input: &mut Input<R>) -> io::Result<()> {
        if let Self::Bytes(left) = std::mem::take(self) {
            input.skip(left)?;
            return Ok(());
        }
        loop {
            let count = before_header(input)?;
            if count == 0 {
                return Ok(());
            }
            input.consume(count);
        }
    }
}

/// How many bytes surely come before the next header; none if it comes next, or nothing does. A header is looked for at
/// whole blocks, and wherever `ustar` stands: bytes may have been lost.
fn before_header<R: Read>(input: &mut Input<R>) -> io::Result<usize> {
    let ready = input.peek(Input::<R>::AHEAD)?;
    if ready.len() < BLOCK {
        return Ok(ready.len());
    }
    let in_blocks = (0..=ready.len() - BLOCK).step_by(BLOCK).find(|&at| Header::of(&ready[at..]).is_some());
    let by_magic = memmem::find_iter(ready, b"ustar")
        .filter_map(|at| at.checked_sub(MAGIC_AT))
        .find(|&at| Header::of(&ready[at..]).is_some());
    // What may be the begin of a header stays. Whole blocks are taken, so that blocks stay what they are.
    let undecided = if ready.len() == Input::<R>::AHEAD {
        (ready.len() - BLOCK + 1) / BLOCK * BLOCK
    } else {
        ready.len()
    };
    Ok(in_blocks.unwrap_or(undecided).min(by_magic.unwrap_or(undecided)))
}
