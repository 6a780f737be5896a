//! The seam between what is read and what is judged.
//!
//! A [`Source`] knows where bytes are; a [`BlobSink`] knows what to do with them. A source pushes: it calls the sink
//! from its own threads, with [`Blob`]s that borrow its read buffer, so nothing is copied and the bytes are scanned
//! on the thread that read them.
//!
//! An object of any size takes bounded memory, because a blob is a *window* of an object: the source hands over one
//! window after the other, in order, on any thread but never two of one object at once, with the same [`Carry`].
//! [`Windows`] does that for anything that can be read.
//!
//! What a source can say of an object only with effort, such as the paths that lead to it, it is asked for once, after
//! all objects were seen and for those alone in which something was found: [`Source::attribute`].
//!
//! ```
//! use std::ops::ControlFlow;
//! use std::sync::Mutex;
//! use keysieve_finding::{Origin, Skip};
//! use keysieve_source::{Blob, BlobSink, Windows};
//!
//! #[derive(Default)]
//! struct Count(Mutex<usize>);
//!
//! impl BlobSink for Count {
//!     fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
//!         *self.0.lock().expect("not poisoned") += blob.bytes.len();
//!         ControlFlow::Continue(())
//!     }
//!     fn skipped(&self, _origin: &Origin, _why: Skip) {}
//! }
//!
//! let sink = Count::default();
//! let mut windows = Windows::new(64 * 1024);
//! let _ = windows.read(&mut &b"some bytes"[..], &Origin::stdin(), None, &sink);
//! assert_eq!(*sink.0.lock().expect("not poisoned"), 10);
//! ```

mod blob;
mod seam;
mod version;
mod windows;

pub use blob::{Blob, Carry};
pub use seam::{BlobSink, ContentId, Place, Sighted, Source, SourceError};
pub use version::{Base, Copied, Memory};
pub use windows::Windows;
