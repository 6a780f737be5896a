//! Compiled code in which strings stand right behind their lengths: Java's class files (JVMS 4.4.7) and Python's
//! bytecode (`marshal.c`).
//!
//! A length of 57 is the digit `9`, and a token right behind it would look as if it began there. Such lengths are read
//! as NUL; everything stays where it is.

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

    /// Where in some bytes the length of a string stands that begins with them, and how long the string is.
    fn length(self, bytes: &[u8]) -> Option<(usize, usize)> {
        match (self, bytes) {
            (Self::Class, [1, high, low, ..]) => Some((2, usize::from(u16::from_be_bytes([*high, *low])))),
            // A short string of ASCII, interned or not, with or without a reference to it.
            (Self::Python, [b'z' | b'Z' | 0xFA | 0xDA, length, ..]) => Some((1, usize::from(*length))),
            _ => None,
        }
    }
}

/// The shortest string that matters, and how much of one is looked at.
const SHORTEST: usize = 8;
const LOOKED_AT: usize = 64;

/// Reads such a file with its lengths as NUL, where they could be taken for a part of the string.
pub(crate) struct Strings<R> {
    input: Input<R>,
    compiled: Compiled,
    ready: Vec<u8>,
    at: usize,
}

impl<R: Read> Strings<R> {
    pub(crate) fn new(input: Input<R>, compiled: Compiled) -> Self {
        Self { input, compiled, ready: Vec::new(), at: 0 }
    }

    fn fill(&mut self) -> io::Result<()> {
        let ahead = self.input.peek(Input::<R>::AHEAD)?;
        let whole = ahead.len() < Input::<R>::AHEAD;
        self.ready.clear();
        self.ready.extend_from_slice(ahead);
        self.at = 0;
        let mut end = if whole { ahead.len() } else { ahead.len() - LOOKED_AT - 4 };
        for at in 0..end {
            let Some((length_at, length)) = self.compiled.length(&self.ready[at..]) else { continue };
            let string = &self.ready[at + length_at + 1..];
            let looked_at = &string[..length.min(LOOKED_AT).min(string.len())];
            let glued =
                self.ready[at + length_at].is_ascii_alphanumeric() || self.ready[at + length_at] == b'_';
            let text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
            if !glued || looked_at.len() < SHORTEST || !looked_at.iter().all(text) {
                continue;
            }
            if !whole && at + length_at >= end {
                // It is for the next time.
                end = at;
                break;
            }
            self.ready[at + length_at] = 0;
        }
        self.ready.truncate(end);
        self.input.skip(end as u64)?;
        Ok(())
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

    #[test]
    fn a_length_is_no_part_of_its_string_wherever_it_stands() {
        let string = "s".repeat(57);
        for before in (0..70_000).step_by(4093).chain(65_400..65_540) {
            let class = [&vec![0xFF; before][..], &[1, 0, b'9'], string.as_bytes(), &[7, 0, 3]].concat();
            let mut expected = class.clone();
            expected[before + 2] = 0;
            assert!(read(&class, Compiled::Class) == expected, "{before}");
            let python = [&vec![0xFF; before][..], b"\xFA9", string.as_bytes(), b")"].concat();
            let mut expected = python.clone();
            expected[before + 1] = 0;
            assert!(read(&python, Compiled::Python) == expected, "{before}");
        }
    }

    #[test]
    fn nothing_else_is_changed() {
        for text in ["z", "zoo is a word", "\u{1}\0", "Zebra \u{1}\0aé and more of it"] {
            assert_eq!(read(text.as_bytes(), Compiled::Class), text.as_bytes());
        }
        assert_eq!(Compiled::of(b"\xCA\xFE\xBA\xBE\0\0\0\x02"), None, "a program for two processors");
        assert_eq!(Compiled::of(b"\xCA\xFE\xBA\xBE\0\0\0\x34"), Some(Compiled::Class));
        assert_eq!(Compiled::of(b"\xCB\x0D\r\n\0\0\0\0"), Some(Compiled::Python));
    }
}
