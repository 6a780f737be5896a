//! How files are written into texts.

use memchr::{memchr, memmem};

/// How a part of a text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// To a line that is none of it.
    Base64,
    /// To `====`, with what every line begins with besides.
    Base64Until(usize),
    /// To `end`, with what every line begins with besides.
    Uuencode(usize),
}

/// What a line begins that says that a file follows: how it is encoded, and its name.
pub(crate) fn begin(line: &[u8]) -> Option<(Encoding, &[u8])> {
    // Shell archives put an X before each line.
    let before = usize::from(line.starts_with(b"Xbegin"));
    let rest = line[before..].strip_prefix(b"begin")?;
    let (encoding, rest) = match rest.strip_prefix(b"-base64 ") {
        Some(rest) => (Encoding::Base64Until(before), rest),
        None => (Encoding::Uuencode(before), rest.strip_prefix(b" ")?),
    };
    let space = memchr(b' ', rest)?;
    let (mode, name) = (&rest[..space], rest[space + 1..].trim_ascii());
    let is_mode = matches!(mode.len(), 3 | 4) && mode.iter().all(|digit| matches!(digit, b'0'..=b'7'));
    (is_mode && !name.is_empty()).then_some((encoding, name))
}

/// The name of the file that a header gives.
pub(crate) fn file_name(header: &[u8]) -> Option<&[u8]> {
    let header = &header[..header.len().min(4096)];
    let lower = header.to_ascii_lowercase();
    let at = memmem::find(&lower, b"name=")? + b"name=".len();
    let value = &header[at..];
    let name = match value.strip_prefix(b"\"") {
        Some(quoted) => &quoted[..memchr(b'"', quoted)?],
        None => value.split(|byte| matches!(byte, b';' | b' ' | b'\t')).next()?,
    };
    (!name.is_empty()).then_some(name)
}

/// Decodes line by line.
#[derive(Clone, Debug)]
pub(crate) struct Decoder {
    encoding: Encoding,
    /// Bits that make no byte yet, and how many.
    bits: u32,
    count: u32,
    padded: bool,
}

impl Decoder {
    pub(crate) const fn new(encoding: Encoding) -> Self {
        Self { encoding, bits: 0, count: 0, padded: false }
    }

    /// Appends what a line decodes to. Says whether it is one of the file's.
    pub(crate) fn line(&mut self, line: &[u8], made: &mut Vec<u8>) -> bool {
        match self.encoding {
            Encoding::Base64 => self.base64(line, made),
            Encoding::Base64Until(before) => {
                line != b"====" && self.base64(line.get(before..).unwrap_or_default(), made)
            }
            Encoding::Uuencode(before) => uuencoded(line.get(before..).unwrap_or_default(), made),
        }
    }

    fn base64(&mut self, line: &[u8], made: &mut Vec<u8>) -> bool {
        let line = line.trim_ascii();
        if self.padded || line.is_empty() || !line.iter().all(|byte| value(*byte).is_some() || *byte == b'=')
        {
            return false;
        }
        for byte in line {
            let Some(six) = value(*byte) else {
                self.padded = true;
                break;
            };
            self.bits = self.bits << 6 | u32::from(six);
            self.count += 6;
            if self.count >= 8 {
                self.count -= 8;
                made.push((self.bits >> self.count) as u8);
            }
        }
        true
    }
}

fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// A line of uuencode: its length, and four characters for three bytes.
fn uuencoded(line: &[u8], made: &mut Vec<u8>) -> bool {
    let Some((length @ b'!'..=b'M', rest)) = line.split_first() else { return false };
    let length = usize::from(length - b' ');
    let six = |at: usize| rest.get(at).map_or(0, |byte| byte.wrapping_sub(b' ') & 0x3F);
    let mut left = length;
    for four in (0..).step_by(4) {
        if left == 0 {
            break;
        }
        let [a, b, c, d] = [six(four), six(four + 1), six(four + 2), six(four + 3)];
        let three = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        made.extend_from_slice(&three[..left.min(3)]);
        left = left.saturating_sub(3);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: Encoding, lines: &[&str]) -> Vec<u8> {
        let (mut decoder, mut made) = (Decoder::new(encoding), Vec::new());
        assert!(lines.iter().all(|line| decoder.line(line.as_bytes(), &mut made)));
        made
    }

    #[test]
    fn lines_decode_to_the_bytes_that_were_encoded() {
        assert_eq!(decoded(Encoding::Base64, &["QUJD", "REU="]), b"ABCDE");
        assert_eq!(decoded(Encoding::Uuencode(0), &["#0V%T"]), b"Cat");
        assert_eq!(decoded(Encoding::Uuencode(1), &["X#0V%T", "X!0P``"]), b"CatC");
        for (encoding, end) in
            [(Encoding::Base64, ""), (Encoding::Base64Until(0), "===="), (Encoding::Uuencode(0), "`")]
        {
            assert!(!Decoder::new(encoding).line(end.as_bytes(), &mut Vec::new()), "{end}");
        }
    }

    #[test]
    fn names_stand_in_quotes_or_without() {
        assert_eq!(file_name(b" filename=\"a b.zip\"; size=3"), Some(&b"a b.zip"[..]));
        assert_eq!(file_name(b"Content-Type: application/zip; Name=x.zip; a=b"), Some(&b"x.zip"[..]));
        assert_eq!(begin(b"begin 644 a b"), Some((Encoding::Uuencode(0), &b"a b"[..])));
        assert_eq!(begin(b"begin the work 644"), None);
    }
}
