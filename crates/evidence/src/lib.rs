//! What a secret says of itself, offline: whose it is, until when it holds, and whether everyone knows it.
//!
//! ```
//! use keysieve_evidence::examine;
//!
//! let id = ["AKIA", "QYLPMN5HFIQR7XYA"].concat();
//! let facts = examine(id.as_bytes(), b"");
//! assert_eq!(facts.account.as_deref(), Some("AWS account 052310077262"));
//! ```
//!
//! A secret is told by its form alone. Nothing of it is in what is said of it, but names, dates, sizes, and digests of
//! public halves.

mod aws;
mod certificate;
mod day;
mod der;
mod facts;
mod gcp;
mod jwt;
mod key;
mod known;
mod openssh;
mod sas;

pub use facts::{Facts, examine};
