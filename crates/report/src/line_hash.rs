//! The hash by which GitHub recognises a line that has moved.
//!
//! It is the `primaryLocationLineHash` of GitHub's upload action (`src/fingerprints.ts` in codeql-action): a
//! polynomial hash over the 100 UTF-16 code units from the line's first non-blank one on, blanks and tabs left out,
//! every line end as LF, then a 65535 for the end of the file and zeros to fill the window; and after a colon, which
//! occurrence of that hash it is in the file. The action computes it for every file it can open and warns where a
//! report says otherwise, so it has to be exactly this.

use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind, Read};

/// How many code units a hash covers.
const WINDOW: usize = 100;
const BASE: u64 = 37;
const END_OF_FILE: u16 = u16::MAX;

/// How many different lines one file may have before occurrences are no longer counted: some 50 MB of memory.
const MAX_DISTINCT: usize = 1 << 20;

/// The hashes of some lines of a file, which is read once, no further than it takes, a buffer at a time.
///
/// `wanted` are line numbers from 1, sorted. A line gets no hash, and the action then fills in its own, if
///
/// - the file has fewer lines;
/// - a lone CR stands before it: the action takes that for the end of a line, we do not, so its lines are other lines;
/// - more than [`MAX_DISTINCT`] different lines stand before it and it is none of these: then nobody counted how often
///   it was there.
pub(crate) fn line_hashes(mut reader: impl Read, wanted: &[u64]) -> io::Result<Vec<(u64, String)>> {
    let mut rolling = Rolling::new(wanted, MAX_DISTINCT);
    let mut decoder = Decoder::default();
    let mut buffer = vec![0; 64 * 1024];
    while !rolling.done() {
        let read = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        decoder.push(&buffer[..read], |unit| rolling.push(unit));
    }
    decoder.finish(|unit| rolling.push(unit));
    Ok(rolling.finish())
}

/// UTF-8 to UTF-16 across buffers. What is not UTF-8 becomes U+FFFD by the same rule as in a browser, and a byte
/// order mark is a character like any other.
#[derive(Default)]
struct Decoder {
    pending: Vec<u8>,
}

impl Decoder {
    fn push(&mut self, bytes: &[u8], mut unit: impl FnMut(u16)) {
        let mut bytes = bytes;
        // Bytes of a character begun in the last buffer: at most three, so this ends after at most three rounds.
        while !self.pending.is_empty() && !bytes.is_empty() {
            self.pending.push(bytes[0]);
            bytes = &bytes[1..];
            let joined = std::mem::take(&mut self.pending);
            self.pending = decode(&joined, &mut unit).to_vec();
        }
        if !bytes.is_empty() {
            self.pending = decode(bytes, &mut unit).to_vec();
        }
    }

    fn finish(self, mut unit: impl FnMut(u16)) {
        for c in String::from_utf8_lossy(&self.pending).chars() {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|&code| unit(code));
        }
    }
}

/// Decodes all but a character that is cut short at the end, and returns that.
fn decode<'a>(bytes: &'a [u8], unit: &mut impl FnMut(u16)) -> &'a [u8] {
    let mut rest = bytes;
    loop {
        let (valid, after, cut) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, &rest[rest.len()..], true),
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                // The bytes up to valid_up_to are UTF-8 by its definition, so nothing is lost by the default.
                let valid = std::str::from_utf8(valid).unwrap_or_default();
                match error.error_len() {
                    Some(length) => (valid, &after[length..], false),
                    None => (valid, after, true),
                }
            }
        };
        for c in valid.chars() {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|&code| unit(code));
        }
        if cut {
            return after;
        }
        unit(0xfffd);
        rest = after;
    }
}

struct Rolling<'a> {
    hash: u64,
    /// The last hundred units; `at` is the oldest, and the next to go.
    window: [u16; WINDOW],
    at: usize,
    /// How many units went in.
    position: u64,
    /// Lines that have begun and whose hundred units are not full: where their first unit is, and their number.
    open: VecDeque<(u64, u64)>,
    line: u64,
    at_line_start: bool,
    after_cr: bool,
    /// The last line whose number is certain: the one that the first lone CR stands in.
    last_sure: Option<u64>,
    /// Whether a CR has been seen of which it is not known yet whether an LF follows.
    cr_pending: bool,
    seen: HashMap<u64, u64>,
    max_distinct: usize,
    wanted: &'a [u64],
    found: Vec<(u64, String)>,
}

impl<'a> Rolling<'a> {
    fn new(wanted: &'a [u64], max_distinct: usize) -> Self {
        Self {
            hash: 0,
            window: [0; WINDOW],
            at: 0,
            position: 0,
            open: VecDeque::new(),
            line: 0,
            at_line_start: true,
            after_cr: false,
            last_sure: None,
            cr_pending: false,
            seen: HashMap::new(),
            max_distinct,
            wanted,
            found: Vec::new(),
        }
    }

    /// Whether nothing that may still come is wanted.
    fn done(&self) -> bool {
        self.wanted.first().is_none_or(|&next| self.last_sure.is_some_and(|sure| next > sure))
    }

    fn push(&mut self, unit: u16) {
        if self.cr_pending && unit != u16::from(b'\n') {
            self.last_sure.get_or_insert(self.line);
        }
        self.cr_pending = unit == u16::from(b'\r');
        if unit == u16::from(b' ') || unit == u16::from(b'\t') || (self.after_cr && unit == u16::from(b'\n'))
        {
            self.after_cr = false;
            return;
        }
        self.after_cr = unit == u16::from(b'\r');
        self.take(if self.after_cr { u16::from(b'\n') } else { unit });
    }

