//! Checksums inside tokens: verify and generate.
//!
//! Some providers end their tokens with a checksum, so that a scanner can tell a real token from noise without
//! asking anyone. Only algorithms that the provider publishes (in words or in source) are here; each variant of
//! [`Checksum`] names its source. Rules refer to them by [name](Checksum::name).
//!
//! ```
//! use keysieve_checksum::Checksum;
//!
//! let github = Checksum::by_name("github-crc32").expect("a registered name");
//! let token = github.complete("ghp_", &"x1".repeat(15));
//! assert!(github.verify(token.as_bytes()));
//! assert!(!github.verify(token.replace("x1", "x2").as_bytes()));
//! ```

mod crc;
mod digits;
mod gitlab;
mod registry;
mod strkey;

pub use registry::Checksum;
