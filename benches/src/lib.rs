//! The inputs of keysieve's timings: deterministic corpora of everyday kinds of bytes, hostile inputs, and the limits
//! that a scanner's speed is held against.
//!
//! Everything generated is a function of its size alone, so that two runs on two machines time the same bytes; what is
//! taken from a real tree is a function of that tree.
//!
//! ```
//! use keysieve_benches::{hostile, json_logs};
//!
//! let logs = json_logs(100_000);
//! assert_eq!(logs.bytes.len(), 100_000);
//! assert_eq!(logs.bytes, json_logs(100_000).bytes);
//! assert!(hostile(1000).iter().all(|corpus| corpus.bytes.len() == 1000));
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `corpus` | a named buffer, and files of a tree laid end to end |
//! | `code` | C source and minified JavaScript, for machines without a tree |
//! | `logs`, `json` | JSON log lines as services write them; JSON that is mostly token-shaped values |
//! | `opaque` | base64 text and random bytes |
//! | `hostile` | inputs made to be slow |
//! | `limit` | what reading and what a plain keyword automaton cost on the same bytes |
//!
//! `README.md` beside this crate says how to run the timings and what they gave.

mod code;
mod corpus;
mod hostile;
mod json;
mod limit;
mod logs;
mod opaque;
mod random;

pub use code::{c_source, minified_js};
pub use corpus::{Corpus, files_below};
pub use hostile::hostile;
pub use json::dense_json;
pub use limit::{KeywordAutomaton, count_lines};
pub use logs::json_logs;
pub use opaque::{base64_text, random_bytes};
