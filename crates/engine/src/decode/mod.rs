//! One layer of encoding after the other undone, so that the rules see what stands behind it.
//!
//! Around a place that begins something encoded (a [mark](marks)), a *stretch* of the text is written anew with one
//! layer of every encoding in it undone: a *view*. What stands beside an encoded value stands beside its plain value in
//! the view too, so that rules which go by the words before a value need to know nothing of encodings. Views are
//! scanned like any text, and have views of their own, as deep as the engine is told.
//!
//! A view is made of [pieces](piece::Piece), each of which knows what it was decoded from; so every match in a view has
//! a place in the text that was scanned. A match that no piece has a part in is not the view's to report.
//!
//! What is decoded is bounded: a stretch to [`STRETCH`] bytes and one encoded value of up to [`LONGEST_VALUE`], what all
//! views of one stretch hold to [`Budget`]. Where a stretch begins depends on the bytes before it and on nothing else, so
//! that it does not matter where the windows of an object are cut.

mod backslash;
mod base64;
mod concatenation;
mod glance;
mod hex;
mod html;
mod inflate;
mod invisible;
mod marks;
mod percent;
mod piece;
mod quoted;
mod read;
mod stretch;
mod text;
mod views;

pub(crate) use glance::{may_be_escape, may_begin_value, may_join_after, may_join_before};
pub(crate) use marks::Marks;
pub use piece::Chain;
pub(crate) use views::{Decoding, decode};

/// How deep encodings are undone unless the engine is told otherwise.
pub(crate) const DEPTH: u8 = 5;

/// The deepest that can be asked for.
pub(crate) const DEEPEST: u8 = 8;

/// How long a stretch goes on as long as further encoded places follow.
pub(crate) const STRETCH: usize = 6 * 1024;

/// How far left of its first encoded place a stretch begins, at most, and how far right of its last one it ends.
pub(crate) const LEFT: usize = 160;
pub(crate) const RIGHT: usize = 192;

/// How far the token goes on that a stretch would end in.
pub(crate) const TOKEN: usize = 1024;

/// How much of an encoded value is decoded: one that is longer is cut there.
pub(crate) const LONGEST_VALUE: usize = 1024 * 1024;

/// How far past its end a range is looked at for places that belong to its last stretch.
pub(crate) const BEYOND: usize = STRETCH + LEFT;

/// How much the views of one stretch may hold together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    /// For a stretch of so many bytes: enough for text packed as tightly as text can be, and so little that a value
    /// made to unpack into very much costs no more than other text.
    fn of(length: usize) -> Self {
        Self(1024 + 12 * length)
    }

    /// Whether there is room for so much more.
    fn take(&mut self, length: usize) -> bool {
        let enough = self.0 >= length;
        self.0 = self.0.saturating_sub(length);
        enough
    }

    fn left(self) -> usize {
        self.0
    }
}
