//! Private keys over several lines, masked line by line: nothing is held back until the end of the block.

use std::ops::Range;

use memchr::memmem;

/// After so many lines without key material a block without an end is over.
const PATIENCE: u16 = 200;

/// The shortest run of base64 that is taken for a line of a key wherever it stands.
const LONG: usize = 40;

/// Where in a block the stream is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum KeyBlock {
    #[default]
    Outside,
    /// Between BEGIN and END.
    Inside {
        /// How many words stood before BEGIN in its line: log prefixes stand before the other lines too.
        words: usize,
        /// Whether key material was seen.
        seen: bool,
        /// How many lines without any there were since.
        idle: u16,
    },
    /// In the private part of a PuTTY key: so many lines to come.
    Putty(u16),
}

/// What of a line's text matters.
enum Edge {
    Begin { at: usize, end: usize },
    Putty { lines: u16 },
}

impl KeyBlock {
    pub(crate) fn is_inside(self) -> bool {
        self != Self::Outside
    }

    /// Takes the text of the next line and hands the parts of it that are key material to `found`.
    pub(crate) fn line(&mut self, text: &[u8], mut found: impl FnMut(Range<usize>)) {
        let mut from = 0;
        if let Self::Putty(left) = self {
            if let Some(range) = material(text, 0).filter(|range| range.len() >= 4) {
                found(range);
            }
            *self = if *left <= 1 { Self::Outside } else { Self::Putty(*left - 1) };
            return;
        }
        // A line can hold a whole key, or the end of one and the begin of another.
        while let Some(edge) = edge(&text[from..]) {
            match edge {
                Edge::Begin { at, end } => {
                    let words = words(&text[..from + at]);
                    if self.is_inside() {
                        self.rest(&text[..from + at], from, &mut found);
                    }
                    *self = Self::Inside { words, seen: false, idle: 0 };
                    from += end;
                }
                Edge::Putty { lines } => {
                    *self = Self::Putty(lines);
                    return;
                }
            }
        }
        if self.is_inside() {
            self.rest(text, from, &mut found);
        }
    }

    /// The part of a line from `from` on, in a block.
    fn rest(&mut self, text: &[u8], from: usize, found: &mut impl FnMut(Range<usize>)) {
        let Self::Inside { words: before, seen, idle } = self else { return };
        let end =
            memmem::find(&text[from..], b"-----END").or_else(|| memmem::find(&text[from..], b"---- END"));
        let stop = end.map_or(text.len(), |end| from + end);
        let body = &text[..stop];
        let mut any = false;
        for run in runs(body, from).filter(|run| run.len() >= LONG || from > 0 && run.len() >= 16) {
            if !is_hex(&body[run.clone()]) || from > 0 {
                any = true;
                found(run);
            }
        }
        if !any && from == 0 && *seen {
            // The last line of a block is short.
            let short = material(body, *before);
            if let Some(run) = short {
                any = true;
                found(run);
            }
        }
        if end.is_some() {
            *self = Self::Outside;
        } else if any {
            (*seen, *idle) = (true, 0);
        } else {
            *idle += 1;
            if *idle > PATIENCE {
                *self = Self::Outside;
            }
        }
    }
}

fn edge(text: &[u8]) -> Option<Edge> {
    for at in memmem::find_iter(text, b"PRIVATE KEY") {
        let before = &text[..at];
        let rest = &text[at..];
        let marker = memchr::memrchr(b'-', before).map_or(0, |dash| dash + 1);
        let word = before[marker..].trim_ascii_start();
        let closed = memmem::find(&rest[..rest.len().min(64)], b"----");
        if let (true, Some(close)) = (word.starts_with(b"BEGIN "), closed) {
            let dashes = before[..marker].iter().rev().take_while(|&&byte| byte == b'-').count();
            if dashes >= 4 {
                let after = rest[close..].iter().take_while(|&&byte| byte == b'-').count();
                return Some(Edge::Begin { at: marker - dashes, end: at + close + after });
            }
        }
    }
    let at = memmem::find(text, b"Private-Lines: ")?;
    let digits: Vec<u8> = text[at + 15..].iter().copied().take_while(u8::is_ascii_digit).take(3).collect();
    let lines = std::str::from_utf8(&digits).ok()?.parse().ok()?;
    (lines > 0).then_some(Edge::Putty { lines })
}

