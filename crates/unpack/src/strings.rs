//! Compiled code, in which a string stands right between its length and whatever comes next: Java's class files (JVMS
//! 4.4.7) and Python's bytecode (`marshal.c`).
//!
//! A length of 57 is the digit `9`, and a token right behind it would look as if it began there; what follows a string
//! of Python begins with a letter. Such bytes are read as NUL; everything stays where it is.

use std::io::{self, Read};

use crate::Input;

/// What was compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compiled {
    /// A class of Java.
    Class,
    /// Bytecode of Python 3.
    Python,
}

impl Compiled {
    /// What begins so.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        match start {
            // A program for several processors begins so, too, and goes on with how many: fewer than the first version.
            [0xCA, 0xFE, 0xBA, 0xBE, _, _, 0, 45..=120, ..] => Some(Self::Class),
            [_, 0x0C..=0x0E, b'\r', b'\n', 0..=3, 0, 0, 0, ..] => Some(Self::Python),
            _ => None,
        }
    }

    /// Where the first of its parts begins: behind the magic number and what belongs to it.
    const fn header(self) -> u64 {
        match self {
            Self::Class => 10,
            Self::Python => 16,
        }
    }

    /// What some bytes begin with; `None` where nothing is known of what follows.
    fn part(self, bytes: &[u8]) -> Option<Part> {
        match self {
            Self::Class => constant(bytes),
            Self::Python => Some(object(bytes)),
        }
    }
}

/// A part of compiled code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    /// With all that belongs to it, in bytes.
    length: u64,
    /// Where the last byte of a string's length stands.
    length_at: Option<usize>,
}

impl Part {
    const fn plain(length: u64) -> Self {
        Self { length, length_at: None }
    }

    const fn string(length_at: usize, length: u64) -> Self {
        Self { length: length_at as u64 + 1 + length, length_at: Some(length_at) }
    }
}

/// A constant of a class.
fn constant(bytes: &[u8]) -> Option<Part> {
    Some(match *bytes {
        [1, high, low, ..] => Part::string(2, u64::from(u16::from_be_bytes([high, low]))),
        [3 | 4 | 9..=12 | 17 | 18, ..] => Part::plain(5),
        [5 | 6, ..] => Part::plain(9),
        [7 | 8 | 16 | 19 | 20, ..] => Part::plain(3),
        [15, ..] => Part::plain(4),
        _ => return None,
    })
}

/// An object of Python, whose lowest bits say what it is. Of those that hold others, this is what comes before them;
/// numbers are passed over byte by byte, as they are not told from what stands around them.
fn object(bytes: &[u8]) -> Part {
    let kind = bytes.first().map(|byte| byte & 0x7F);
    match (kind, bytes) {
        // ASCII, which is asked for, as a byte of a number may seem to begin one.
        (Some(b'z' | b'Z'), &[_, length, ref rest @ ..]) => {
            let string = &rest[..usize::from(length).min(rest.len())];
            if string.is_ascii() { Part::string(1, u64::from(length)) } else { Part::plain(1) }
        }
        (Some(b's' | b't' | b'u' | b'a' | b'A'), &[_, a, b, c, d, ..]) => {
            match u32::from_le_bytes([a, b, c, d]) {
                length @ 0..=LONGEST => Part::string(4, u64::from(length)),
                _ => Part::plain(1),
            }
        }
        _ => Part::plain(1),
    }
}

/// The longest string of Python that is believed.
const LONGEST: u32 = 16 << 20;

/// How much must be known of what follows to tell what it is.
const LOOKED_AT: usize = 5 + 255;

/// Reads such a file with NUL in the place of what could be taken for a part of a string and is none.
pub(crate) struct Strings<R> {
    input: Input<R>,
    compiled: Compiled,
    /// Where the next part begins, in bytes from the begin of all.
    next: u64,
    /// Whether a string ends there.
    behind: bool,
    ready: Vec<u8>,
    at: usize,
}

impl<R: Read> Strings<R> {
    pub(crate) fn new(input: Input<R>, compiled: Compiled) -> Self {
        Self { next: compiled.header(), input, compiled, behind: false, ready: Vec::new(), at: 0 }
    }

