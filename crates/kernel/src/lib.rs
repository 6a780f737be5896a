//! Bytes to candidate positions: where a token may start and where a word of interest stands.
//!
//! The scanner works in two phases. This crate is the first: it passes once over the haystack, without a branch on
//! what it reads, and writes one [`Block`] of bit masks for every 64 bytes. The second phase, elsewhere, walks the set
//! bits. Keeping them apart keeps the tables of the first phase in registers.
//!
//! A mask says one thing of every position of its block: which class its byte belongs to ([`Block::token`],
//! [`Block::word`], [`Block::digit`]), whether a token of 16 bytes or more starts there ([`Block::start`]), or
//! a whole run of token bytes ([`Block::run`]), and whether one of the kernel's [`Stem`]s may stand there
//! ([`Block::stem`]).
//!
//! ```
//! use keysieve_kernel::{Kernel, Stem};
//!
//! let stems = [Stem::word(*b"pass"), Stem::word(*b"auth")];
//! let kernel = Kernel::new(&stems);
//! let haystack = b"PASSWORD = 0123456789abcdef";
//!
//! let mut blocks = Vec::new();
//! kernel.scan(haystack, 0, haystack.len(), &mut blocks);
//!
//! assert_eq!(blocks[0].stem.trailing_zeros(), 0);
//! assert_eq!(blocks[0].start.trailing_zeros(), 11);
//! ```
//!
//! [`Kernel::marked`] writes the set bits out as numbers, so that the second phase is a loop over them and nothing else.
//!
//! Which instructions do the work is decided when a [`Kernel`] is made: AVX-512 (with VBMI) or AVX2 where the
//! processor has them, else table look-ups, which are also the oracle of the tests. All give the same masks, bit for
//! bit. It is the only crate of the workspace with `unsafe` code, all of it in the two modules of vector instructions.

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector instructions")]
mod avx2;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector instructions")]
mod avx512;
mod block;
mod buckets;
mod class;
mod kernel;
mod places;
mod scalar;
mod stem;
mod sweep;

pub use block::{BLOCK, Block, TOKEN};
pub use kernel::{Implementation, Kernel};
pub use places::{Marked, Places};
pub use stem::{ByteSet, Stem};
