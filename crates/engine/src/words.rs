//! The words that point to rules, and which of them begin at a place.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::context::{Reading, SEPARATORS, is_separator, read_word, starts_part, word_at};

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
    /// Tells these words from others: see [`Recent`].
    id: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
/// A word of fewer bytes would be everywhere.
const SHORTEST: usize = 3;

/// What was looked at last: which words begin with eight bytes. A text has few words, and each of them often.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    slots: Vec<Known>,
    /// Which words they are about.
    id: u64,
}

/// Eight bytes, and what is known of them.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    head: u64,
    /// Before these bytes nothing is.
    next: Next,
    /// The word that begins with them, whatever follows.
    word: u32,
    /// How long it is; 0 if there is none.
    length: u32,
}

impl Recent {
    /// Bits of a slot's number.
    const SLOT: u32 = 9;

    #[inline(always)]
    fn slot(head: u64) -> usize {
        (head.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - Self::SLOT)) as usize
    }

    /// What is known of eight bytes before a ninth.
    #[inline(always)]
    fn get(&self, id: u64, head: u64, ninth: u8) -> Option<&Known> {
        let known = self.slots.get(Self::slot(head))?;
        (self.id == id && known.head == head && !known.next.has(ninth)).then_some(known)
    }

    fn add(&mut self, id: u64, known: Known) {
        if self.id != id {
            self.slots.clear();
            // No word begins with eight zeros.
            self.slots.resize(1 << Self::SLOT, Known::default());
            self.id = id;
        }
        self.slots[Self::slot(known.head)] = known;
    }
}

impl Known {
    /// Adds what is known of a word that begins with the first of the eight bytes that end a haystack, if it does.
    fn add(&mut self, haystack: &[u8], word: u32, text: &[u8]) {
        let place = haystack.len() - 8;
        let end = match read_word(haystack, place, text) {
            Reading::No => return,
            Reading::Ends(end) => end,
            Reading::Open(number) => {
                self.next.add(text[number]);
                // A separator before it may be left out, or come first.
                if number.checked_sub(1).is_some_and(|before| is_separator(text[before])) {
                    SEPARATORS.iter().for_each(|&byte| self.next.add(byte));
                }
                return;
            }
        };
        // Two bytes behind a word tell whether it is whole, and one whether its last separator is there.
        let told = text.len() > SHORT && !text.last().copied().is_some_and(is_separator)
            || end + 2 <= haystack.len();
        if !told || self.length > 0 {
            self.next = Next::ANY;
        } else if is_whole(haystack, end, text) {
            (self.word, self.length) = (word, (end - place) as u32);
        }
    }
}

/// The bytes with which a word may go on: some of those that share their lower five bits stand for all, so a letter is in
/// either case.
#[derive(Clone, Copy, Debug, Default)]
struct Next(u32);

impl Next {
    const ANY: Self = Self(u32::MAX);

    #[inline(always)]
    fn has(self, byte: u8) -> bool {
        self.0 >> (byte & 31) & 1 == 1
    }

    fn add(&mut self, byte: u8) {
        self.0 |= 1 << (byte & 31);
    }
}

impl Words {
    pub(crate) fn new(texts: Vec<Box<[u8]>>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let mut this = Self {
            bitmap: Box::new([0; 1 << (BITMAP - 6)]),
            first: vec![0; (1 << SLOT) + 1].into_boxed_slice(),
            entries: Vec::new(),
            texts: Vec::new(),
            id: NEXT.fetch_add(1, Ordering::Relaxed),
        };
        let mut slots: Vec<(u32, Entry)> = Vec::new();
        let mut of_head: Vec<u32> = Vec::new();
        for (word, text) in (0_u32..).zip(&texts) {
            each_head(text, |head| {
                let entry = Entry { key: head.key & head.mask, mask: head.mask, word };
                of_head.clear();
                for gram in head.grams() {
                    let hash = hash(gram);
                    this.bitmap[(hash >> (32 - BITMAP) >> 6) as usize] |= 1 << (hash >> (32 - BITMAP) & 63);
                    of_head.push(hash >> (32 - SLOT));
                }
                // Two grams may share a slot, but a word is found once.
                of_head.sort_unstable();
                of_head.dedup();
                slots.extend(of_head.iter().map(|&slot| (slot, entry)));
            });
        }
        this.arrange(&slots);
        this.texts = texts;
        this
    }

    /// Puts each entry into its slot: their numbers are counted first, so nothing needs sorting.
    fn arrange(&mut self, slots: &[(u32, Entry)]) {
        for &(slot, _) in slots {
            self.first[slot as usize + 1] += 1;
        }
        for slot in 1..self.first.len() {
            self.first[slot] += self.first[slot - 1];
        }
        let mut next = self.first.clone();
        self.entries = vec![Entry { key: 0, mask: 0, word: 0 }; slots.len()];
        for &(slot, entry) in slots {
            self.entries[next[slot as usize] as usize] = entry;
            next[slot as usize] += 1;
        }
    }

    /// Calls `found` with each word that begins at `place`, where a part of a name does, and with its end.
    #[inline]
    pub(crate) fn at(
        &self,
        haystack: &[u8],
        place: usize,
        recent: &mut Recent,
        found: impl FnMut(u32, usize),
    ) {
        // Near the end of the haystack there is no value behind a word.
        let Some(&head) = haystack.get(place..).and_then(<[u8]>::first_chunk::<8>) else { return };
        let head = u64::from_le_bytes(head);
        let hash = hash((head | FOLD) as u32);
        let bit = hash >> (32 - BITMAP);
        if self.bitmap[(bit >> 6) as usize] >> (bit & 63) & 1 == 1 {
            self.compare(haystack, place, head, recent, found);
        }
    }

