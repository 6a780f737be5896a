//! Phrases from which a wallet's keys are made: BIP-39, English.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// The word list of <https://github.com/bitcoin/bips/blob/master/bip-0039/english.txt>, in the order of the alphabet;
/// BIP-39 and its lists are under the MIT licence.
static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../data/bip39-english.txt").lines().collect());

/// How many bits of a phrase each word holds.
const BITS: usize = 11;

/// Phrases of one word over and over are those of documentation and of development networks.
const LEAST_DISTINCT: usize = 6;

fn distinct(bits: &[bool]) -> usize {
    bits.chunks(BITS).collect::<BTreeSet<_>>().len()
}

/// Whether these are 12, 15, 18, 21 or 24 words of the list whose checksum is right. One phrase of twelve random words
/// in sixteen has such a checksum, and of other words none.
pub(crate) fn is_mnemonic(secret: &[u8]) -> bool {
    let mut bits: Vec<bool> = Vec::with_capacity(24 * BITS);
    for word in secret.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
        let word = word.to_ascii_lowercase();
        let Ok(index) = WORDS.binary_search_by(|known| known.as_bytes().cmp(&word)) else { return false };
        bits.extend((0..BITS).rev().map(|bit| index >> bit & 1 == 1));
    }
    if !matches!(bits.len() / BITS, 12 | 15 | 18 | 21 | 24) || distinct(&bits) < LEAST_DISTINCT {
        return false;
    }
    // Of 33 bits, one is the checksum's.
    let (entropy, sum) = bits.split_at(bits.len() / 33 * 32);
    let byte = |bits: &[bool]| bits.iter().fold(0, |byte: u8, &bit| byte << 1 | u8::from(bit));
    let entropy: Vec<u8> = entropy.chunks(8).map(byte).collect();
    let digest = Sha256::digest(&entropy);
    byte(sum) == digest[0] >> (8 - sum.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_verify_and_others_do_not() {
        for phrase in [
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
            "legal, winner, thank, year, wave, sausage, worth, useful, legal, winner, thank, yellow",
        ] {
            assert!(is_mnemonic(phrase.as_bytes()), "{phrase}");
        }
        for phrase in [
            "legal winner thank year wave sausage worth useful legal winner thank thank",
            "legal winner thank year wave sausage worth useful legal winner thank",
            "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
            "we the people of the united states in order to form a",
            "",
        ] {
            assert!(!is_mnemonic(phrase.as_bytes()), "{phrase}");
        }
    }

    #[test]
    fn the_list_is_in_order() {
        assert_eq!(WORDS.len(), 2048);
        assert!(WORDS.is_sorted());
    }
}
