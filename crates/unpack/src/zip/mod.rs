//! zip, streamed.
//!
//! Entries are found by their own headers, in order, and not by the directory at the end: so that nothing has to be
//! read twice, what is missing in the directory is found, and one that is damaged or gone does no harm. What the
//! directory says is compared with what was found.

mod data;
mod header;
mod walk;

pub use walk::{Entry, Loose, Part, Zip};
