//! Table look-ups, for every processor: the oracle of the vector instructions.

use std::array;

use crate::buckets::{SETS, Tables};
use crate::class::{BACKSLASH, CLASSES, Classes, DIGIT, LINE, LOWER, REFERENCE, TOKEN, UPPER, WORD};
use crate::sweep::{Lanes, WINDOW, sweep};
use crate::{BLOCK, Block};

/// The tables of the stems, per byte: which buckets it rules out, the first position in the lowest byte.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    ruled_out: [[u32; 256]; SETS],
}

impl Scalar {
    pub(crate) fn new(sets: &[Tables; SETS]) -> Self {
        let row = |tables: &Tables, byte: usize| {
            u32::from_le_bytes(array::from_fn(|at| tables.ruled_out(at, byte as u8)))
        };
        Self { ruled_out: sets.each_ref().map(|tables| array::from_fn(|byte| row(tables, byte))) }
    }

    pub(crate) fn scan(&self, haystack: &[u8], from: usize, to: usize, out: &mut Vec<Block>) {
        sweep(self, haystack, from, to, out);
    }
}

impl Lanes for &Scalar {
    #[inline(always)]
    fn classes_ahead(self, window: &[u8; WINDOW]) -> Classes {
        let mut classes = Classes::default();
        for (at, eight) in window[BLOCK..].chunks_exact(8).enumerate() {
            let each =
                eight.iter().rev().fold(0, |each, &byte| each << 8 | u64::from(CLASSES[usize::from(byte)]));
            classes.token |= gather(each, TOKEN) << (8 * at);
            classes.word |= gather(each, WORD) << (8 * at);
            classes.digit |= gather(each, DIGIT) << (8 * at);
            classes.upper |= gather(each, UPPER) << (8 * at);
            classes.lower |= gather(each, LOWER) << (8 * at);
            classes.backslash |= gather(each, BACKSLASH) << (8 * at);
            classes.reference |= gather(each, REFERENCE) << (8 * at);
            classes.line |= gather(each, LINE) << (8 * at);
        }
        classes
    }

    #[inline(always)]
    fn stems(self, window: &[u8; WINDOW]) -> u64 {
        // After four bytes the top byte holds what each of them ruled out at its own position.
        let mut stems = 0;
        for ruled_out in &self.ruled_out {
            let push = |state: u32, byte: u8| state << 8 | ruled_out[usize::from(byte)];
            let mut state = window[..3].iter().fold(0, |state, &byte| push(state, byte));
            for (at, &byte) in window[3..BLOCK + 3].iter().enumerate() {
                state = push(state, byte);
                stems |= u64::from(state < 0xFF00_0000) << at;
            }
        }
        stems
    }
}

/// One bit of each of eight bytes, side by side: the multiplication moves the bit of byte n to bit 56 + n.
#[inline(always)]
fn gather(bytes: u64, class: u8) -> u64 {
    let ones = bytes >> class.trailing_zeros() & 0x0101_0101_0101_0101;
    ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathering_keeps_the_order() {
        for byte in 0..8 {
            assert_eq!(gather(u64::from(DIGIT) << (8 * byte), DIGIT), 1 << byte);
        }
        assert_eq!(gather(u64::MAX, WORD), 0xFF);
    }
}