    #[inline]
    fn compare(
        &self,
        haystack: &[u8],
        place: usize,
        head: u64,
        recent: &mut Recent,
        mut found: impl FnMut(u32, usize),
    ) {
        if let Some(&ninth) = haystack.get(place + 8)
            && let Some(known) = recent.get(self.id, head, ninth)
        {
            if known.length > 0 {
                found(known.word, place + known.length as usize);
            }
            return;
        }
        self.compare_each(haystack, place, head, recent, found);
    }

    #[inline(never)]
    fn compare_each(
        &self,
        haystack: &[u8],
        place: usize,
        head: u64,
        recent: &mut Recent,
        mut found: impl FnMut(u32, usize),
    ) {
        let folded = head | FOLD;
        let slot = (hash(folded as u32) >> (32 - SLOT)) as usize;
        let mut known = Known { head, ..Known::default() };
        for entry in &self.entries[self.first[slot] as usize..self.first[slot + 1] as usize] {
            if folded & entry.mask != entry.key {
                continue;
            }
            // Folding is not exact, and a word may go on: the word itself decides.
            let text = &self.texts[entry.word as usize];
            if let Some(end) = word_at(haystack, place, text)
                && is_whole(haystack, end, text)
            {
                found(entry.word, end);
            }
            known.add(&haystack[..place + 8], entry.word, text);
        }
        recent.add(self.id, known);
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
    fn grams(self) -> impl Iterator<Item = u32> {
        let known = (self.mask.trailing_ones() / 8).min(4);
        // Folded bytes all have the bit.
        let any = if known == 4 { 0xFF..=u8::MAX } else { 0..=u8::MAX };
        any.filter(|any| any & 0x20 != 0).map(move |any| {
            let key = self.key as u32;
            if known == 4 { key } else { key & self.mask as u32 | u32::from(any) << (8 * known) }
        })
    }
}

/// Every way in which the first bytes of a word can be written, up to eight: a separator in each of its forms or left
/// out. From the fourth byte on, a separator ends it: the word itself decides what may follow.
fn each_head(word: &[u8], mut found: impl FnMut(Head)) {
    let head = |bytes: [u8; 8], length: usize| {
        let mask = if length == 8 { u64::MAX } else { (1 << (8 * length)) - 1 };
        Head { key: u64::from_le_bytes(bytes) | FOLD, mask }
    };
    let apart = word.iter().skip(4).position(|&byte| is_separator(byte)).map_or(word.len(), |at| at + 4);
    // Most words have no separator among their first bytes.
    if !word[..apart].iter().any(|&byte| is_separator(byte)) {
        let (mut bytes, length) = ([0; 8], apart.min(8));
        bytes[..length].copy_from_slice(&word[..length]);
        if length >= SHORTEST {
            found(head(bytes, length));
        }
        return;
    }
    let mut all = vec![([0_u8; 8], 0_usize)];
    for &byte in &word[..apart] {
        for index in 0..all.len() {
            let (text, length) = all[index];
            if length == 8 {
                continue;
            }
            let with = |choice: u8| {
                let mut longer = text;
                longer[length] = choice;
                (longer, length + 1)
            };
            if is_separator(byte) {
                all.extend(SEPARATORS.map(with));
            } else {
                all[index] = with(byte);
            }
        }
    }
    for (bytes, length) in all.into_iter().filter(|(_, length)| *length >= SHORTEST) {
        found(head(bytes, length));
    }
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
        let mut recent = Recent::default();
        // Once more, because what is known then is found the same.
        for _ in 0..2 {
            all.clear();
            words.at(text.as_bytes(), 0, &mut recent, |word, end| all.push((word, end)));
        }
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
    fn what_is_remembered_is_found_again_whatever_follows() {
        let list = [
            "api",
            "api_key",
            "apikey",
            "customer_io",
            "customerio",
            "pat",
            "service_bus_key",
            "token",
            "customer_",
        ];
        let of = |list: &[&str]| Words::new(list.iter().map(|word| word.as_bytes().into()).collect());
        let (words, others) = (of(&list), of(&["token_type", "api"]));
        let mut recent = Recent::default();
        let found = |words: &Words, text: &str, recent: &mut Recent| {
            let mut all = Vec::new();
            words.at(text.as_bytes(), 0, recent, |word, end| all.push((word, end)));
            all.sort_unstable();
            all
        };
        let heads = [
            "api",
            "Api",
            "apiK",
            "apikey",
            "api_key",
            "customer",
            "customer_",
            "pat",
            "path",
            "service",
            "token",
        ];
        let rests = [
            "", "s", "S", "Ss", "_io", "-IO", "io", "io_key", "_bus_key", " bus", "_type", "\": \"", "=",
            "K", "Key",
        ];
        for _ in 0..3 {
            for text in heads.iter().flat_map(|head| rests.map(|rest| format!("{head}{rest}          "))) {
                for words in [&words, &others] {
                    let afresh = found(words, &text, &mut Recent::default());
                    assert_eq!(found(words, &text, &mut recent), afresh, "{text:?}");
                }
            }
        }
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
