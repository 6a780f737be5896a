//! A byte stream in, the same stream with its secrets masked out.
//!
//! A [`Redactor`] takes bytes as they come and lets whole lines out at once, byte for byte but for the secrets. What
//! comes out is a function of the bytes alone, however they were cut. It uses the rules of a scan ([`Rules`]) and knows
//! values besides ([`KnownValues`]); a [`Replacement`] says what stands in their place.
//!
//! ```
//! use std::sync::Arc;
//! use keysieve_engine::Engine;
//! use keysieve_stream::{Redactor, Rules, Setup};
//!
//! let setup = Setup::new(Arc::new(Rules::new(Engine::builtin())));
//! let mut redactor = Redactor::new(Arc::new(setup));
//! let line = format!("GET https://ci:{}@db.example.net/ 200\n", ["hunter", "2-of-", "7kQ"].concat());
//! let mut out = Vec::new();
//! for byte in line.bytes() {
//!     redactor.push(&[byte], &mut out)?;
//! }
//! redactor.finish(&mut out)?;
//! let out = String::from_utf8_lossy(&out);
//! assert_eq!(out, "GET https://ci:[REDACTED:connection-string-url-password]@db.example.net/ 200\n");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # How it works
//!
//! All whole lines at hand are searched as one block, with what went before to look back on; most blocks hold nothing
//! and go out as they came. Encodings are the engine's to undo, so a secret behind the escapes of a JSON string, in
//! base64 or between colours is found in the bytes as they are. Only where a container's runtime has cut a line into
//! records are its pieces put together and searched once more; and so is a line with something in it that is not seen
//! where it is shown, such as the address of a link.
//!
//! Of a stream that comes fast, [`Pieces`] makes blocks, and [`Searchers`] search several of them at a time.
//!
//! What needs proof from later lines cannot be known when a line goes out: a secret of several parts in several lines,
//! or one that is glued together over lines. Private keys are the exception, because their lines can be told by their
//! looks: they are masked one by one from BEGIN on.

mod ahead;
mod audit;
mod colour;
mod detect;
mod emit;
mod find;
mod frame;
mod hit;
mod json;
mod key_block;
mod known;
mod marks;
mod mask;
mod prefixes;
mod records;
mod redactor;
mod replacement;
mod see_through;
mod setup;
mod sink;

pub use ahead::{Block, Piece, Pieces, Search, Searchers};
pub use detect::{Detect, EngineDetector, Rules};
pub use frame::{Framing, Output};
pub use hit::{Hit, Label};
pub use known::{KnownValues, KnownValuesError, SHORTEST_VALUE};
pub use redactor::Redactor;
pub use replacement::{PseudonymKey, PseudonymKeyError, Replacement};
pub use setup::Setup;
pub use sink::{Redaction, Sink};