    fn take(&mut self, unit: u16) {
        self.close_full();
        if self.at_line_start {
            self.at_line_start = false;
            self.line += 1;
            self.open.push_back((self.position, self.line));
        }
        self.at_line_start = unit == u16::from(b'\n');
        self.roll(unit);
    }

    fn roll(&mut self, unit: u16) {
        const OLDEST: u64 = BASE.wrapping_pow(WINDOW as u32);
        let gone = std::mem::replace(&mut self.window[self.at], unit);
        self.at = (self.at + 1) % WINDOW;
        self.position += 1;
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(OLDEST.wrapping_mul(u64::from(gone)));
    }

    /// Closes the line whose hundredth unit was the last one taken, if there is one.
    fn close_full(&mut self) {
        let Some(&(start, line)) = self.open.front() else { return };
        if self.position - start < WINDOW as u64 {
            return;
        }
        self.open.pop_front();
        let room = self.seen.len() < self.max_distinct;
        let occurrence = match self.seen.get_mut(&self.hash) {
            Some(count) => {
                *count += 1;
                *count
            }
            None if room => {
                self.seen.insert(self.hash, 1);
                1
            }
            None => 0,
        };
        let passed = self.wanted.iter().take_while(|&&wanted| wanted <= line).count();
        let (passed, coming) = self.wanted.split_at(passed);
        self.wanted = coming;
        let sure = self.last_sure.is_none_or(|sure| line <= sure);
        if passed.last() == Some(&line) && occurrence > 0 && sure {
            self.found.push((line, format!("{:x}:{occurrence}", self.hash)));
        }
    }

    fn finish(mut self) -> Vec<(u64, String)> {
        if self.cr_pending {
            self.last_sure.get_or_insert(self.line);
        }
        self.take(END_OF_FILE);
        for _ in 0..WINDOW {
            self.close_full();
            self.roll(0);
        }
        self.close_full();
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time, so that every character is cut.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((&first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn hashes(text: &[u8], wanted: &[u64]) -> Vec<(u64, String)> {
        let whole = line_hashes(text, wanted).expect("a slice can be read");
        let dripped = line_hashes(Drip(text), wanted).expect("a slice can be read");
        assert_eq!(whole, dripped);
        whole
    }

    fn all(text: &[u8]) -> Vec<String> {
        hashes(text, &(1..=1000).collect::<Vec<_>>()).into_iter().map(|(_, hash)| hash).collect()
    }

    #[test]
    fn the_upload_actions_own_values_come_out() {
        assert_eq!(all(b""), ["c129715d7a2bc9a3:1"]);
        let indented = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(all(b" a\nb\n  \t\tc\n d"), indented);
        assert_eq!(all(b" a\r\nb\r\n  \t\tc\r\n d"), indented);
        assert_eq!(all("x=\u{1F511}\ny".as_bytes()), ["140f49e1f08b5e9d:1", "ed3261245082261c:1"]);
        assert_eq!(all("\u{feff}x=\u{1F511}\ny".as_bytes())[0], "861d4c998dbaebbc:1");
    }

    #[test]
    fn occurrences_are_counted() {
        let text = "Lorem ipsum dolor sit amet.\n".repeat(10);
        let wanted = hashes(text.as_bytes(), &[6, 7]);
        assert_eq!(wanted, [(6, "a7f2ff13bc495cf2:6".to_owned()), (7, "a7f2ff1481e87703:1".to_owned())]);
    }

    #[test]
    fn lines_after_a_lone_cr_are_other_lines_and_get_none() {
        let text = b"a\nb\rc\nd\n";
        let lines: Vec<u64> = hashes(text, &[1, 2, 3]).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 2]);
        assert_eq!(hashes(b"a\r", &[1, 2]).len(), 1);
        assert_eq!(hashes(b"a\r\t\nb", &[2]), []);
    }

    #[test]
    fn a_line_that_is_not_there_gets_none() {
        assert_eq!(hashes(b"a\n", &[7]), []);
        assert_eq!(hashes(b"a\n", &[]), []);
    }

    #[test]
    fn bytes_that_are_no_characters_are_replaced_as_in_a_browser() {
        assert_eq!(all(b"x\xf0\x9f\x94\ny\xff"), all("x\u{fffd}\ny\u{fffd}".as_bytes()));
    }

    #[test]
    fn reading_ends_when_the_last_wanted_line_is_known() {
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                assert!(self.0 < 3, "read on after the wanted line was known");
                buffer.fill(b'x');
                Ok(buffer.len())
            }
        }
        assert_eq!(line_hashes(Endless(0), &[1]).expect("it never fails").len(), 1);
    }

    #[test]
    fn past_the_cap_only_known_lines_have_a_count() {
        let text = format!("{0}\n{0}\n{1}\n{1}\n{0}\n", "a".repeat(200), "b".repeat(200));
        let wanted = [1, 2, 3, 4, 5];
        let mut rolling = Rolling::new(&wanted, 1);
        text.encode_utf16().for_each(|unit| rolling.push(unit));
        let found = rolling.finish();
        let known: Vec<(u64, &str)> =
            found.iter().map(|(line, hash)| (*line, hash.split_once(':').expect("a count").1)).collect();
        assert_eq!(known, [(1, "1"), (2, "2"), (5, "3")]);
    }
}
