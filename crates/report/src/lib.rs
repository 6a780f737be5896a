//! What a run found, written down: for people (text, HTML, Markdown), for scripts (JSON, JSONL, CSV), for services that
//! show findings beside code (SARIF, GitHub, GitLab, reviewdog, JUnit) and for those that watch (OCSF, ECS).
//!
//! Every format is made from the same [`Outcome`](keysieve_finding::Outcome) and one [`Context`], in a file of its
//! own; none of them opens a file, asks a source or knows an argument. No format writes a raw secret, except text,
//! JSON and JSONL where [`Context::show_secrets`] asks for it. The same outcome and context give the same bytes.
//!
//! ```
//! use keysieve_finding::Outcome;
//! use keysieve_report::{Context, Format};
//!
//! let outcome = Outcome { targets: vec!["src".to_owned()], ..Outcome::default() };
//! let context = Context::new("0.1.0", "2026.11+0123456789ab");
//! let format: Format = "json".parse()?;
//! let mut report = Vec::new();
//! format.write(&outcome, &context, &mut report)?;
//! assert!(report.starts_with(b"{\n  \"schema_version\": 1,"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! GitHub tells results apart by a hash of the line they stand on, which needs the file itself: whoever can open files
//! fills [`LineHashes`] and hands it over in the context.

mod azure;
mod codequality;
mod context;
mod csv;
mod ecs;
mod format;
mod github;
mod gitlab;
mod gitleaks;
mod html;
mod json;
mod jsonl;
mod junit;
mod layer;
mod line_hash;
mod line_hashes;
mod markdown;
mod markup;
mod moment;
mod ocsf;
mod path;
mod places;
mod rdjson;
mod record;
mod sarif;
mod sentence;
mod text;
mod visible;
mod words;

pub use context::Context;
pub use format::{Format, UnknownFormat};
pub use gitleaks::GitleaksTemplate;
pub use keysieve_template::Error as TemplateError;
pub use line_hashes::LineHashes;
pub use moment::Moment;
