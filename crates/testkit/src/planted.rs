//! Texts with something hidden in them.

use keysieve_finding::Span;

use crate::{Random, Text};

/// A text with strings planted in it, and where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planted {
    /// The text.
    pub bytes: Vec<u8>,
    /// Where each planted string stands, in the order in which they were given.
    pub spans: Vec<Span>,
}

/// What may stand around a planted string: on its left, and on its right.
const FRAMES: &[(&str, &str)] = &[
    ("\n", "\n"),
    (" ", " "),
    ("\"", "\""),
    ("='", "';"),
    (": ", ","),
    ("\\n", "\\n"),
    ("%3D", "%26"),
    ("\\u0022", "\\u0022"),
    ("https://u:", "@host/"),
    ("\0", "\0"),
];

impl Planted {
    /// A text of about `length` bytes with every one of `strings` planted once, in order, each framed by something
    /// that a token ends at: a quote, a blank, an escape sequence.
    pub fn make(random: &mut Random, text: Text, length: usize, strings: &[&[u8]]) -> Self {
        let mut planted = Self { bytes: Vec::new(), spans: Vec::new() };
        let between = length / (strings.len() + 1);
        for string in strings {
            let before = random.below(between * 2 + 1);
            planted.bytes.extend(text.make(random, before));
            let (left, right) = random.pick(FRAMES);
            planted.bytes.extend_from_slice(left.as_bytes());
            let start = planted.bytes.len();
            planted.bytes.extend_from_slice(string);
            planted.spans.push(Span::new(start, planted.bytes.len()));
            planted.bytes.extend_from_slice(right.as_bytes());
        }
        planted.bytes.extend(text.make(random, between));
        planted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_planted_stands_where_it_says() {
        let strings: [&[u8]; 3] = [b"first", b"", b"\xffthird"];
        for kind in Text::ALL {
            let planted = Planted::make(&mut Random::new(3), *kind, 500, &strings);
            for (span, string) in planted.spans.iter().zip(strings) {
                assert_eq!(&planted.bytes[span.range()], string);
            }
            assert_eq!(planted.spans.len(), 3);
        }
    }
}
