//! Stems in sixteen buckets, and the tables that tell of four bytes in which buckets they may be.
//!
//! The method is Teddy's: for each of the four positions, one table is indexed by the byte's lower half and one by its
//! upper half, and both hold one bit per bucket. A bucket whose bit survives all eight look-ups may have a stem here.
//! It is a superset twice over: a position's set widens to every pairing of the halves in it, and the sets of one
//! bucket's stems mix over the positions. So stems are put together that widen each other least.
//!
//! Sixteen buckets are two sets of tables: with as many stems as the rules have, eight would let through ten times what
//! they should.
//!
//! The bits are inverted, 1 for "not in this bucket", because the vector look-up of a lower half gives 0 for bytes above
//! 0x7F: then the table of upper halves decides alone, which is right for [`ByteSet`]s, where those bytes are one.

use crate::{ByteSet, Stem};

/// One bit each in the tables of a set.
const BUCKETS: usize = 8;

/// How many sets of tables there are.
pub(crate) const SETS: usize = 2;

/// Which buckets a byte rules out at each of the four positions.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    /// By the lower half of a byte up to 0x7F.
    pub(crate) low: [[u8; 16]; 4],
    /// By the upper half of any byte.
    pub(crate) high: [[u8; 16]; 4],
}

impl Tables {
    /// The sets of tables of these stems.
    pub(crate) fn sets(stems: &[Stem]) -> [Self; SETS] {
        let shapes = assign(stems);
        std::array::from_fn(|set| Self::of(shapes.iter().skip(set).step_by(SETS)))
    }

    fn of<'a>(shapes: impl Iterator<Item = &'a Shape>) -> Self {
        let mut tables = Self { low: [[u8::MAX; 16]; 4], high: [[u8::MAX; 16]; 4] };
        for (bucket, shape) in shapes.enumerate() {
            for (position, halves) in shape.0.iter().enumerate() {
                for half in 0..16 {
                    tables.low[position][half] &= !(u8::from(halves.low >> half & 1 == 1) << bucket);
                    tables.high[position][half] &= !(u8::from(halves.high >> half & 1 == 1) << bucket);
                }
            }
        }
        tables
    }

    /// The buckets that `byte` rules out at `position`: what the vector look-ups give.
    pub(crate) fn ruled_out(&self, position: usize, byte: u8) -> u8 {
        let low = if byte.is_ascii() { self.low[position][usize::from(byte & 15)] } else { 0 };
        low | self.high[position][usize::from(byte >> 4)]
    }
}

/// The lower and upper halves of the bytes of a set, one bit each.
#[derive(Clone, Copy)]
struct Halves {
    low: u16,
    high: u16,
}

impl Halves {
    fn of(set: ByteSet) -> Self {
        let beyond = if set.beyond_ascii() { 0xFF00 } else { 0 };
        let rows = (0..8).map(|high| (high, set.ascii_row(high)));
        rows.fold(Self { low: 0, high: beyond }, |halves, (high, row)| Self {
            low: halves.low | row,
            high: halves.high | u16::from(row != 0) << high,
        })
    }

    fn or(self, other: Self) -> Self {
        Self { low: self.low | other.low, high: self.high | other.high }
    }

    /// How likely a byte of text is one of those that pair up.
    fn share(self, shares: &Shares) -> f64 {
        let (low, high) = (usize::from(self.low & 0xFF), usize::from(self.low >> 8));
        let pairs = bits(self.high & 0xFF).map(|upper| shares[upper][0][low] + shares[upper][1][high]);
        pairs.sum::<f64>() + if self.high > 0xFF { 0.02 } else { 0.0 }
    }
}

/// How often the bytes up to 0x7F stand in text: by the upper half, for the lower halves below 8 and the others, and by
/// the set of those.
type Shares = [[[f64; 256]; 2]; 8];

fn shares() -> Box<Shares> {
    let mut shares = Box::new([[[0.0; 256]; 2]; 8]);
    for (high, both) in (0_u8..).zip(shares.iter_mut()) {
        for (from, sets) in [0_u8, 8].into_iter().zip(both) {
            for set in 1..256_usize {
                let last = set.trailing_zeros() as u8;
                sets[set] = sets[set & (set - 1)] + share((high << 4) | (from + last));
            }
        }
    }
    shares
}

/// The positions of the bits that are set.
fn bits(mut set: u16) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(bit)
    })
}

/// What a bucket lets through, per position.
#[derive(Clone, Copy)]
struct Shape([Halves; 4]);

impl Shape {
    fn or(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|position| self.0[position].or(other.0[position])))
    }

    /// How likely it stands at a position of text.
    fn share(&self, shares: &Shares) -> f64 {
        self.0.iter().map(|halves| halves.share(shares)).product()
    }
}

/// Puts each stem into one of at most sixteen buckets: as long as there are more, the two are joined that together let
/// through the least more than alone. A pairwise greedy choice; few stems leave little to gain by a better one.
fn assign(stems: &[Stem]) -> Vec<Shape> {
    let shares = &*shares();
    let mut buckets: Vec<(Shape, f64)> = Vec::new();
    let mut prices: Vec<Vec<f64>> = Vec::new();
    for stem in stems {
        let shape = Shape(stem.0.map(Halves::of));
        let alone = shape.share(shares);
        prices.push(row(&buckets, &shape, alone, shares));
        buckets.push((shape, alone));
    }
    while buckets.len() > SETS * BUCKETS {
        let (first, second) = cheapest(&prices);
        let joined = buckets[first].0.or(&buckets[second].0);
        // The later first, so that the earlier stays where it is.
        for gone in [second, first] {
            buckets.remove(gone);
            prices.remove(gone);
            for row in &mut prices[gone..] {
                row.remove(gone);
            }
        }
        let alone = joined.share(shares);
        prices.push(row(&buckets, &joined, alone, shares));
        buckets.push((joined, alone));
    }
    buckets.into_iter().map(|(shape, _)| shape).collect()
}

