//! Files below a path, in parallel.
//!
//! A [`FileSource`] walks directories and hands over every file in them, hidden ones included, in windows of bounded
//! size, from as many threads as it is given. What it does not hand over, it names: ignored entries, symbolic links,
//! FIFOs, the object store of a repository, and whatever cannot be read or is gone by the time it is opened. Each
//! entry ends up as an object or as a skip, and each exactly once, even where the paths asked for overlap.
//!
//! # What is left out
//! Inside a git work tree `.gitignore` files and `.git/info/exclude` count, with ripgrep's meaning: what they match is
//! left out even if git tracks it, and an ignored directory is one skip and is not listed. Outside of a work tree
//! they mean nothing. The user's own git configuration, `.ignore` and `.rgignore` files are not looked at. A path that
//! was asked for by name is never ignored; the globs and the size limit of the [builder](FileSourceBuilder) hold for
//! it, too, because they were asked for as well.
//!
//! # What things are called
//! Paths are relative to the root of the work tree if everything asked for lies in the same one. Else, where a single
//! directory was asked for, they are relative to it; a single file keeps its path as given if that is relative and
//! does not leave the current directory, else its name alone. Else each begins with the argument as given, so that no
//! two files share a name. [`FileSource::resolve`] leads back to the file.
//!
//! # What is read
//! A file is read to the end it had when it was opened, or later: a read that brings nothing ends it, and so does
//! the size it has once it turns out not to fit one read. What is appended after that is not waited for. Files that
//! say they are empty and are not, such as those of `/proc`, are read until they end.
//!
//! Where several threads scan, more than that read, since those that wait for a disk do not scan; never more than
//! the number asked for are in the sink at once.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use std::ops::ControlFlow;
//! use std::sync::Mutex;
//! use keysieve_finding::{Origin, Skip, SkipReason};
//! use keysieve_source::{Blob, BlobSink, Source};
//! use keysieve_source_fs::FileSource;
//!
//! #[derive(Default)]
//! struct Names(Mutex<Vec<String>>);
//!
//! impl BlobSink for Names {
//!     fn blob(&self, blob: Blob<'_>) -> ControlFlow<()> {
//!         let name = String::from_utf8_lossy(&blob.origin.path()).into_owned();
//!         self.0.lock().expect("not poisoned").push(name);
//!         ControlFlow::Continue(())
//!     }
//!     fn skipped(&self, origin: &Origin, why: Skip) {
//!         assert_eq!((origin.path(), why.reason), (b"old.log".to_vec(), SkipReason::Ignored));
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dir = tempfile::tempdir()?;
//! std::fs::write(dir.path().join(".env"), "TOKEN=")?;
//! std::fs::write(dir.path().join("old.log"), "")?;
//!
//! let source = FileSource::builder().path(dir.path()).exclude("*.log").build()?;
//! let sink = Names::default();
//! source.visit(NonZeroUsize::MIN, &sink)?;
//! assert_eq!(*sink.0.lock().expect("not poisoned"), [".env"]);
//! assert_eq!(source.resolve(&Origin::file(b".env")), Some(dir.path().join(".env")));
//! # Ok(())
//! # }
//! ```

mod builder;
mod error;
mod file;
mod folder;
mod gate;
mod git;
mod globs;
mod name;
mod root;
mod rules;
mod source;
mod stdin;
mod walk;

pub use builder::FileSourceBuilder;
pub use error::Error;
pub use source::FileSource;
pub use stdin::StdinSource;

/// How much of a file is read at once, in bytes. Most files fit, so most are one window.
const WINDOW: usize = 1 << 20;