const fn is_base64(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=')
}

/// The runs of base64 from `from` on. What an escape such as `\n` begins with is none of it.
fn runs(text: &[u8], from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        loop {
            let start = at + text.get(at..)?.iter().position(|&byte| is_base64(byte))?;
            let length = text[start..].iter().take_while(|&&byte| is_base64(byte)).count();
            at = start + length;
            let escaped = start > 0 && text[start - 1] == b'\\';
            let start = if escaped { start + 1 } else { start };
            if start < at {
                return Some(start..at);
            }
        }
    })
}

/// The last run of a line, if nothing but what closes a line follows it and only words stand before it, as many as
/// stood before BEGIN.
fn material(text: &[u8], before: usize) -> Option<Range<usize>> {
    let closes =
        |&byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b',' | b'}' | b']');
    let mut end = text.iter().rposition(|byte| !closes(byte))? + 1;
    if text[..end].ends_with(b"\\n") || text[..end].ends_with(b"\\r") {
        end -= 2;
    }
    let length = text[..end].iter().rev().take_while(|&&byte| is_base64(byte)).count();
    let start = end - length;
    let apart = text[..start].last().is_none_or(|byte| b" \t\"'".contains(byte));
    let run = &text[start..end];
    run.first()?;
    // Base64 comes in fours; the checksum of PGP has a sign before it. Short words come in fours too.
    let fours = length % 4 == 0 || run[0] == b'=';
    let word = before > 0 && run.iter().all(u8::is_ascii_lowercase);
    (fours && !word && apart && words(&text[..start]) == before).then_some(start..end)
}

fn words(text: &[u8]) -> usize {
    text.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty()).count()
}

fn is_hex(run: &[u8]) -> bool {
    run.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(lines: &[&str]) -> Vec<String> {
        let mut block = KeyBlock::default();
        let mask = |line: &&str| {
            let mut text = line.as_bytes().to_vec();
            let mut spans = Vec::new();
            block.line(line.as_bytes(), |span| spans.push(span));
            for span in spans.into_iter().rev() {
                text.splice(span, *b"#");
            }
            String::from_utf8(text).unwrap()
        };
        lines.iter().map(mask).collect()
    }

    fn begin() -> String {
        ["-----BEGIN RSA PRIV", "ATE KEY-----"].concat()
    }

    fn end() -> String {
        ["-----END RSA PRIV", "ATE KEY-----"].concat()
    }

    #[test]
    fn lines_of_a_key_are_masked_and_others_stay() {
        let (begin, end, body) = (begin(), end(), "q7".repeat(32));
        let lines = [&begin, body.as_str(), "GET /index.html done", &body, "ab3=", &end, "ab3=", &body];
        assert_eq!(masked(&lines), [&begin, "#", "GET /index.html done", "#", "#", &end, "ab3=", &body]);
    }

    #[test]
    fn prefixes_stay_and_count() {
        let (begin, end, body) = (format!("12:00 app {}", begin()), end(), "q7".repeat(32));
        let (second, last) = (format!("12:01 app {body}"), "12:02 app q7a=".to_owned());
        let lines = [begin.as_str(), &second, "12:02 other words", &last, &end];
        assert_eq!(masked(&lines)[1..4], ["12:01 app #", "12:02 other words", "12:02 app #"]);
    }

    #[test]
    fn a_key_on_one_line_ends_there_and_one_without_end_ends_at_last() {
        let one = format!("{}\\n{}\\n{}", begin(), "q7".repeat(20), end());
        assert_eq!(masked(&[&one, "word"])[1], "word");
        assert!(masked(&[&one])[0].contains("\\n#\\n"));
        let long = "q7".repeat(32);
        let mut lines = vec![begin()];
        lines.extend(std::iter::repeat_n("nothing here".to_owned(), 201));
        lines.push(long.clone());
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(masked(&lines).last(), Some(&long));
    }

    #[test]
    fn putty_says_how_many_lines_are_private() {
        let lines = ["Private-Lines: 2", "AAAAgQC7", "abcd", "Private-MAC: 00"];
        assert_eq!(masked(&lines), ["Private-Lines: 2", "#", "#", "Private-MAC: 00"]);
    }
}