    fn fill(&mut self) -> io::Result<()> {
        let base = self.input.position();
        let ahead = self.input.peek(Input::<R>::AHEAD)?;
        let end = if ahead.len() < Input::<R>::AHEAD { ahead.len() } else { ahead.len() - LOOKED_AT };
        self.ready.clear();
        self.ready.extend_from_slice(&ahead[..end]);
        self.at = 0;
        while let Some(at) = usize::try_from(self.next - base).ok().filter(|at| *at < end) {
            if std::mem::take(&mut self.behind) {
                separate(&mut self.ready[at..]);
            }
            let Some(part) = self.compiled.part(&ahead[at..]) else {
                self.next = u64::MAX;
                break;
            };
            if let Some(length_at) = part.length_at {
                separate(self.ready.get_mut(at + length_at..).unwrap_or_default());
                self.behind = true;
            }
            self.next += part.length;
        }
        self.input.skip(end as u64)?;
        Ok(())
    }
}

/// Takes the first of some bytes for none of a string, if it could be taken for one.
fn separate(bytes: &mut [u8]) {
    if let Some(first) = bytes.first_mut().filter(|byte| byte.is_ascii_alphanumeric() || **byte == b'_') {
        *first = 0;
    }
}

impl<R: Read> Read for Strings<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() {
            self.fill()?;
        }
        let count = into.len().min(self.ready.len() - self.at);
        into[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], compiled: Compiled) -> Vec<u8> {
        let mut read = Vec::new();
        Strings::new(Input::new(bytes), compiled).read_to_end(&mut read).expect("memory");
        read
    }

    /// Asserts what is read of some bytes behind a header.
    fn reads(compiled: Compiled, bytes: &[u8], expected: &[u8]) {
        let header = vec![0xFF; compiled.header() as usize];
        let read = read(&[&header, bytes].concat(), compiled);
        assert!(read == [&header, expected].concat(), "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn a_length_is_no_part_of_its_string_wherever_it_stands() {
        let string = "s".repeat(57);
        for before in (0..70_000).step_by(4093).chain(65_000..65_540) {
            // Its own length is none of it, either.
            let before =
                if (before as u8).is_ascii_alphanumeric() || before as u8 == b'_' { 64_000 } else { before };
            let first = [&[1][..], &(before as u16).to_be_bytes(), &vec![b'-'; before % 0x1_0000]].concat();
            let class = [&first, &[1, 0, b'9'][..], string.as_bytes(), &[7, 0, 3]].concat();
            let mut expected = class.clone();
            expected[first.len() + 2] = 0;
            reads(Compiled::Class, &class, &expected);
            let first = [&b"s"[..], &(before as u32).to_le_bytes(), &vec![b'z'; before]].concat();
            let python = [&first, &b"\xFA9"[..], string.as_bytes(), b"N)"].concat();
            let mut expected = python.clone();
            (expected[first.len() + 1], expected[python.len() - 2]) = (0, 0);
            reads(Compiled::Python, &python, &expected);
        }
    }

    #[test]
    fn what_looks_like_a_length_in_a_string_is_a_part_of_it() {
        let inner = [&[b'z', b'Q'][..], &[b'x'; 200]].concat();
        let python = [&b"s\xca\0\0\0"[..], &inner, b"("].concat();
        reads(Compiled::Python, &python, &python);
        let class = [&[1, 0, 203, 1][..], &inner, &[8, 0, 1]].concat();
        reads(Compiled::Class, &class, &class);
    }

    #[test]
    fn they_are_told_by_their_begin() {
        assert_eq!(Compiled::of(b"\xCA\xFE\xBA\xBE\0\0\0\x02"), None, "a program for two processors");
        assert_eq!(Compiled::of(b"\xCA\xFE\xBA\xBE\0\0\0\x34"), Some(Compiled::Class));
        assert_eq!(Compiled::of(b"\xCB\x0D\r\n\0\0\0\0"), Some(Compiled::Python));
    }
}
