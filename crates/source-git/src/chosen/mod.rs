//! A part of a repository: what is staged, what some commits bring, what is pushed.
//!
//! What is chosen is a list of steps: each says which blobs stand at which paths that stood there in none of its
//! parents. Blobs are handed over once each. What was found in them is then asked for by
//! [`attribute`](keysieve_source::Source::attribute), and only there lines are compared: a place counts as new if its
//! lines are in none of the parents' versions, and if the secret was not just moved there.

mod commits;
mod compare;
mod fresh;
mod hand_over;
mod places;
mod range;
mod revision;
mod source;
mod staged;
mod step;
mod unstaged;

pub use self::range::{Range, Update};
pub(crate) use self::revision::Revisions;
pub use self::source::ChosenSource;
pub use self::unstaged::UnstagedSource;
