//! Alerts of leaked secrets: events, one for each secret, and what became of them.
//!
//! A [`Grouper`] sees every leak and lets an [`Event`] out for the first one of a secret at once, for further ones now
//! and then, with how many there were. Its memory is bounded. A [`Ledger`] is the file in which events are kept, and
//! what people said of them: that they look at one, that it was dealt with, that a [`Silence`] keeps some from being
//! heard for a while. A [`Format`] is what a receiver wants to hear.
//!
//! ```
//! use std::time::Duration;
//! use keysieve_alerts::{Grouper, Leak, Place};
//! use keysieve_finding::{Confidence, Fingerprint, FingerprintKey, Severity};
//!
//! let mut grouper = Grouper::new(Duration::from_secs(300), 1000);
//! let fingerprint = Fingerprint::of_secret(&FingerprintKey::default(), "github-pat", b"a value");
//! let (severity, confidence) = (Severity::Critical, Confidence::High);
//! let leak = Leak { rule: "github-pat", severity, confidence, fingerprint, excerpt: "token …", about: "" };
//! assert!(grouper.leak(&leak, Place::default, 0).is_some());
//! assert!(grouper.leak(&leak, Place::default, 1).is_none(), "it is known");
//! assert_eq!(grouper.summaries(300)[0].count, 2);
//! ```

mod event;
mod grouper;
mod ledger;
mod line;
mod moment;
mod receiver;
mod silence;
mod trouble;
mod workload;

pub use event::{Event, Kind, Place};
pub use grouper::{Grouper, Leak};
pub use ledger::{Alert, Entry, Ledger, LedgerReader, State};
pub use line::Sender;
pub use receiver::{Format, FormatError, signature};
pub use silence::Silence;
pub use trouble::Trouble;
