//! tar, streamed and salvaged.

mod content;
mod entry;
mod gap;
mod header;
mod records;
mod walk;

pub use entry::{Entry, EntryKind};
pub use gap::Loose;
pub(crate) use records::decimal;
pub use walk::{Part, Tar};
