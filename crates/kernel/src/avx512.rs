//! AVX-512 with VBMI: 64 bytes at a time, looked up whole in tables of 128.

use std::arch::x86_64::{
    __m512i, _mm512_cmpneq_epi8_mask, _mm512_loadu_si512, _mm512_mask_mov_epi8,
    _mm512_maskz_permutex2var_epi8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_permutex2var_epi8,
    _mm512_set1_epi8, _mm512_test_epi8_mask,
};
use std::array;

use crate::avx2::marked;
use crate::buckets::{SETS, Tables};
use crate::class::{BACKSLASH, CLASSES, Classes, LINE, LOWER, REFERENCE, TOKEN, UPPER, WORD};
use crate::sweep::{Lanes, WINDOW, sweep};
use crate::{Block, Marked};

/// Exists only on a processor that has AVX-512F, -BW and -VBMI.
#[derive(Clone, Debug)]
pub(crate) struct Avx512 {
    /// Per set and position, the buckets that each byte up to 0x7F rules out.
    ascii: [[[u8; 128]; 4]; SETS],
    /// Per set and position, the buckets that every byte above 0x7F rules out.
    beyond: [[u8; 4]; SETS],
}

impl Avx512 {
    pub(crate) fn new(sets: &[Tables; SETS]) -> Option<Self> {
        let there = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt");
        there.then(|| Self {
            ascii: sets
                .each_ref()
                .map(|tables| array::from_fn(|at| array::from_fn(|byte| tables.ruled_out(at, byte as u8)))),
            beyond: sets.each_ref().map(|tables| array::from_fn(|at| tables.ruled_out(at, u8::MAX))),
        })
    }

    pub(crate) fn scan(&self, haystack: &[u8], from: usize, to: usize, out: &mut Vec<Block>) {
        // SAFETY: `new` made `self`, so the processor has all of them.
        unsafe { scan(self, haystack, from, to, out) }
    }

    pub(crate) fn marked(&self, blocks: &[Block], out: &mut Marked) {
        // SAFETY: `new` made `self`, so the processor has what it asked for.
        unsafe { marked(blocks, out) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn scan(tables: &Avx512, haystack: &[u8], from: usize, to: usize, out: &mut Vec<Block>) {
    const CLASS: [u8; 128] = {
        let (ascii, _) = CLASSES.split_at(128);
        *ascii.first_chunk().unwrap()
    };
    let sets = [of_set(&tables.ascii[0], tables.beyond[0]), of_set(&tables.ascii[1], tables.beyond[1])];
    sweep(Registers { class: table(&CLASS), sets }, haystack, from, to, out);
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn of_set([a, b, c, d]: &[[u8; 128]; 4], beyond: [u8; 4]) -> Set {
    let ascii = [table(a), table(b), table(c), table(d)];
    let [a, b, c, d] = beyond.map(u8::cast_signed);
    let beyond = [_mm512_set1_epi8(a), _mm512_set1_epi8(b), _mm512_set1_epi8(c), _mm512_set1_epi8(d)];
    Set { ascii, beyond }
}

/// A set of tables, by position.
#[derive(Clone, Copy)]
struct Set {
    ascii: [(__m512i, __m512i); 4],
    beyond: [__m512i; 4],
}

/// The tables, each in two registers. Made in `scan` alone, so wherever one is, the processor has AVX-512.
#[derive(Clone, Copy)]
struct Registers {
    class: (__m512i, __m512i),
    sets: [Set; SETS],
}

impl Lanes for Registers {
    #[inline(always)]
    fn classes_ahead(self, window: &[u8; WINDOW]) -> Classes {
        // SAFETY: `Registers` exist only where AVX-512 does.
        unsafe { classes(self.class, load::<64>(window)) }
    }

    #[inline(always)]
    fn stems(self, window: &[u8; WINDOW]) -> u64 {
        // SAFETY: `Registers` exist only where AVX-512 does.
        unsafe { stems(&self, [load::<0>(window), load::<1>(window), load::<2>(window), load::<3>(window)]) }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn classes((lower, upper): (__m512i, __m512i), bytes: __m512i) -> Classes {
    let ascii = !_mm512_movepi8_mask(bytes);
    let class = _mm512_maskz_permutex2var_epi8(ascii, lower, bytes, upper);
    let of = |bit: u8| _mm512_test_epi8_mask(class, _mm512_set1_epi8(bit.cast_signed()));
    Classes {
        token: of(TOKEN),
        word: of(WORD),
        digit: _mm512_movepi8_mask(class),
        upper: of(UPPER),
        lower: of(LOWER),
        backslash: of(BACKSLASH),
        reference: of(REFERENCE),
        line: of(LINE),
    }
}

/// Where a stem may stand; each of the four vectors begins one byte after the one before it.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn stems(tables: &Registers, bytes: [__m512i; 4]) -> u64 {
    let [one, other] = &tables.sets;
    stems_of(one, bytes) | stems_of(other, bytes)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn stems_of(tables: &Set, bytes: [__m512i; 4]) -> u64 {
    let [a, b, c, d] = bytes;
    let a = ruled_out(tables.ascii[0], tables.beyond[0], a);
    let b = ruled_out(tables.ascii[1], tables.beyond[1], b);
    let c = ruled_out(tables.ascii[2], tables.beyond[2], c);
    let d = ruled_out(tables.ascii[3], tables.beyond[3], d);
    let all = _mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(c, d));
    _mm512_cmpneq_epi8_mask(all, _mm512_set1_epi8(-1))
}

/// The buckets that each byte rules out.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn ruled_out((lower, upper): (__m512i, __m512i), beyond: __m512i, bytes: __m512i) -> __m512i {
    // The look-up goes by the lower seven bits alone.
    let ascii = _mm512_permutex2var_epi8(lower, bytes, upper);
    _mm512_mask_mov_epi8(ascii, _mm512_movepi8_mask(bytes), beyond)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn table(bytes: &[u8; 128]) -> (__m512i, __m512i) {
    (load::<0>(bytes), load::<64>(bytes))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn load<const AT: usize>(window: &[u8; WINDOW]) -> __m512i {
    const { assert!(AT + size_of::<__m512i>() <= WINDOW) };
    // SAFETY: the 64 bytes from `AT` are inside the window, as asserted; the load needs no alignment.
    unsafe { _mm512_loadu_si512(window.as_ptr().add(AT).cast()) }
}
