//! AVX2: 32 bytes at a time, looked up by their halves.

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_srli_epi16,
};

use crate::buckets::{SETS, Tables};
use crate::class::Classes;
use crate::sweep::{Lanes, WINDOW, sweep};
use crate::{Block, Marked};

/// Groups of bytes that are all pairings of some lower and some upper halves; together they are the token class. The
/// digits have the sign bit, the other word bytes are the greater ones, so that every class is one comparison.
const GROUPS: [(u8, &[u8], &[u8]); 6] = [
    (0x01, &[0x2], &[0xB, 0xD, 0xE, 0xF]), // + - . /
    (0x02, &[0x7], &[0xE]),                // ~
    (0x04, &[0x5], &[0xF]),                // _
    (0x08, &[0x4, 0x6], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]), // A-O a-o
    (0x10, &[0x5, 0x7], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), // P-Z p-z
    (0x80, &[0x3], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), // 0-9
];

/// The greatest group that is no word byte.
const LAST_OUTSIDE_WORDS: i8 = 2 | 1;

/// The greatest group that holds no letter.
const LAST_OUTSIDE_LETTERS: i8 = 4 | LAST_OUTSIDE_WORDS;

/// [`GROUPS`] by the lower half of a byte, and by the upper.
const CLASS_HALVES: ([u8; 16], [u8; 16]) = {
    let (mut low, mut high) = ([0; 16], [0; 16]);
    let mut group = 0;
    while group < GROUPS.len() {
        let (bit, upper, lower) = GROUPS[group];
        let mut at = 0;
        while at < upper.len() {
            high[upper[at] as usize] |= bit;
            at += 1;
        }
        at = 0;
        while at < lower.len() {
            low[lower[at] as usize] |= bit;
            at += 1;
        }
        group += 1;
    }
    (low, high)
};

/// Exists only on a processor that has AVX2.
#[derive(Clone, Debug)]
pub(crate) struct Avx2 {
    tables: [Tables; SETS],
}

impl Avx2 {
    pub(crate) fn new(tables: &[Tables; SETS]) -> Option<Self> {
        let there = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt");
        there.then(|| Self { tables: tables.clone() })
    }

    pub(crate) fn scan(&self, haystack: &[u8], from: usize, to: usize, out: &mut Vec<Block>) {
        // SAFETY: `new` made `self`, so the processor has AVX2.
        unsafe { scan(&self.tables, haystack, from, to, out) }
    }

    pub(crate) fn marked(&self, blocks: &[Block], out: &mut Marked) {
        // SAFETY: `new` made `self`, so the processor has what it asked for.
        unsafe { marked(blocks, out) }
    }
}

/// Counting bits and taking the lowest of them away are an instruction each.
#[target_feature(enable = "bmi1,popcnt")]
pub(crate) fn marked(blocks: &[Block], out: &mut Marked) {
    out.write(blocks);
}

#[target_feature(enable = "avx2")]
fn scan(tables: &[Tables; SETS], haystack: &[u8], from: usize, to: usize, out: &mut Vec<Block>) {
    let class = (broadcast(&CLASS_HALVES.0), broadcast(&CLASS_HALVES.1));
    let [one, other] = tables;
    let sets = [halves(one), halves(other)];
    sweep(Registers { class, sets }, haystack, from, to, out);
}

#[inline]
#[target_feature(enable = "avx2")]
fn halves(tables: &Tables) -> Halves {
    let [a, b, c, d] = &tables.low;
    let low = [broadcast(a), broadcast(b), broadcast(c), broadcast(d)];
    let [a, b, c, d] = &tables.high;
    let high = [broadcast(a), broadcast(b), broadcast(c), broadcast(d)];
    Halves { low, high }
}

/// A set of tables, by position.
#[derive(Clone, Copy)]
struct Halves {
    low: [__m256i; 4],
    high: [__m256i; 4],
}

/// The tables, each twice in a register. Made in `scan` alone, so wherever one is, the processor has AVX2.
#[derive(Clone, Copy)]
struct Registers {
    class: (__m256i, __m256i),
    sets: [Halves; SETS],
}

impl Lanes for Registers {
    #[inline(always)]
    fn classes_ahead(self, window: &[u8; WINDOW]) -> Classes {
        // SAFETY: `Registers` exist only where AVX2 does.
        let (first, second) =
            unsafe { (classes(self.class, load::<64>(window)), classes(self.class, load::<96>(window))) };
        // Written out: a closure would not be inlined here, because it may not use these instructions.
        let (letter, small) = (join(first[3], second[3]), join(first[4], second[4]));
        Classes {
            token: join(first[0], second[0]),
            word: join(first[1], second[1]),
            digit: join(first[2], second[2]),
            upper: letter & !small,
            lower: letter & small,
            backslash: join(first[5], second[5]),
            line: join(first[6], second[6]),
            reference: join(first[7], second[7]),
        }
    }

