//! The words that point to rules, and which of them begin at a place.

use crate::context::{is_separator, starts_part, word_at};

/// All words, arranged by their first bytes.
///
/// The first four bytes, folded, index a bitmap that fits the first-level cache; nearly every place is refused there.
/// What passes is compared with the first eight bytes of the words that begin so, folded in the same way, at two
/// instructions each.
#[derive(Debug)]
pub(crate) struct Words {
    bitmap: Box<[u64; 1 << (BITMAP - 6)]>,
    /// For each slot where its entries begin; one more for the end of the last.
    first: Box<[u32]>,
    entries: Vec<Entry>,
    texts: Vec<Box<[u8]>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// The first bytes, folded, the others zero.
    key: u64,
    /// Which of the eight bytes count.
    mask: u64,
    word: u32,
}

/// Bits of a bitmap's index.
const BITMAP: u32 = 16;
/// Bits of a slot's number.
const SLOT: u32 = 14;
/// Eight bytes with the bit set that tells small letters from capitals.
const FOLD: u64 = 0x2020_2020_2020_2020;

/// A word of so few letters must be a whole part of a name: `pat` is not in `path`, `npm` is in `npm_token`.
const SHORT: usize = 4;

impl Words {
    pub(crate) fn new(texts: Vec<Box<[u8]>>) -> Self {
        let mut this = Self {
            bitmap: Box::new([0; 1 << (BITMAP - 6)]),
            first: vec![0; (1 << SLOT) + 1].into_boxed_slice(),
            entries: Vec::new(),
            texts: Vec::new(),
        };
        let mut slots: Vec<(usize, Entry)> = Vec::new();
        for (word, text) in (0_u32..).zip(&texts) {
            for head in heads(text) {
                let entry = Entry { key: head.key & head.mask, mask: head.mask, word };
                for gram in head.grams() {
                    let hash = hash(gram);
                    this.bitmap[(hash >> (32 - BITMAP) >> 6) as usize] |= 1 << (hash >> (32 - BITMAP) & 63);
                    slots.push(((hash >> (32 - SLOT)) as usize, entry));
                }
            }
        }
        slots.sort_unstable();
        slots.dedup();
        for &(slot, _) in &slots {
            this.first[slot + 1] += 1;
        }
        for slot in 1..this.first.len() {
            this.first[slot] += this.first[slot - 1];
        }
        this.entries = slots.into_iter().map(|(_, entry)| entry).collect();
        this.texts = texts;
        this
    }

    /// Calls `found` with each word that begins at `place`, where a part of a name does, and with its end.
    #[inline]
    pub(crate) fn at(&self, haystack: &[u8], place: usize, found: impl FnMut(u32, usize)) {
        // Near the end of the haystack there is no value behind a word.
        let Some(&head) = haystack.get(place..).and_then(<[u8]>::first_chunk::<8>) else { return };
        let head = u64::from_le_bytes(head) | FOLD;
        let hash = hash(head as u32);
        let bit = hash >> (32 - BITMAP);
        if self.bitmap[(bit >> 6) as usize] >> (bit & 63) & 1 == 1 {
            self.compare(haystack, place, head, (hash >> (32 - SLOT)) as usize, found);
        }
    }

    #[inline(never)]
    fn compare(
        &self,
        haystack: &[u8],
        place: usize,
        head: u64,
        slot: usize,
        mut found: impl FnMut(u32, usize),
    ) {
        for entry in &self.entries[self.first[slot] as usize..self.first[slot + 1] as usize] {
            if head & entry.mask != entry.key {
                continue;
            }
            // Folding is not exact, and a word may go on: the word itself decides.
            let text = &self.texts[entry.word as usize];
            if let Some(end) = word_at(haystack, place, text)
                && is_whole(haystack, end, text)
            {
                found(entry.word, end);
            }
        }
    }
}

/// Whether a part of a name ends at `at`.
pub(crate) fn ends_part(haystack: &[u8], at: usize) -> bool {
    match haystack.get(at) {
        Some(next) if next.is_ascii_alphabetic() => starts_part(haystack, at),
        _ => true,
    }
}

/// Whether a word may stand at a place, by what comes after it.
pub(crate) fn is_whole(haystack: &[u8], end: usize, word: &[u8]) -> bool {
    word.len() > SHORT || ends_part(haystack, end)
}

/// The first bytes of a word, written in one of its ways.
#[derive(Clone, Copy)]
struct Head {
    key: u64,
    mask: u64,
}

impl Head {
    /// The first four bytes; of a shorter word with whatever may follow.
    fn grams(self) -> Vec<u32> {
        let known = (self.mask.trailing_ones() / 8).min(4);
        if known == 4 {
            return vec![self.key as u32];
        }
        // Folded bytes all have the bit.
        (0..=u8::MAX)
            .filter(|any| any & 0x20 != 0)
            .map(|any| self.key as u32 & self.mask as u32 | u32::from(any) << (8 * known))
            .collect()
    }
}

/// Every way in which the first bytes of a word can be written, up to eight: a separator in each of its forms or left
/// out. From the fourth byte on, a separator ends it: the word itself decides what may follow.
fn heads(word: &[u8]) -> Vec<Head> {
    let mut all: Vec<Vec<u8>> = vec![Vec::new()];
    let apart = word.iter().skip(4).position(|&byte| is_separator(byte)).map_or(word.len(), |at| at + 4);
    for &byte in &word[..apart] {
        let choices: &[u8] = if is_separator(byte) { b"-_. " } else { &[byte] };
        let mut next: Vec<Vec<u8>> = Vec::new();
        for text in all {
            if text.len() >= 8 {
                next.push(text);
                continue;
            }
            next.extend(choices.iter().map(|&choice| [text.as_slice(), &[choice]].concat()));
            if is_separator(byte) {
                next.push(text);
            }
        }
        all = next;
    }
    let head = |text: &Vec<u8>| {
        let mut bytes = [0; 8];
        bytes[..text.len()].copy_from_slice(text);
        let mask = if text.len() == 8 { u64::MAX } else { (1 << (8 * text.len())) - 1 };
        Head { key: u64::from_le_bytes(bytes) | FOLD, mask }
    };
    // A word of fewer than three bytes would be everywhere.
    all.iter().filter(|text| text.len() >= 3).map(head).collect()
}

const fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], text: &str) -> Vec<(u32, usize)> {
        let words = Words::new(words.iter().map(|word| word.as_bytes().into()).collect());
        let text = format!("{text}                ");
        let mut all = Vec::new();
        words.at(text.as_bytes(), 0, |word, end| all.push((word, end)));
        all.sort_unstable();
        all
    }

    #[test]
    fn words_begin_in_either_case_and_with_every_separator() {
        for text in ["DD_API_KEY", "dd-api-key", "ddApiKey", "dd.api key"] {
            let end = text.len();
            assert_eq!(found(&["dd_api_key", "other"], text), [(0, end)], "{text}");
        }
        assert_eq!(found(&["mailgun", "mail"], "mailgunKey"), [(0, 7)]);
    }

    #[test]
    fn a_short_word_is_a_whole_part() {
        assert_eq!(found(&["pat"], "path"), []);
        assert_eq!(found(&["pat"], "PATH"), []);
        assert_eq!(found(&["pat"], "pat_x"), [(0, 3)]);
        assert_eq!(found(&["pat"], "PATKey"), [(0, 3)]);
        assert_eq!(found(&["okta"], "okta1"), [(0, 4)]);
        assert_eq!(found(&["slack"], "slackapi"), [(0, 5)]);
    }
}
