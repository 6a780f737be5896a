//! The verbs that mask streams.

mod known;
mod pump;
pub(crate) mod redact;
mod setup;
pub(crate) mod wrap;
