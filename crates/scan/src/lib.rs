//! Sources, engine and policy to an outcome.
//!
//! [`scan`] lets a [`Source`](keysieve_source::Source) push its objects through an
//! [`Engine`](keysieve_engine::Engine), on the threads that read them, and makes findings of the matches: each with its
//! line and column, a masked line around it, and a fingerprint. Then the source says where what was found stands, the
//! policy judges every place, and the places of one secret are merged. Containers are opened on the way
//! ([`Limits`]): what is in them is an object of its own, `outer!/inner`. The same objects give the same [`Outcome`](keysieve_finding::Outcome), whatever the number
//! of threads and wherever the windows were cut.
//!
//! ```
//! use std::ops::ControlFlow;
//! use keysieve_engine::Engine;
//! use keysieve_policy::{Date, Policy};
//! use keysieve_scan::{Control, Options, scan};
//! use keysieve_testkit::{CutSource, Cuts};
//! use keysieve_finding::Origin;
//!
//! let text = format!("url = https://ci:{}@db.example.net/\n", ["hunter", "2-of-", "7kQ"].concat());
//! let source = CutSource::new(vec![(Origin::file(b"ci.env"), text.into_bytes())], Cuts::Whole);
//! let policy = Policy::new(Date::new(2026, 11, 30).expect("a date"));
//! let outcome = scan(&Engine::builtin(), &policy, &source, &Options::default(), &Control::default())?;
//! assert_eq!(outcome.findings[0].locations[0].column, 18);
//! # Ok::<(), keysieve_source::SourceError>(())
//! ```

mod allowed;
mod attribution;
mod below;
mod cache;
mod control;
mod cursor;
mod held;
mod layers;
mod merge;
mod names;
mod nest;
mod noted;
mod object;
mod overlap;
mod records;
mod redact;
mod run;
mod sighting;
mod sink;
mod snippet;
mod tally;
mod utf16;
mod versions;
mod whole_file;
mod wide;
mod witness;

pub use cache::Cache;
pub use control::Control;
pub use keysieve_unpack::Limits;
pub use redact::mask_text;
pub use run::{Options, scan, scan_and_record};
