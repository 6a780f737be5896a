//! Values without a form of their own, told by the words before them.

use keysieve_finding::Span;
use keysieve_kernel::{BLOCK, Block};
use keysieve_rules::{ByteSet, Driver, Pattern, Rule};

use crate::boundary::is_word;
use crate::fit::{Fits, Start};
use crate::parts::each_part;
use crate::words::{Recent, Words};

/// The greatest `within` of any rule: how far before a value its words may start.
pub(crate) const MAX_WITHIN: usize = 128;

/// All context rules, arranged so that a candidate is refused early.
#[derive(Debug)]
pub(crate) struct Context {
    words: Words,
    /// The rules that words point to, word after word.
    targets: Vec<Target>,
    /// For each word where its targets begin; one more for the end of the last.
    first: Vec<u32>,
    /// What the rules' values ask of where they begin.
    fits: Vec<Fits>,
    /// How far before a value any rule's words may start.
    within: usize,
    /// Whether any rule has a value without a digit, or without an operator before it: by both.
    open: [[bool; 2]; 2],
}

/// A rule that a word points to.
#[derive(Clone, Copy, Debug)]
struct Target {
    rule: u32,
    /// The word's number among the rule's words.
    word: u16,
    /// How far before the value it may start.
    within: usize,
    /// Which of the [`Context::fits`] is the rule's.
    fits: u32,
}

/// Where a word stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    word: u32,
    start: usize,
    end: usize,
}

/// The words seen so far on the current line. What is behind is not read again, so that many candidates on one line
/// cost no more than one.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    upto: usize,
    hits: Vec<Hit>,
    recent: Recent,
}

impl Seen {
    pub(crate) fn clear(&mut self) {
        self.upto = 0;
        self.hits.clear();
    }
}

/// The kernel's masks of a part of the haystack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk<'a> {
    /// Where the first block begins.
    pub(crate) from: usize,
    pub(crate) blocks: &'a [Block],
}

/// A rule that a word before a value points to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pointer {
    pub(crate) rule: u32,
    pub(crate) word: u16,
    pub(crate) span: Span,
}

