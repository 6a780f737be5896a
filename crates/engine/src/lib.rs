//! Rules and bytes to matches.
//!
//! The engine is pure: no files, no threads, no paths. It is shared by reference; what changes while it scans lives
//! in a [`Scratch`] that the caller owns, one for each thread.
//!
//! ```
//! use std::ops::ControlFlow;
//! use keysieve_engine::{Engine, Scratch};
//!
//! let engine = Engine::builtin();
//! let mut scratch = Scratch::new(&engine);
//! let haystack = format!("url = https://ci:{}@db.example.net/\n", ["hunter", "2-of-", "7kQ"].concat());
//! let mut found = Vec::new();
//! let _ = engine.scan(haystack.as_bytes(), &mut scratch, |hit| {
//!     found.push(haystack[hit.secret.range()].to_owned());
//!     ControlFlow::Continue(())
//! });
//! assert_eq!(found, ["hunter2-of-7kQ"]);
//! ```
//!
//! # How it works
//!
//! One pass of the [kernel](keysieve_kernel) marks token starts and stems. At each mark a table says which rules
//! could begin there, a [shape](keysieve_rules::Shape) or an anchored expression says whether one does, and the gates
//! that the rule declares decide. Nothing is ever run over the whole haystack but the kernel, and what is looked at
//! around a mark is bounded, so the time is linear in the haystack on any input.
//!
//! An object larger than memory goes through [`Feed`], window by window; where the windows are cut changes nothing.
//!
//! A rule that asks for a path takes no part in this. It runs where its [`Place`] is, and there its expression is
//! searched for as it stands, window by window; so it may be any expression, and costs nothing elsewhere. What it
//! finds lies within [`Engine::reach`] bytes of where it begins.
//!
//! The plain version of all this is [`Engine::oracle`]: each rule's expression over the whole haystack, one after the
//! other, with the same gates. Tests hold the two against each other.

mod begin;
mod boundary;
mod compiled;
mod context;
mod decode;
mod designation;
mod engine;
mod entropy;
mod feed;
mod fit;
mod form;
mod generic;
mod heads;
mod human;
mod judge;
mod matched;
mod mnemonic;
mod named;
mod oracle;
mod pack;
mod parts;
mod place;
mod placed;
mod placeholder;
mod scratch;
mod sieve;
mod stems;
mod structure;
mod versions;
mod words;

pub use decode::Chain;
pub use engine::{Engine, EngineError};
pub use entropy::shannon;
pub use feed::{Feed, Step};
pub use generic::{Explanation, Score, Weight, explain, place_weight};
pub use matched::{Checked, Decoded, Match, Note};
pub use pack::{BuiltinSource, builtin_sources};
pub use place::Place;
pub use scratch::Scratch;
pub use versions::{Copied, Traces};
