//! cpio: packages of RPM and the first file systems of Linux (`cpio(5)`, `rpm(8)`, the kernel's buffer-format.rst).

use std::io::{self, Read};
use std::ops::ControlFlow;

use crate::slice::Slice;
use crate::{Budget, Input, Inside, Trouble};

/// What a header says, and how much of it was fixed.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    mode: u64,
    name: u64,
    size: u64,
    /// What names and contents are filled up to.
    align: u64,
    length: usize,
}

/// Enough for the header of every kind.
const LONGEST: usize = 110;

/// Whether what begins so is an archive.
pub(crate) fn begins(start: &[u8]) -> bool {
    Header::of(start).is_some_and(|header| header.name > 1 && header.name <= 4096)
}

impl Header {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'0', b'7', b'0', b'7', b'0', b'1' | b'2', ..] => {
                let field = |at: usize| number(bytes.get(6 + at * 8..14 + at * 8)?, 16);
                let (mode, size, name) = (field(1)?, field(6)?, field(11)?);
                Some(Self { mode, name, size, align: 4, length: 110 })
            }
            [b'0', b'7', b'0', b'7', b'0', b'7', ..] => {
                let field = |at: usize, length: usize| number(bytes.get(at..at + length)?, 8);
                Some(Self {
                    mode: field(18, 6)?,
                    name: field(59, 6)?,
                    size: field(65, 11)?,
                    align: 1,
                    length: 76,
                })
            }
            [0xC7, 0x71, ..] => Self::binary(bytes, u16::from_le_bytes),
            [0x71, 0xC7, ..] => Self::binary(bytes, u16::from_be_bytes),
            _ => None,
        }
    }

    fn binary(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<Self> {
        let word = |at: usize| Some(u64::from(read(*bytes.get(at * 2..)?.first_chunk()?)));
        let size = word(11)? << 16 | word(12)?;
        Some(Self { mode: word(3)?, name: word(10)?, size, align: 2, length: 26 })
    }

    fn padding(&self, length: u64) -> u64 {
        (self.align - length % self.align) % self.align
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

/// Hands over what is in an archive, and in those that follow it.
pub(crate) fn open<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> ControlFlow<()> {
    let result = entries(input, budget, inside);
    Trouble::or_flow(result, inside)
}

fn entries<R: Read>(
    input: &mut Input<R>,
    budget: &Budget,
    inside: &mut dyn Inside,
) -> io::Result<ControlFlow<()>> {
    let mut ended = false;
    loop {
        let Some(header) = Header::of(input.peek(LONGEST)?) else {
            return rest(input, inside, ended);
        };
        budget.entry()?;
        ended = false;
        input.skip(header.length as u64)?;
        if header.name > budget.limits().record as u64 {
            return Err(Trouble::limit(format!("a name of {} bytes in a cpio archive", header.name)).into());
        }
        let mut name = input.take_bytes(usize::try_from(header.name).unwrap_or(0))?;
        name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
        input.skip(header.padding(header.length as u64 + header.name))?;
        if name == b"TRAILER!!!" {
            ended = true;
            continue;
        }
        let mut content = Slice::new(input, header.size, "cpio archive");
        let kind = header.mode & 0o170_000;
        if kind == 0o120_000 && header.size <= budget.limits().record as u64 {
            // The content of a link is where it leads.
            let mut target = Vec::new();
            content.read_to_end(&mut target)?;
            inside.link(&name, &target);
        }
        let is_file = kind == 0o100_000;
        if is_file && inside.entry(Some(&name), &mut content).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        content.finish()?;
        input.skip(header.padding(header.size))?;
    }
}

/// What follows the end: zeros, mostly, or another archive that is compressed.
fn rest<R: Read>(input: &mut Input<R>, inside: &mut dyn Inside, ended: bool) -> io::Result<ControlFlow<()>> {
    if !ended {
        let offset = input.position();
        let flow = inside.loose(offset, input);
        let why = format!("no cpio header at byte {offset}; what follows was looked at as it is");
        inside.skipped(None, Trouble::broken(why).0);
        return Ok(flow);
    }
    loop {
        let ready = input.peek(1)?;
        let zeros = ready.iter().take_while(|byte| **byte == 0).count();
        if ready.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        if zeros == 0 {
            return Ok(inside.entry(None, input));
        }
        input.skip(zeros as u64)?;
    }
}
