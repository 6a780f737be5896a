//! Values that are known to be secret, whatever they look like: each in every form in which programs write it.

mod forms;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use keysieve_finding::{Confidence, MaskKind, Secret};

use zeroize::Zeroize as _;

use self::forms::{Form, NONE, forms, lines_of};
use crate::{Hit, Label};

/// Shorter values are refused: they would be masked in the midst of words.
pub const SHORTEST_VALUE: usize = 6;

/// Known values, ready to be found.
#[derive(Default)]
pub struct KnownValues {
    automaton: Option<AhoCorasick>,
    owners: Vec<Owner>,
    values: Vec<(Label, Secret)>,
    refused: usize,
    longest: usize,
}

/// What a pattern is of.
#[derive(Clone, Copy)]
struct Owner {
    value: u32,
    /// Whether it is a part of base64 or hex, which is masked as a whole.
    in_run: bool,
    /// Which of the value's lines it is.
    line: usize,
}

/// Known values of which no automaton can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many known values, or too long ones: {0}")]
pub struct KnownValuesError(String);

impl fmt::Debug for KnownValues {
    /// Nothing of the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownValues").field("values", &self.values.len()).finish_non_exhaustive()
    }
}

impl KnownValues {
    /// Of names and values; a name may be empty.
    ///
    /// # Errors
    /// If they are too much for one automaton.
    pub fn new(named: &[(String, Secret)]) -> Result<Self, KnownValuesError> {
        let mut this = Self::default();
        let mut patterns: Vec<Form> = Vec::new();
        for (name, value) in named {
            let before = patterns.len();
            forms(value.expose(), &mut patterns);
            if patterns.len() == before {
                this.refused += 1;
                continue;
            }
            let index = u32::try_from(this.values.len()).unwrap_or(u32::MAX);
            let owner = |form: &Form| Owner { value: index, in_run: form.in_run, line: form.line };
            this.owners.extend(patterns[before..].iter().map(owner));
            let secret = Secret::new(value.expose(), MaskKind::Password);
            this.values.push((Label::Known(Arc::from(name.as_str())), secret));
        }
        this.longest = patterns.iter().map(|form| form.bytes.len()).max().unwrap_or(0);
        if !patterns.is_empty() {
            let built = AhoCorasick::new(patterns.iter().map(|form| &form.bytes[..]));
            this.automaton = Some(built.map_err(|error| KnownValuesError(error.to_string()))?);
        }
        patterns.iter_mut().for_each(|form| form.bytes.zeroize());
        Ok(this)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many were too short to be looked for.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused
    }

    /// The longest form of any, in bytes.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Appends what is found in a part of a haystack.
    pub(crate) fn find(&self, haystack: &[u8], range: Range<usize>, hits: &mut Vec<Hit>) {
        let Some(automaton) = &self.automaton else { return };
        for found in automaton.find_overlapping_iter(&haystack[range.clone()]) {
            let owner = self.owners[found.pattern().as_usize()];
            let mut span = range.start + found.start()..range.start + found.end();
            let (label, secret) = self.values[owner.value as usize].clone();
            if owner.in_run {
                span = run_around(haystack, span);
            } else if owner.line != NONE {
                span = short_lines_around(haystack, span, secret.expose(), owner.line);
            }
            let (end, plain) = (span.end, false);
            hits.push(Hit {
                secret: span.clone(),
                span,
                end,
                label,
                rank: u8::MAX,
                confidence: Confidence::High,
                value: secret,
                plain,
            });
        }
    }
}

/// The whole run of base64 that a part of it stands in.
fn run_around(haystack: &[u8], span: Range<usize>) -> Range<usize> {
    const FAR: usize = 64 * 1024;
    let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    let before = &haystack[span.start.saturating_sub(FAR)..span.start];
    let after = &haystack[span.end..haystack.len().min(span.end + FAR)];
    let start =
        span.start - before.iter().rev().take_while(is_base64).take_while(|&&byte| byte != b'=').count();
    start..span.end + after.iter().take_while(is_base64).count()
}

