//! Masks in a line of JSON: inside its strings, so that it stays JSON.

use std::ops::Range;

use serde::de::IgnoredAny;

use crate::mask::Mask;

/// A string or a bare word of a line.
enum Token {
    /// What stands between its quotes.
    String(Range<usize>),
    /// A number, `true`, `false` or `null`.
    Bare(Range<usize>),
}

/// Whether a text is one value of JSON in braces or brackets.
pub(crate) fn is_json(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
        && serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// Fits masks into a text that is JSON: each is cut to the strings that it has a part in, widened to whole escapes, and a
/// bare number becomes a string. The masks are sorted and do not overlap, before and after; their positions are those
/// of a buffer in which the text begins at `base`.
pub(crate) fn fit(text: &[u8], base: usize, masks: &[Mask]) -> Vec<Mask> {
    let mut fitted: Vec<Mask> = Vec::new();
    let mut next = 0;
    each_token(text, |token| {
        let (whole, string) = match token {
            Token::String(range) => (range, true),
            Token::Bare(range) => (range, false),
        };
        let (start, end) = (base + whole.start, base + whole.end);
        while masks.get(next).is_some_and(|mask| mask.span.end <= start) {
            next += 1;
        }
        for mask in masks[next..].iter().take_while(|mask| mask.span.start < end) {
            let mut span = mask.span.start.max(start)..mask.span.end.min(end);
            if string {
                let range = span.start - base..span.end - base;
                let widened = widen(text, &whole, range);
                span = base + widened.start..base + widened.end;
            } else {
                span = start..end;
            }
            match fitted.last_mut() {
                Some(last) if last.span.end > span.start => last.span.end = last.span.end.max(span.end),
                _ => fitted.push(Mask { span, quoted: !string, ..mask.clone() }),
            }
        }
    });
    fitted
}

/// Calls `each` for every string and every bare word, in order.
fn each_token(text: &[u8], mut each: impl FnMut(Token)) {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => {
                let start = at + 1;
                let end = crate::frame::string_end(&text[start..]).map_or(text.len(), |end| start + end);
                each(Token::String(start..end));
                at = end + 1;
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let length = text[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
                    .count();
                each(Token::Bare(at..at + length));
                at += length;
            }
            _ => at += 1,
        }
    }
}

/// Widens a part of a string so that no escape is cut.
fn widen(text: &[u8], string: &Range<usize>, part: Range<usize>) -> Range<usize> {
    let mut widened = part.clone();
    // Escapes can only be told from the string's start on, or from a byte that is in none.
    let mut at = string.start;
    while at < part.end {
        let Some(escape) = memchr::memchr(b'\\', &text[at..part.end]).map(|offset| at + offset) else {
            break;
        };
        let length = if text.get(escape + 1) == Some(&b'u') { 6 } else { 2 };
        let end = (escape + length).min(string.end);
        if escape < part.start && end > part.start {
            widened.start = escape;
        }
        if end > part.end {
            widened.end = end;
        }
        at = end;
    }
    widened
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tests::mask;

    fn fitted(text: &str, spans: &[(usize, usize)]) -> Vec<(Range<usize>, bool)> {
        let masks: Vec<Mask> = spans.iter().map(|&(start, end)| mask(start..end)).collect();
        fit(text.as_bytes(), 0, &masks).into_iter().map(|mask| (mask.span, mask.quoted)).collect()
    }

    #[test]
    fn masks_keep_to_strings_and_whole_escapes() {
        let text = r#"{"a":"x\u0022yz","b":12345}"#;
        assert!(is_json(text.as_bytes()) && !is_json(b"{") && !is_json(b"12"));
        assert_eq!(fitted(text, &[(9, 14)]), [(7..14, false)]);
        assert_eq!(fitted(text, &[(14, 19)]), [(14..15, false), (18..19, false)]);
        assert_eq!(fitted(text, &[(22, 24)]), [(21..26, true)]);
        assert_eq!(fitted(text, &[(0, 1)]), []);
    }
}
