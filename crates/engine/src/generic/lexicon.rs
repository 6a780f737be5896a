//! Which letters are words, and how surprising those are that are none.
//!
//! The tables are made at build time from `data/words.txt`: a hash table of the words, the letters that they begin with,
//! and how often each letter follows two others in them.

/// Tags of the words by their hashes, open addressing; zero is a free place.
static TAGS: &[u8; 4 * SLOTS] = include_bytes!(concat!(env!("OUT_DIR"), "/words.tags"));
/// For three letters in a row (0 is the edge of a word), how surprising the third is after the other two, in eighths of
/// a bit.
static TRIGRAMS: &[u8; 27 * 27 * 27] = include_bytes!(concat!(env!("OUT_DIR"), "/words.trigrams"));

/// One bit for every three letters that a word begins with.
static STARTS: &[u8; STARTS_BYTES] = include_bytes!(concat!(env!("OUT_DIR"), "/words.starts"));

const SLOTS: usize = 1 << 15;
const STARTS_BYTES: usize = (26 * 26 * 26_usize).div_ceil(8);

/// The longest word that is looked up, in letters.
const LONGEST: usize = 14;

pub(super) const FNV: u64 = 0xcbf2_9ce4_8422_2325;

#[inline]
pub(super) const fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3)
}

fn is_known(hash: u64) -> bool {
    let tag = (hash >> 20) as u32 | 1;
    let mut slot = (hash ^ hash >> 32) as usize % SLOTS;
    loop {
        let found = TAGS[4 * slot..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        if found == tag {
            return true;
        }
        if found == 0 {
            return false;
        }
        slot = (slot + 1) % SLOTS;
    }
}

/// Whether any word begins as these small letters do.
fn may_begin(letters: &[u8]) -> bool {
    letters.first_chunk::<3>().is_some_and(|first| {
        let bit = first.iter().fold(0, |bit, &byte| bit * 26 + usize::from(byte.wrapping_sub(b'a')).min(25));
        STARTS[bit / 8] >> (bit % 8) & 1 == 1
    })
}

/// Whether these small letters are a word of the list.
pub(crate) fn is_word(letters: &[u8]) -> bool {
    (3..=LONGEST).contains(&letters.len())
        && may_begin(letters)
        && is_known(letters.iter().fold(FNV, |hash, &byte| step(hash, byte)))
}

/// How many of these small letters stand in words of at least `least` letters, which are three or more, the longest from the left first.
pub(crate) fn covered(letters: &[u8], least: usize) -> usize {
    let (mut at, mut covered) = (0, 0);
    while at + least <= letters.len() {
        if !may_begin(&letters[at..]) {
            at += 1;
            continue;
        }
        let mut hash = FNV;
        let mut longest = 0;
        for (index, &byte) in letters[at..].iter().take(LONGEST).enumerate() {
            hash = step(hash, byte);
            if index + 1 >= least && is_known(hash) {
                longest = index + 1;
            }
        }
        covered += longest;
        at += longest.max(1);
    }
    covered
}

/// How surprising these small letters are as a word, in eighths of a bit for each.
pub(crate) fn surprise(letters: &[u8]) -> u32 {
    let code = |byte: u8| usize::from(byte.wrapping_sub(b'a') + 1).min(26);
    let (mut two, mut one, mut sum) = (0, 0, 0_u32);
    for &byte in letters {
        let next = code(byte);
        sum += u32::from(TRIGRAMS[(two * 27 + one) * 27 + next]);
        (two, one) = (one, next);
    }
    sum / u32::try_from(letters.len().max(1)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_and_random_letters_are_not() {
        for word in ["password", "address", "value", "config"] {
            assert!(is_word(word.as_bytes()), "{word}");
        }
        assert!(!is_word(b"xqzkvj"));
        assert_eq!(covered(b"databaseconnection", 4), 18);
        assert!(covered(b"qxzvkwpjf", 4) == 0);
    }

    #[test]
    fn random_letters_surprise_more_than_words_do() {
        let words =
            ["connection", "settings", "transaction", "horsebattery"].map(|word| surprise(word.as_bytes()));
        let random = ["xkqzvwpf", "bvcxqmrt", "qwhjzkpl"].map(|word| surprise(word.as_bytes()));
        assert!(words.iter().max() < random.iter().min(), "{words:?} {random:?}");
    }
}
