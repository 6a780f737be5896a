//! The nouns of keysieve.
//!
//! Every other crate speaks in these words: a [`Finding`] is one secret, judged by one [`RuleInfo`], seen at one or
//! more [`Location`]s; a location lies in an [`Origin`]; what could not be looked at is a [`Skip`]; and an [`Outcome`]
//! is all of it together, sorted, ready for a report.
//!
//! A [`Secret`] cannot be printed by accident: `Debug` and `Display` show its mask.
//!
//! ```
//! use keysieve_finding::{MaskKind, Secret};
//!
//! let secret = Secret::new(b"correct horse battery staple", MaskKind::Token);
//! assert_eq!(secret.to_string(), "corr…");
//! assert_eq!(format!("{secret:?}"), "Secret(corr…)");
//! assert_eq!(secret.expose(), b"correct horse battery staple");
//!
//! let password = Secret::new(b"correct horse battery staple", MaskKind::Password);
//! assert_eq!(password.to_string(), "…");
//! ```

mod allowed;
mod fingerprint;
mod git;
mod image;
mod location;
mod origin;
mod outcome;
mod rule;
mod secret;
mod severity;
mod shown;
mod skip;
mod span;
mod translation;

pub use allowed::{Allowed, AllowedBy};
pub use fingerprint::{Fingerprint, FingerprintKey, ParseFingerprintError};
pub use git::{Authored, GitPart, GitPlace, GitState, ObjectId, iso8601};
pub use image::{Image, Layer, LayerPlace, LayerState};
pub use location::{Location, Snippet};
pub use origin::{FileKind, Origin};
pub use outcome::{Finding, Outcome, SkipRecord, Stats, Suppressed};
pub use rule::{Certificate, Evidence, RuleInfo, SecretKind};
pub use secret::{MASK, MaskKind, Secret};
pub use severity::{Confidence, ParseLevelError, Severity};
pub use shown::{push_shown, shown};
pub use skip::{Skip, SkipClass, SkipReason};
pub use span::Span;
