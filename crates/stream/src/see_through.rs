//! Lines in which something stands between the bytes of a secret that is not seen where the line is shown: sequences for a
//! terminal, and the backslashes that JSON may put before slashes.

use std::ops::Range;

use memchr::memmem;

use crate::colour;

/// A line without what is not seen, and where each of its parts stands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) text: Vec<u8>,
    /// Where in `text` each part begins, and where in the line it stands.
    parts: Vec<(usize, usize)>,
}

/// An address in a string of JSON as PHP writes it.
const ADDRESS: &[u8] = b":\\/\\/";

impl Seen {
    /// Of a line; none if all of it is seen, or the engine sees through it itself: it undoes colours and other escapes.
    pub(crate) fn of(line: &[u8]) -> Option<Self> {
        let escapes = || memchr::memchr_iter(0x1B, line).any(|at| line.get(at + 1) != Some(&b'['));
        let address = memmem::find(line, ADDRESS).is_some();
        if !address && !escapes() {
            return None;
        }
        let mut seen = Self::default();
        for (part, coloured) in colour::parts(line) {
            if coloured {
                continue;
            }
            let mut from = part.start;
            while let Some(at) = address.then(|| memmem::find(&line[from..part.end], b"\\/")).flatten() {
                seen.add(line, from..from + at);
                from += at + 1;
            }
            seen.add(line, from..part.end);
        }
        (seen.text.len() < line.len()).then_some(seen)
    }

    fn add(&mut self, line: &[u8], part: Range<usize>) {
        if !part.is_empty() {
            self.parts.push((self.text.len(), part.start));
            self.text.extend_from_slice(&line[part]);
        }
    }

    /// Where in the line a part of the text stands, with all that is not seen in its midst.
    pub(crate) fn place(&self, span: Range<usize>) -> Range<usize> {
        let at = |position: usize| {
            let after = self.parts.partition_point(|(start, _)| *start <= position);
            self.parts[..after].last().map_or(position, |(start, place)| place + position - start)
        };
        at(span.start)..at(span.end.saturating_sub(1)) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_seen_as_it_is_shown() {
        let of = |line: &str, secret: &str| {
            let seen = Seen::of(line.as_bytes()).unwrap();
            let start = memmem::find(&seen.text, secret.as_bytes()).unwrap();
            line[seen.place(start..start + secret.len())].to_owned()
        };
        let link = "\x1b]8;;http://b\x07";
        assert_eq!(of(&format!("a se{link}cr\x1b[0met z"), "secret"), format!("se{link}cr\x1b[0met"));
        assert_eq!(of(&format!("{link}secret{link}"), "secret"), "secret");
        assert_eq!(of(r#"{"u":"http:\/\/u:se\/cret@h"}"#, "se/cret"), r"se\/cret");
        for line in ["nothing", "a \x1b[31mred\x1b[0m", r"a \/ b", ""] {
            assert_eq!(Seen::of(line.as_bytes()), None, "{line}");
        }
    }
}
