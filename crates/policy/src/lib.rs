//! Which findings count.
//!
//! The engine says what looks like a secret; a [`Policy`] says whether the user wants to hear of it. It judges one
//! *place* at a time, before the places of one secret are merged, so that a secret allowed in one file and live in
//! another is still reported. Six things keep a [`Sighting`] out of the report, asked in this order:
//!
//! 1. it is below the lowest severity or
//! 2. the lowest confidence that is reported,
//! 3. a comment in its line allows it ([`inline_allow`]),
//! 4. an entry of an [`IgnoreFile`] allows it, by path or by fingerprint,
//! 5. an exception of the configuration allows it ([`Allow`]),
//! 6. a [`Baseline`] knows it: asked last and of all places together, because what moved is not new.
//!
//! ```
//! use keysieve_finding::{Confidence, Fingerprint, FingerprintKey, Origin, Severity};
//! use keysieve_policy::{By, Date, IgnoreFile, Policy, Sighting, Verdict, inline_allow};
//!
//! let today = Date::new(2026, 11, 30).expect("a date of the calendar");
//! let mut policy = Policy::new(today);
//! let text = "tests/data/  expires=2027-06-30 owner=payments reason=\"keys of the sandbox\"\n";
//! policy.ignore_files.push(IgnoreFile::parse(".keysieveignore", text).expect("well-formed"));
//!
//! let print = Fingerprint::of_secret(&FingerprintKey::default(), "acme-key", b"value");
//! let mut sighting = Sighting {
//!     severity: Severity::High,
//!     confidence: Confidence::High,
//!     fingerprint: &print,
//!     origin: &Origin::file(b"tests/data/a.env"),
//!     inline: None,
//!     hints: None,
//!     commit: None,
//! };
//! assert!(matches!(policy.verdict(&sighting), Verdict::Suppressed(By::IgnoreFile(..))));
//!
//! let live = Origin::file(b"src/main.rs");
//! sighting.origin = &live;
//! assert!(matches!(policy.verdict(&sighting), Verdict::Report));
//!
//! let line = b"KEY=value  # keysieve:allow acme-key -- revoked in May";
//! let comment = inline_allow(line, None, "acme-key", &[], today);
//! sighting.inline = comment.as_ref();
//! assert!(matches!(policy.verdict(&sighting), Verdict::Suppressed(By::Inline(_))));
//! ```

mod allow;
mod attributes;
mod baseline;
mod composite;
mod date;
mod entry;
mod error;
mod foreign_rules;
mod ignore_file;
mod inline;
mod kept;
mod path_globs;
mod policy;
mod unused_comments;

pub use allow::{Allow, Found, Hints, Target};
pub use attributes::Attributes;
pub use baseline::{Baseline, BaselineEntry, Place, Record};
pub use composite::{Composite, Near};
pub use date::Date;
pub use entry::Entry;
pub use error::{Error, Problem};
pub use foreign_rules::{FOREIGN_RULES, foreign_rule};
pub use ignore_file::IgnoreFile;
pub use inline::{InlineAllow, LONGEST_LINE, MARKERS, expired_allow, inline_allow};
pub use policy::{By, Policy, Sighting, Verdict};
pub use unused_comments::{Comment, NotedComments};
