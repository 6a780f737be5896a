//! Scripts that unpack what stands behind them: installers by makeself and the like.

use memchr::memmem::Finder;
use memchr::{memchr_iter, memchr3};

use crate::tar::Tar;
use crate::{Compression, seven_zip};

/// How much of a script is looked at.
const LONGEST: usize = 1 << 20;

/// Where what a script carries begins, if it carries anything: the begin of a line tells.
pub(crate) fn payload(start: &[u8]) -> Option<usize> {
    let start = &start[..start.len().min(LONGEST)];
    if is_plain(start) {
        return None;
    }
    let line_starts = memchr_iter(b'\n', start).map(|newline| newline + 1);
    line_starts.take_while(|at| *at < start.len()).find(|at| is_archive(&start[*at..]))
}

/// Whether text is all that there is, told without looking at each line: an archive has bytes that no ASCII text has, or
/// begins with one of the few magic numbers that are ASCII.
fn is_plain(start: &[u8]) -> bool {
    let has = |magic: &[u8]| Finder::new(magic).find(start).is_some();
    start.is_ascii() && memchr3(0x00, 0x02, 0x04, start).is_none() && !has(b"\nBZh") && !has(b"\nLZIP")
}

fn is_archive(bytes: &[u8]) -> bool {
    match bytes[0] {
        // What begins compressed streams; the others begin none.
        0x1F | 0x28 | 0xFD | b'B' | b'L' | 0x02 | 0x04 => {
            Compression::of(bytes).is_some_and(|compression| !compression.is_guess()) || is_tar(bytes)
        }
        b'7' => bytes.starts_with(&seven_zip::MAGIC) || is_tar(bytes),
        _ => is_tar(bytes),
    }
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar") && Tar::<&[u8]>::begins(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_carry_an_archive_is_not_plain() {
        let script = |rest: &[u8]| [b"#!/bin/sh\nexit 0\n", rest].concat();
        assert!(is_plain(&script(b"BZ: no archive\nLZ, neither\t\x1b[0m\n")));
        let magics: [&[u8]; 9] = [
            b"\x1f\x8b\x08\0",
            b"\x28\xb5\x2f\xfd",
            b"\xfd7zXZ\0",
            b"BZh91AY&SY",
            b"LZIP\x01",
            b"\x04\x22\x4d\x18\x40",
            b"\x02\x21\x4c\x18",
            &seven_zip::MAGIC,
            b"entry\0\0\0",
        ];
        for magic in magics {
            assert!(!is_plain(&script(magic)), "{}", magic.escape_ascii());
        }
    }
}
