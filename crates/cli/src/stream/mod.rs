//! The verbs that mask streams.

pub(crate) mod backlog;
pub(crate) mod known;
mod pump;
pub(crate) mod redact;
pub(crate) mod setup;
mod terminal;
pub(crate) mod wrap;