impl Context {
    /// Arranges the context rules.
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut open = [[false; 2]; 2];
        let (mut most, mut fits) = (0, Vec::new());
        // Every word of every rule, in the order of the rules.
        let mut all: Vec<(&str, Target)> = Vec::new();
        for (index, rule) in (0_u32..).zip(rules) {
            let (Driver::Context, Pattern::Context(pattern)) = (&rule.plan.driver, &rule.pattern) else {
                continue;
            };
            let of = Fits::of(rule, pattern.operator);
            for digit in [false, true] {
                for assigned in [false, true] {
                    open[usize::from(digit)][usize::from(assigned)] |= of.takes(digit, assigned);
                }
            }
            let within = usize::from(pattern.within);
            most = most.max(within);
            for (number, word) in (0_u16..).zip(&pattern.words) {
                all.push((word, Target { rule: index, word: number, within, fits: fits.len() as u32 }));
            }
            fits.push(of);
        }
        // The same words together; a stable sort keeps their rules in order.
        all.sort_by_key(|&(word, _)| word);
        let (mut texts, mut first): (Vec<Box<[u8]>>, Vec<u32>) = (Vec::new(), Vec::new());
        for (at, &(word, _)) in (0_u32..).zip(&all) {
            if texts.last().is_none_or(|last| **last != *word.as_bytes()) {
                texts.push(word.as_bytes().into());
                first.push(at);
            }
        }
        first.push(all.len() as u32);
        let targets = all.into_iter().map(|(_, target)| target).collect();
        Self { words: Words::new(texts), targets, first, fits, within: most, open }
    }

    /// Whether any value can stand where there is, or is not, a digit, and something assigned.
    #[inline]
    pub(crate) fn open(&self, digit: bool, assigned: bool) -> bool {
        self.open[usize::from(digit)][usize::from(assigned)]
    }

    /// Whether a value that something is assigned to can have no digit, and whether it can have one.
    pub(crate) fn open_where_assigned(&self) -> [bool; 2] {
        self.open.map(|[_, assigned]| assigned)
    }

    /// Whether a word of any rule stands before `at`, near enough on its line; `seen` says which.
    #[inline]
    pub(crate) fn words_before(&self, haystack: &[u8], at: usize, chunk: Chunk<'_>, seen: &mut Seen) -> bool {
        self.look_back(haystack, at, chunk, seen);
        seen.hits.last().is_some_and(|hit| hit.start + self.within >= at)
    }

    /// Appends the rules whose words stand before `at` and whose values may begin so, each once, with its nearest word.
    pub(crate) fn point(&self, haystack: &[u8], mut start: Start, seen: &Seen, pointers: &mut Vec<Pointer>) {
        let at = start.at;
        for hit in seen.hits.iter().rev() {
            if at - hit.start > self.within {
                break;
            }
            if hit.end > at {
                continue;
            }
            let word = hit.word as usize;
            for target in &self.targets[self.first[word] as usize..self.first[word + 1] as usize] {
                let fits = at - hit.start <= target.within
                    && self.fits[target.fits as usize].may(haystack, &mut start);
                if fits && pointers.iter().all(|known| known.rule != target.rule) {
                    let span = Span::new(hit.start, hit.end);
                    pointers.push(Pointer { rule: target.rule, word: target.word, span });
                }
            }
        }
    }

    /// Brings the words seen up to `at`.
    #[inline]
    fn look_back(&self, haystack: &[u8], at: usize, chunk: Chunk<'_>, seen: &mut Seen) {
        let earliest = at.saturating_sub(self.within);
        if seen.upto < earliest {
            seen.hits.clear();
            seen.upto = earliest;
        }
        if seen.upto < chunk.from {
            self.look_behind(haystack, chunk.from.min(at), seen);
        }
        while seen.upto < at {
            let index = (seen.upto - chunk.from) / BLOCK;
            let base = chunk.from + index * BLOCK;
            let (first, last) = (seen.upto - base, BLOCK.min(at - base));
            let range = u64::MAX << first & u64::MAX >> (BLOCK - last);
            // After an escape sequence a value may begin past the chunk's end.
            let Some(block) = chunk.blocks.get(index) else {
                self.look_behind(haystack, at, seen);
                break;
            };
            let (mut parts, lines) = (block.part & range, block.line & range);
            if lines != 0 {
                seen.hits.clear();
                parts &= u64::MAX << (63 - lines.leading_zeros());
            }
            while parts != 0 {
                let place = base + parts.trailing_zeros() as usize;
                parts &= parts - 1;
                self.words_at(haystack, place, seen);
            }
            seen.upto = base + last;
        }
        if seen.hits.len() > 4 * MAX_WITHIN {
            seen.hits.retain(|hit| hit.start + MAX_WITHIN >= at);
        }
    }

    /// The same for what stands before the chunk or behind it, of which there are no masks.
    #[cold]
    fn look_behind(&self, haystack: &[u8], to: usize, seen: &mut Seen) {
        if let Some(newline) = memchr::memrchr(b'\n', &haystack[seen.upto..to]) {
            seen.hits.clear();
            seen.upto += newline + 1;
        }
        each_part(haystack, seen.upto, to, |place| self.words_at(haystack, place, seen));
        seen.upto = to;
    }

    /// The words that begin at a place where a part of a name does.
    #[inline]
    fn words_at(&self, haystack: &[u8], place: usize, seen: &mut Seen) {
        let Seen { hits, recent, .. } = seen;
        self.words.at(haystack, place, recent, |word, end| hits.push(Hit { word, start: place, end }));
    }
}

/// `[A-Za-z0-9+/_.~-]`, the kernel's token class.
pub(crate) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'.' | b'~' | b'-')
}

const fn fold(byte: u8) -> u8 {
    byte.to_ascii_lowercase()
}

/// The bytes that separate the parts of a name.
pub(crate) const SEPARATORS: [u8; 4] = *b"-_. ";

/// Whether a byte is one of [`SEPARATORS`].
pub(crate) const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.' | b' ')
}

/// Whether a part of a name starts at `at`: after a byte that is no letter or digit, where camelCase begins a new
/// part, or after an escape such as `\n`.
pub(crate) fn starts_part(haystack: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| haystack[before]) else { return true };
    if !before.is_ascii_alphanumeric() {
        return true;
    }
    let byte = haystack[at];
    if byte.is_ascii_uppercase() {
        let next_is_lower = haystack.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        return !before.is_ascii_uppercase() || next_is_lower;
    }
    byte.is_ascii_alphabetic() && at >= 2 && haystack[at - 2] == b'\\'
}

/// How a word reads that may start at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It stands there and ends here.
    Ends(usize),
    /// Something else does.
    No,
    /// The haystack ends before its byte of this number.
    Open(usize),
}

/// Reads a word that may start at `at`, in either case, its separators written in any way or left out.
#[inline]
pub(crate) fn read_word(haystack: &[u8], at: usize, word: &[u8]) -> Reading {
    let mut place = at;
    for (number, &byte) in word.iter().enumerate() {
        let found = haystack.get(place).copied();
        if is_separator(byte) {
            if found.is_some_and(is_separator) {
                place += 1;
            }
        } else if found.map(fold) == Some(byte) {
            place += 1;
        } else {
            return if found.is_none() { Reading::Open(number) } else { Reading::No };
        }
    }
    Reading::Ends(place)
}

