//! Rule files to validated rules.
//!
//! A [`RuleFile`] is TOML, described in `rules/README.md`; a [`Pack`] is a directory of them. Parsing checks every law
//! of the format and collects everything that is wrong, each [`Problem`] with its line and what to do about it. A
//! [`Rule`] that comes out compiles, states its gates, and carries the [`Plan`] by which the engine finds it. Its
//! [`Examples`] hold no token: [placeholders](fill) stand for them.
//!
//! ```
//! use std::path::Path;
//! use keysieve_rules::{RuleFile, Strictness};
//!
//! let text = r"
//! [[rule]]
//! id = 'acme-api-key'
//! regex = '\b(?P<secret>acme_[0-9a-z]{32})\b'
//! ";
//! let file = RuleFile::parse(Path::new("acme.toml"), text, Strictness::User).expect("a rule of the right form");
//! assert_eq!(file.rules[0].info.name, "acme-api-key");
//!
//! let wrong = text.replace("acme-api-key", "Acme_Key");
//! let errors = RuleFile::parse(Path::new("acme.toml"), &wrong, Strictness::User).expect_err("no id of ours");
//! assert!(errors.to_string().starts_with("acme.toml:3: rule `Acme_Key`: `id` holds `Acme_Key`, which is no id"));
//! ```

pub mod docs;
mod entry;
mod error;
mod example;
mod expression;
mod file;
mod gate;
mod generator;
mod import;
mod keyword;
mod named;
mod pack;
mod paths;
mod pattern;
mod placeholder;
mod plan;
mod random;
mod reader;
mod rule;
mod wildcard;

pub use error::{Errors, Problem};
pub use example::{Example, ExampleError, Examples, Template};
pub use file::{RuleFile, Strictness};
pub use import::{AllowTarget, Change, Foreign, Imported, ImportedAllow, Part, RuleText, foreign_filter};
pub use named::{Assigned, NamedPattern};
pub use pack::{Pack, PackSource};
pub use paths::{Paths, holds_below};
pub use placeholder::{PlaceholderError, fill};

pub use plan::{ByteSet, Driver, Element, End, LONGEST_ASSIGNMENT, Left, Plan, PlanError, Shape, Tail, plan};
pub use rule::{
    ChecksumGate, ContextPattern, Gates, Lookahead, NameKind, OnInvalid, Pattern, Rule, Structure,
};
