//! Base64 (RFC 4648): both alphabets, padded or not, on one line or wrapped over many as in mail (RFC 2045).

use keysieve_finding::Span;

use super::piece::Kind;
use super::text::{is_text, is_utf16, push_utf16};
use super::{Budget, LONGEST_VALUE, inflate};

/// The fewest characters of a value.
pub(super) const LEAST: usize = 16;

/// The fewest characters of a line after which a value may go on in the next one.
const WRAPPED: usize = 40;

/// How many characters are decoded before it is asked for the first time whether they say text.
const PIECE: usize = 64;

/// How many characters of a packed value are unpacked to see whether it holds text.
const PACKED: usize = 256;

/// How far a line after the first may be indented.
const INDENT: usize = 64;

/// What a character stands for, 0xFF for one of neither alphabet.
const VALUES: [u8; 256] = {
    let mut values = [0xFF; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0;
    while at < 64 {
        values[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// What a character stands for.
pub(super) const fn sextet(byte: u8) -> Option<u8> {
    match VALUES[byte as usize] {
        0xFF => None,
        six => Some(six),
    }
}

pub(super) const fn is_character(byte: u8) -> bool {
    VALUES[byte as usize] != 0xFF
}

/// Whether something worth decoding could begin here, told from the first four characters.
pub(super) fn may_start(bytes: &[u8]) -> bool {
    let Some(four) = bytes.first_chunk::<4>() else { return false };
    let Some(start) = group(*four) else { return false };
    match start {
        [a, b, c] if is_plain(a) => is_plain(c) && (b == 0 || is_plain(b)) || inflate::is_zlib(&[a, b]),
        [0x1F, 0x8B, 0x08] | [0xEF, 0xBB, 0xBF] | [0xFF, 0xFE, _] => true,
        _ => false,
    }
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Whether something worth decoding begins here, told from the first sixteen characters.
pub(super) fn starts(bytes: &[u8]) -> bool {
    may_start(bytes) && kind(bytes).is_some()
}

/// What the first characters say that the value is.
fn kind(bytes: &[u8]) -> Option<Kind> {
    let characters = bytes.first_chunk::<LEAST>()?;
    let mut start = [0; LEAST / 4 * 3];
    for (four, three) in characters.chunks_exact(4).zip(start.chunks_exact_mut(3)) {
        three.copy_from_slice(&group([four[0], four[1], four[2], four[3]])?);
    }
    if is_text(&start) {
        Some(Kind::Base64)
    } else if is_utf16(&start) {
        Some(Kind::Base64Utf16)
    } else if inflate::is_gzip(&start) {
        unpacks(bytes, inflate::gzip).then_some(Kind::Base64Gzip)
    } else {
        (inflate::is_zlib(&start) && unpacks(bytes, inflate::zlib)).then_some(Kind::Base64Zlib)
    }
}

/// Whether the first characters unpack to the beginning of a text.
fn unpacks(bytes: &[u8], unpack: impl Fn(&[u8], usize, &mut Vec<u8>)) -> bool {
    let (mut packed, mut text) = (Vec::new(), Vec::new());
    push_groups(&bytes[..run(bytes, 0).min(PACKED)], &mut packed);
    unpack(&packed, LEAST, &mut text);
    text.len() >= LEAST / 2 && is_text(&text)
}

#[inline]
fn group(four: [u8; 4]) -> Option<[u8; 3]> {
    let [a, b, c, d] = four.map(|byte| VALUES[usize::from(byte)]);
    let bits = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
    let [_, a, b, c] = bits.to_be_bytes();
    (four.iter().all(|&byte| is_character(byte))).then_some([a, b, c])
}

/// A decoded value.
pub(super) struct Value {
    pub(super) kind: Kind,
    /// Where the lines of the value stand, the padding among them. All but the last are made of whole groups.
    pub(super) lines: Vec<Span>,
}

impl Value {
    pub(super) fn end(&self) -> usize {
        self.lines.last().map_or(0, |line| line.end)
    }
}

/// Appends what the value at `at` says, if it says something that can be looked at: text, or packed text. Text that is
/// followed by something else is decoded as far as it is text for the most part.
pub(super) fn decode(haystack: &[u8], at: usize, budget: Budget, out: &mut Vec<u8>) -> Option<Value> {
    if !may_start(&haystack[at..]) {
        return None;
    }
    let kind = kind(&haystack[at..])?;
    let mut raw = Vec::new();
    let is_text = kind == Kind::Base64;
    let mut meter = Meter::default();
    let mut lines = Vec::new();
    let first = run(haystack, at);
    let mut next = Some(Span::new(at, at + first));
    while let Some(line) = next {
        let target = if is_text { &mut *out } else { &mut raw };
        let length = push_line(&haystack[line.range()], is_text.then_some(&mut meter), target);
        if length > 0 {
            lines.push(Span::new(line.start, line.start + length));
        }
        let goes_on = length == line.len() && length == first && line.end < at + LONGEST_VALUE;
        next = goes_on.then(|| next_line(haystack, line.end, first)).flatten();
    }
    match kind {
        Kind::Base64Gzip => inflate::gzip(&raw, budget.left(), out),
        Kind::Base64Zlib => inflate::zlib(&raw, budget.left(), out),
        Kind::Base64Utf16 => push_utf16(&raw, out),
        _ => {}
    }
    let last = lines.last_mut()?;
    last.end += haystack[last.end..].iter().take(2).take_while(|&&byte| byte == b'=').count();
    Some(Value { kind, lines })
}

/// How much of what was decoded is text.
#[derive(Default)]
struct Meter {
    plain: usize,
    all: usize,
}

impl Meter {
    /// Whether it still is text for the most part, with so much more.
    fn add(&mut self, bytes: &[u8]) -> bool {
        self.plain += bytes.iter().filter(|&&byte| is_plain(byte)).count();
        self.all += bytes.len();
        4 * self.plain >= 3 * self.all
    }
}

/// Appends what a line says, piece by piece as long as the meter says that it is text; says how many characters of it
/// that are.
fn push_line(line: &[u8], meter: Option<&mut Meter>, out: &mut Vec<u8>) -> usize {
    let Some(meter) = meter else {
        push_groups(line, out);
        return line.len();
    };
    let (mut done, mut length) = (0, PIECE);
    while done < line.len() {
        let piece = &line[done..line.len().min(done + length)];
        let start = out.len();
        push_groups(piece, out);
        if !meter.add(&out[start..]) {
            out.truncate(start);
            break;
        }
        done += piece.len();
        length *= 2;
    }
    done
}

/// How many characters in a row stand at `at`.
pub(super) fn run(haystack: &[u8], at: usize) -> usize {
    let bytes = &haystack[at..haystack.len().min(at + LONGEST_VALUE)];
    bytes.iter().position(|&byte| !is_character(byte)).unwrap_or(bytes.len())
}

/// The line after the one that ends at `end` if the value goes on in it: not longer than the first one was, and with
/// nothing else on it.
fn next_line(haystack: &[u8], end: usize, first: usize) -> Option<Span> {
    if first < WRAPPED || !first.is_multiple_of(4) {
        return None;
    }
    let after = &haystack[end..haystack.len().min(end + INDENT + 2)];
    let line_end = match after {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => return None,
    };
    let indent = after[line_end..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    let start = end + line_end + indent;
    let bytes = haystack.get(start..haystack.len().min(start + first + 1))?;
    let length = bytes.iter().take_while(|&&byte| is_character(byte)).count();
    let closed = !bytes.get(length).is_some_and(|&byte| byte == b':' || byte == b'.');
    ((1..=first).contains(&length) && closed).then(|| Span::new(start, start + length))
}

/// Appends the bytes that the characters say, those of an unfinished group at the end too.
fn push_groups(characters: &[u8], out: &mut Vec<u8>) {
    let value = |byte: u8| u32::from(VALUES[usize::from(byte)]);
    out.reserve(characters.len() / 4 * 3 + 2);
    let groups = characters.chunks_exact(4);
    let rest = groups.remainder();
    for four in groups {
        let bits = value(four[0]) << 18 | value(four[1]) << 12 | value(four[2]) << 6 | value(four[3]);
        let [_, a, b, c] = bits.to_be_bytes();
        out.extend_from_slice(&[a, b, c]);
    }
    let bits = rest.iter().fold(0, |bits, &byte| bits << 6 | value(byte));
    match rest.len() {
        2 => out.push((bits >> 4) as u8),
        3 => out.extend_from_slice(&[(bits >> 10) as u8, (bits >> 2) as u8]),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    fn decoded(text: &str) -> Option<(String, usize)> {
        let mut out = Vec::new();
        let value = decode(text.as_bytes(), 0, Budget::of(text.len()), &mut out)?;
        Some((String::from_utf8_lossy(&out).into_owned(), value.end()))
    }

    #[test]
    fn text_of_every_length_is_decoded() {
        for length in 12..80 {
            let text = "password = hunter2-of-7kQ; ".repeat(3)[..length].to_owned();
            for encoded in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                assert_eq!(decoded(&format!("{encoded}\"")), Some((text.clone(), encoded.len())));
            }
        }
    }

    #[test]
    fn wrapped_lines_are_one_value() {
        let text = "password = hunter2-of-7kQ; ".repeat(9);
        let encoded = STANDARD.encode(&text);
        for (width, indent) in [(76, ""), (64, "    "), (40, "\t")] {
            let lines: Vec<&str> = (0..encoded.len())
                .step_by(width)
                .map(|at| &encoded[at..encoded.len().min(at + width)])
                .collect();
            let wrapped = lines.join(&format!("\r\n{indent}"));
            assert_eq!(decoded(&format!("{wrapped}\nnext: line\n")), Some((text.clone(), wrapped.len())));
        }
    }

    #[test]
    fn what_says_no_text_is_left() {
        for text in
            ["some_function_name_of_c", "9f86d081884c7d659a2feaa0c55ad015", "iVBORw0KGgoAAAANSUhEUgAA"]
        {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