/// Where a word ends that starts at `at`.
#[inline]
pub(crate) fn word_at(haystack: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    match read_word(haystack, at, word) {
        Reading::Ends(end) => Some(end),
        Reading::No | Reading::Open(_) => None,
    }
}

/// Whether a value may begin at `at`: at the start, after a byte that is neither a token byte nor one that it could
/// begin with itself, or after an escape sequence.
pub(crate) fn starts_value(haystack: &[u8], at: usize, first: &ByteSet) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| haystack[before]) else { return true };
    let cuts = is_token(before) || first.contains(before);
    !cuts || crate::boundary::ends_escape(haystack, at)
}

/// What a byte before a value is.
const FILLER: u8 = 1;
const OPERATOR: u8 = 2;
const ALPHANUMERIC: u8 = 4;

/// The bytes that may stand between an operator and a value, those that assign, and the letters and digits.
const BEFORE: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        classes[at] = match at as u8 {
            b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b'[' | b'{' => FILLER,
            b'=' | b':' | b'>' | b'(' | b',' | b'|' => OPERATOR,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => ALPHANUMERIC,
            _ => 0,
        };
        at += 1;
    }
    classes
};

/// Whether [`assigned`] can hold after this byte. Letters and digits can end an escaped operator or an escape sequence.
pub(crate) const fn is_assignable(before: u8) -> bool {
    BEFORE[before as usize] != 0
}

/// The most bytes between an operator and a value.
const MOST_FILLER: usize = 6;

/// Whether something that assigns stands before `at`: see [`keysieve_rules::ContextPattern::operator`].
pub(crate) fn assigned(haystack: &[u8], at: usize) -> bool {
    let class = |byte: u8| BEFORE[usize::from(byte)];
    let before = &haystack[at.saturating_sub(MAX_WITHIN)..at];
    let filler = match before.last_chunk::<{ MOST_FILLER + 1 }>() {
        // Counted without a branch on each byte.
        Some(near) => {
            let bits = near.iter().fold(0_u32, |bits, &byte| bits << 1 | u32::from(class(byte) == FILLER));
            (bits.trailing_ones() as usize).min(MOST_FILLER)
        }
        None => before.iter().rev().take(MOST_FILLER).take_while(|&&byte| class(byte) == FILLER).count(),
    };
    let before = &before[..before.len() - filler];
    match before.last() {
        None => false,
        Some(&byte) if class(byte) == OPERATOR => true,
        Some(_) if filler == 0 => ends_escape_of_operator(before),
        Some(_) => follows_flag_or_scheme(before),
    }
}

/// `%3D` and `%3A`: an escaped operator.
fn ends_escape_of_operator(before: &[u8]) -> bool {
    matches!(before, [.., b'%', b'3', b'D' | b'd' | b'A' | b'a'])
}

/// A command-line flag (`--token`) or a scheme of a header (`Authorization: Bearer`) before blanks.
fn follows_flag_or_scheme(before: &[u8]) -> bool {
    let is_part = |byte: &u8| is_word(*byte) || matches!(byte, b'-' | b'.');
    let length = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let (rest, word) = before.split_at(before.len() - length);
    if word.first() == Some(&b'-') {
        return true;
    }
    let blanks = rest.iter().rev().take_while(|byte| matches!(byte, b' ' | b'"' | b'\'')).count();
    (1..=16).contains(&length) && matches!(rest[..rest.len() - blanks].last(), Some(b':' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_at_the_parts_of_names() {
        let place = |text: &str, word: &str| {
            (0..text.len()).find(|&at| {
                starts_part(text.as_bytes(), at) && word_at(text.as_bytes(), at, word.as_bytes()).is_some()
            })
        };
        assert_eq!(place("DD_API_KEY=", "api_key"), Some(3));
        assert_eq!(place("myApiKey", "api_key"), Some(2));
        assert_eq!(place("AWSSecretKey", "secret"), Some(3));
        assert_eq!(place("rapidkey", "api_key"), None);
        assert_eq!(place("x\\napi-key", "api_key"), Some(3));
    }

    #[test]
    fn an_operator_or_a_flag_or_a_scheme_assigns() {
        let value = "0123456789abcdef";
        for before in
            ["k=", "k: \"", "k => '", "f(", "--key ", "-k '", "Authorization: Token ", "k%3D", "k\\\":\\\""]
        {
            let text = format!("{before}{value}");
            assert!(assigned(text.as_bytes(), before.len()), "{before}");
        }
        for before in ["the commit ", "/", "k ", "", "a-"] {
            let text = format!("{before}{value}");
            assert!(!assigned(text.as_bytes(), before.len()), "{before}");
        }
    }
}