/// What a program puts between the lines of a value to have them in one line: blanks, or the escapes of line ends.
fn glue_before(text: &[u8]) -> usize {
    let mut end = text.len();
    loop {
        end = match text[..end] {
            [.., b' ' | b'\t'] => end - 1,
            [.., b'\\', b'n' | b'r' | b't'] => end - 2,
            [.., b'\\'] if end < text.len() => end - 1,
            _ => return text.len() - end,
        };
    }
}

fn glue_behind(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += match text[at..] {
            [b' ' | b'\t', ..] => 1,
            [b'\\', b'n' | b'r' | b't', ..] => 2,
            [b'\\', b'\\', ..] => 1,
            _ => return at,
        };
    }
}

/// A line of a value, and those before and behind it that are too short to be looked for by themselves, if they are in the
/// same line of the haystack.
fn short_lines_around(haystack: &[u8], span: Range<usize>, value: &[u8], line: usize) -> Range<usize> {
    let lines: Vec<&[u8]> = lines_of(value).collect();
    let is_short = |line: &&&[u8]| line.len() < SHORTEST_VALUE;
    let Range { mut start, mut end } = span;
    for short in lines[..line].iter().rev().take_while(is_short) {
        let glue = glue_before(&haystack[..start]);
        if glue == 0 || !haystack[..start - glue].ends_with(short) {
            break;
        }
        start -= glue + short.len();
    }
    for short in lines[line + 1..].iter().take_while(is_short) {
        let glue = glue_behind(&haystack[end..]);
        if glue == 0 || !haystack[end + glue..].starts_with(short) {
            break;
        }
        end += glue + short.len();
    }
    start..end
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn known(values: &[&str]) -> KnownValues {
        let secret = |value: &&str| (String::new(), Secret::new(value.as_bytes(), MaskKind::Password));
        KnownValues::new(&values.iter().map(secret).collect::<Vec<_>>()).unwrap()
    }

    fn found(known: &KnownValues, text: &str) -> Vec<String> {
        let mut hits = Vec::new();
        known.find(text.as_bytes(), 0..text.len(), &mut hits);
        let mut all: Vec<String> = hits.iter().map(|hit| text[hit.span.clone()].to_owned()).collect();
        all.dedup();
        all
    }

    #[test]
    fn a_value_is_found_wherever_it_begins() {
        let known = known(&["aaaaab", "ababac"]);
        assert_eq!(found(&known, "aaaaaaaab"), ["aaaaab"]);
        assert_eq!(found(&known, "abababac"), ["ababac"]);
        assert_eq!(known.len(), 2);
    }

    #[test]
    fn short_values_are_refused_and_counted() {
        let known = known(&["abcde", "abcdef", "a\nb\nc\n"]);
        assert_eq!((known.len(), known.refused()), (1, 2));
    }

    #[test]
    fn the_whole_run_is_masked_in_which_it_is_encoded() {
        let known = known(&["open sesame & \"more\""]);
        for lead in ["", "x", "xy", "xyz"] {
            let encoded = STANDARD.encode(format!("{lead}open sesame & \"more\" and so on"));
            assert_eq!(found(&known, &format!("k={encoded}; z")), [encoded.trim_end_matches('.')], "{lead}");
        }
    }

    #[test]
    fn lines_of_a_value_are_found_one_by_one() {
        let known = known(&["first line\nsecond line\r\nthird\n"]);
        assert_eq!(found(&known, "x first line\n  second line\n third"), ["first line", "second line"]);
        assert_eq!(found(&known, r"x first line\nsecond line"), ["first line", "second line"]);
    }

    #[test]
    fn short_lines_of_a_value_are_masked_beside_long_ones() {
        let known = known(&["abc\nlong enough\nxy\nz\nlong again"]);
        for glue in [" ", "  ", r"\n", r"\r\n", r"\\n", " \t"] {
            let text = ["( abc", "long enough", "xy", "z", "long again)"].join(glue);
            let spans = found(&known, &text);
            let [first, second] = spans.as_slice() else { panic!("{spans:?}") };
            assert!(first.starts_with("abc") && first.ends_with('z'), "{glue} {first}");
            assert!(second.starts_with("xy") && second.ends_with("long again"), "{glue} {second}");
        }
        assert_eq!(found(&known, "abcd long enough xyz"), ["long enough xy"]);
        assert_eq!(found(&known, "abc\nlong enough\nxy"), ["long enough"], "lines go out one by one");
    }
}
