//! The kernel, and the choice of its instructions.

use std::fmt;

#[cfg(target_arch = "x86_64")]
use crate::avx2::Avx2;
#[cfg(target_arch = "x86_64")]
use crate::avx512::Avx512;
use crate::buckets::{SETS, Tables};
use crate::scalar::Scalar;
use crate::{Block, Marked, Stem};

/// Which instructions do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Implementation {
    /// Table look-ups, on every processor.
    Scalar,
    /// 32 bytes at a time, on x86-64.
    Avx2,
    /// 64 bytes at a time, on x86-64 with AVX-512F, -BW and -VBMI.
    Avx512,
}

impl Implementation {
    /// All, the plainest first.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// Its name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The one of this [`name`](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|implementation| implementation.name() == name)
    }
}

impl fmt::Display for Implementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Finds candidate positions, for one choice of stems.
///
/// [`Block::stem`] is a superset of where the stems stand, the same one from every implementation. The stems share
/// eight buckets: up to eight words of letters are found exactly, in either case. Beyond eight, or with sets of bytes
/// that are not one letter's two cases, some positions are reported where no stem stands but a mix of them does, so
/// that the caller must look again. A few dozen stems are a good number; hundreds would be everywhere.
#[derive(Clone, Debug)]
pub struct Kernel(Lanes);

/// An implementation with its tables, boxed because they fill some kilobytes.
#[derive(Clone, Debug)]
enum Lanes {
    Scalar(Box<Scalar>),
    #[cfg(target_arch = "x86_64")]
    Avx2(Box<Avx2>),
    #[cfg(target_arch = "x86_64")]
    Avx512(Box<Avx512>),
}

impl Kernel {
    /// A kernel with the best instructions that the processor has.
    pub fn new(stems: &[Stem]) -> Self {
        let tables = Tables::sets(stems);
        let best =
            Implementation::ALL.into_iter().rev().find_map(|implementation| lanes(implementation, &tables));
        Self(best.unwrap_or_else(|| Lanes::Scalar(Box::new(Scalar::new(&tables)))))
    }

    /// A kernel that every processor runs.
    pub fn scalar(stems: &[Stem]) -> Self {
        Self(Lanes::Scalar(Box::new(Scalar::new(&Tables::sets(stems)))))
    }

    /// A kernel with these instructions, if the processor has them.
    pub fn with(implementation: Implementation, stems: &[Stem]) -> Option<Self> {
        lanes(implementation, &Tables::sets(stems)).map(Self)
    }

    /// What [`with`](Self::with) can make on this processor, the plainest first.
    pub fn available() -> Vec<Implementation> {
        Implementation::ALL
            .into_iter()
            .filter(|&implementation| Self::with(implementation, &[]).is_some())
            .collect()
    }

    /// Which instructions it uses.
    pub fn implementation(&self) -> Implementation {
        match &self.0 {
            Lanes::Scalar(_) => Implementation::Scalar,
            #[cfg(target_arch = "x86_64")]
            Lanes::Avx2(_) => Implementation::Avx2,
            #[cfg(target_arch = "x86_64")]
            Lanes::Avx512(_) => Implementation::Avx512,
        }
    }

    /// Describes `haystack[from..to]`: afterwards, `out[i]` holds the masks of the 64 positions from `from + 64 * i` on,
    /// and there are just as many as it takes. What `out` held before is gone; its allocation is used again.
    ///
    /// Nothing is said of positions from `to` on, but the bytes there are seen, as is the one before `from`: the masks
    /// are the same in however many calls the haystack is described. A `to` past the haystack's end means its end.
    pub fn scan(&self, haystack: &[u8], from: usize, to: usize, out: &mut Vec<Block>) {
        match &self.0 {
            Lanes::Scalar(lanes) => lanes.scan(haystack, from, to, out),
            #[cfg(target_arch = "x86_64")]
            Lanes::Avx2(lanes) => lanes.scan(haystack, from, to, out),
            #[cfg(target_arch = "x86_64")]
            Lanes::Avx512(lanes) => lanes.scan(haystack, from, to, out),
        }
    }

    /// Writes out where the marks of these blocks are; what `out` held before is gone.
    pub fn marked(&self, blocks: &[Block], out: &mut Marked) {
        match &self.0 {
            Lanes::Scalar(_) => out.write(blocks),
            #[cfg(target_arch = "x86_64")]
            Lanes::Avx2(lanes) => lanes.marked(blocks, out),
            #[cfg(target_arch = "x86_64")]
            Lanes::Avx512(lanes) => lanes.marked(blocks, out),
        }
    }
}

fn lanes(implementation: Implementation, tables: &[Tables; SETS]) -> Option<Lanes> {
    match implementation {
        Implementation::Scalar => Some(Lanes::Scalar(Box::new(Scalar::new(tables)))),
        #[cfg(target_arch = "x86_64")]
        Implementation::Avx2 => Avx2::new(tables).map(|lanes| Lanes::Avx2(Box::new(lanes))),
        #[cfg(target_arch = "x86_64")]
        Implementation::Avx512 => Avx512::new(tables).map(|lanes| Lanes::Avx512(Box::new(lanes))),
        #[cfg(not(target_arch = "x86_64"))]
        Implementation::Avx2 | Implementation::Avx512 => None,
    }
}