/// What joining `shape` with each of the buckets would let through in addition.
fn row(buckets: &[(Shape, f64)], shape: &Shape, alone: f64, shares: &Shares) -> Vec<f64> {
    buckets.iter().map(|(other, other_alone)| shape.or(other).share(shares) - other_alone - alone).collect()
}

/// The earlier and the later of the two that are cheapest to join.
fn cheapest(prices: &[Vec<f64>]) -> (usize, usize) {
    let (mut best, mut least) = ((0, 1), f64::INFINITY);
    for (later, row) in prices.iter().enumerate() {
        // Most rows have none that is cheaper, which is told fast.
        let lowest = row.iter().copied().fold(f64::INFINITY, f64::min);
        if lowest < least
            && let Some(earlier) = row.iter().position(|&price| price <= lowest)
        {
            (best, least) = ((earlier, later), lowest);
        }
    }
    best
}

/// Roughly how often a byte stands in source text and logs. Only the choice of buckets hangs on it, no result.
fn share(byte: u8) -> f64 {
    /// Per thousand bytes, `a` to `z`.
    const LETTERS: [f64; 26] = [
        45.0, 12.0, 28.0, 25.0, 65.0, 16.0, 14.0, 16.0, 42.0, 2.0, 6.0, 28.0, 19.0, 42.0, 40.0, 20.0, 2.0,
        44.0, 42.0, 54.0, 20.0, 8.0, 7.0, 6.0, 9.0, 2.0,
    ];
    let per_thousand = match byte {
        b'a'..=b'z' => LETTERS[usize::from(byte - b'a')],
        b'A'..=b'Z' => LETTERS[usize::from(byte - b'A')] / 8.0,
        b'0'..=b'9' => 12.0,
        b' ' => 120.0,
        b'\n' | b'"' | b',' | b'.' | b'/' | b':' | b'=' | b'_' | b'-' | b'(' | b')' | b';' => 12.0,
        b'!'..=b'~' => 4.0,
        _ => 0.5,
    };
    per_thousand / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survives(sets: &[Tables; SETS], four: [u8; 4]) -> bool {
        sets.iter().any(|tables| {
            let bytes = four.iter().enumerate();
            bytes.fold(0, |out, (position, &byte)| out | tables.ruled_out(position, byte)) != u8::MAX
        })
    }

    #[test]
    fn every_stem_survives_its_own_tables() {
        let words =
            ["pass", "pwd=", "secr", "toke", "cred", "auth", "api_", "://a", "----", "key:", "q~ab", "0:aa"];
        let stems: Vec<Stem> =
            words.iter().map(|word| Stem::word(word.as_bytes().try_into().unwrap())).collect();
        for count in 0..stems.len() {
            let tables = Tables::sets(&stems[..count]);
            for word in &words[..count] {
                assert!(survives(&tables, word.as_bytes().try_into().unwrap()), "{word} of {count}");
            }
        }
    }

    #[test]
    fn without_stems_nothing_survives() {
        let tables = Tables::sets(&[]);
        assert!((0..=255).all(|byte| !survives(&tables, [byte; 4])));
    }

    #[test]
    fn eight_words_of_letters_let_nothing_else_through() {
        let words = [*b"pass", *b"pwds", *b"secr", *b"toke", *b"cred", *b"auth", *b"apik", *b"keys"];
        let tables = Tables::sets(&words.map(Stem::word));
        for a in b'a'..=b'z' {
            for b in b'a'..=b'z' {
                for c in b'a'..=b'z' {
                    for d in b'a'..=b'z' {
                        // A letter's two cases have their halves crossed with nothing but each other.
                        let four = [a, b, c, d];
                        assert_eq!(survives(&tables, four), words.contains(&four));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_alike_shares_a_bucket() {
        let same = [Stem::word(*b"pass"); 12];
        let others = [
            *b"auth", *b"cred", *b"toke", *b"secr", *b"://x", *b"----", *b"api_", *b"mdp=", *b"curl",
            *b"rpc.", *b"sig=", *b"jwt.", *b"ftp(", *b"infu", *b"quik",
        ]
        .map(Stem::word);
        let mut stems = same.to_vec();
        stems.extend(others);
        let buckets = assign(&stems);
        assert_eq!(buckets.len(), SETS * BUCKETS);
        let alone: f64 =
            others.iter().chain(&same[..1]).map(|stem| Shape(stem.0.map(Halves::of)).share(&shares())).sum();
        let total: f64 = buckets.iter().map(|shape| shape.share(&shares())).sum();
        assert!((total - alone).abs() < 1e-12);
    }

    #[test]
    fn bytes_above_ascii_pass_only_where_a_set_has_them() {
        let open = Stem([ByteSet::of(b"k"), ByteSet::of(b"e"), ByteSet::of(b"y"), ByteSet::ANY]);
        let tables = Tables::sets(&[open, Stem::word(*b"pass")]);
        for beyond in 0x80..=0xFF {
            assert!(survives(&tables, [b'k', b'e', b'y', beyond]));
            assert!(!survives(&tables, [b'p', b'a', b's', beyond]));
            assert!(!survives(&tables, [b'k', beyond, b'y', b'=']));
        }
    }
}