    #[inline(always)]
    fn stems(self, window: &[u8; WINDOW]) -> u64 {
        // SAFETY: `Registers` exist only where AVX2 does.
        unsafe { stems(&self.sets, window) }
    }
}

#[inline(always)]
fn join(first: u32, second: u32) -> u64 {
    u64::from(first) | u64::from(second) << 32
}

/// The masks of the token, word and digit bytes, of the letters, of what has the bit that small letters have, of the
/// backslashes, of the line feeds, and of what percent escapes and character references begin with.
#[inline]
#[target_feature(enable = "avx2")]
fn classes((low, high): (__m256i, __m256i), bytes: __m256i) -> [u32; 8] {
    // The look-up of a byte above 0x7F is 0: no class.
    let group =
        _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper_halves(bytes)));
    let digit = mask(group);
    let token = mask(_mm256_cmpgt_epi8(group, _mm256_set1_epi8(0)));
    let word = mask(_mm256_cmpgt_epi8(group, _mm256_set1_epi8(LAST_OUTSIDE_WORDS)));
    let letter = mask(_mm256_cmpgt_epi8(group, _mm256_set1_epi8(LAST_OUTSIDE_LETTERS)));
    // Bit 5 of every byte, moved to the top of it.
    let small = mask(_mm256_slli_epi16::<2>(bytes));
    let same = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()));
    let reference = mask(_mm256_or_si256(same(b'%'), same(b'&')));
    [token | digit, word | digit, digit, letter, small, mask(same(b'\\')), mask(same(b'\n')), reference]
}

/// Where in the window's first block a stem may stand.
#[inline]
#[target_feature(enable = "avx2")]
fn stems(sets: &[Halves; SETS], window: &[u8; WINDOW]) -> u64 {
    // Position by position, because the tables of all do not fit the registers.
    let first = ruled_out::<0, 0, 32>(sets, window);
    let second = ruled_out::<1, 1, 33>(sets, window);
    let all = or(first, second);
    let third = ruled_out::<2, 2, 34>(sets, window);
    let all = or(all, third);
    let [[a, b], [c, d]] = or(all, ruled_out::<3, 3, 35>(sets, window));
    join(survivors(a, c), survivors(b, d))
}

/// The positions that not all buckets of both sets are ruled out for.
#[inline]
#[target_feature(enable = "avx2")]
fn survivors(one: __m256i, other: __m256i) -> u32 {
    let all = _mm256_set1_epi8(-1);
    !mask(_mm256_and_si256(_mm256_cmpeq_epi8(one, all), _mm256_cmpeq_epi8(other, all)))
}

/// By set, the two halves of a block.
type Pairs = [[__m256i; 2]; SETS];

#[inline]
#[target_feature(enable = "avx2")]
fn or([[a, b], [c, d]]: Pairs, [[e, f], [g, h]]: Pairs) -> Pairs {
    [[_mm256_or_si256(a, e), _mm256_or_si256(b, f)], [_mm256_or_si256(c, g), _mm256_or_si256(d, h)]]
}

/// The buckets that the bytes at one of the four positions rule out, which are the 32 from each of two places on.
#[inline]
#[target_feature(enable = "avx2")]
fn ruled_out<const POSITION: usize, const FIRST: usize, const SECOND: usize>(
    sets: &[Halves; SETS],
    window: &[u8; WINDOW],
) -> Pairs {
    let (first, second) = (load::<FIRST>(window), load::<SECOND>(window));
    let (first_upper, second_upper) = (upper_halves(first), upper_halves(second));
    let [one, other] = sets;
    // The look-up of a byte above 0x7F in `low` is 0, as the tables want it.
    let of = |low: __m256i, high: __m256i, bytes: __m256i, upper: __m256i| {
        _mm256_or_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper))
    };
    [
        [
            of(one.low[POSITION], one.high[POSITION], first, first_upper),
            of(one.low[POSITION], one.high[POSITION], second, second_upper),
        ],
        [
            of(other.low[POSITION], other.high[POSITION], first, first_upper),
            of(other.low[POSITION], other.high[POSITION], second, second_upper),
        ],
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn upper_halves(bytes: __m256i) -> __m256i {
    _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(0x0F))
}

/// The top bit of every byte.
#[inline]
#[target_feature(enable = "avx2")]
fn mask(bytes: __m256i) -> u32 {
    _mm256_movemask_epi8(bytes).cast_unsigned()
}

#[inline]
#[target_feature(enable = "avx2")]
fn load<const AT: usize>(window: &[u8; WINDOW]) -> __m256i {
    const { assert!(AT + size_of::<__m256i>() <= WINDOW) };
    // SAFETY: the 32 bytes from `AT` are inside the window, as asserted; the load needs no alignment.
    unsafe { _mm256_loadu_si256(window.as_ptr().add(AT).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn broadcast(table: &[u8; 16]) -> __m256i {
    // SAFETY: a table has the 16 bytes that are read; the load needs no alignment.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}
