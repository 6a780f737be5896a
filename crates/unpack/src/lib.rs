//! Containers, opened under limits and streamed.
//!
//! - [`Container`] says what begins with some bytes, and opens it, one level;
//! - [`Expanded`] reads a compressed stream, told by its first bytes ([`Compression::of`]), as what it was before;
//! - [`tar`] walks over archives of tar, whatever wrote them, and goes on after what is damaged;
//! - [`zip`] walks over zip archives, without needing the directory at their end.
//!
//! What they read from need not be a file, nor know its end; nothing is written anywhere, and memory does not depend on
//! how large things are, except where they cannot be read in order: those are held in memory up to
//! [`Limits::held`]. What unpacking may cost is bounded by [`Limits`], for an outermost object and all that is in it
//! together ([`Budget`]). What cannot be unpacked is named: errors of reading carry a [`Trouble`], which is a
//! [`Skip`](keysieve_finding::Skip) for reports.
//!
//! Names in containers are bytes that somebody else chose. They are for reports, never for the disk.
//!
//! ```
//! use std::io::Read;
//! use keysieve_unpack::{Budget, Compression, Expanded, Input, Limits};
//! use keysieve_unpack::tar::{Part, Tar};
//!
//! /// Calls `with` with the path and the content of each entry of a layer, however it is compressed.
//! fn layer(reader: impl Read, mut with: impl FnMut(&[u8], &mut dyn Read)) -> std::io::Result<()> {
//!     let budget = Budget::new(Limits::default());
//!     let mut input = Input::new(budget.metered(reader));
//!     match Compression::of(input.peek(Compression::TOLD_BY)?) {
//!         Some(compression) => entries(Tar::new(Expanded::new(compression, input, budget.clone()), budget), &mut with),
//!         None => entries(Tar::over(input, budget), &mut with),
//!     }
//!     Ok(())
//! }
//!
//! fn entries<R: Read>(mut tar: Tar<R>, with: &mut impl FnMut(&[u8], &mut dyn Read)) {
//!     while let Some(part) = tar.next() {
//!         match part {
//!             Part::Entry(mut entry) => with(&entry.path().to_vec(), &mut entry),
//!             Part::Loose(mut bytes) => with(b"", &mut bytes),
//!             Part::Skip(skip) => eprintln!("{}: {}", skip.reason, skip.detail),
//!         }
//!     }
//! }
//! # let mut builder = ::tar::Builder::new(Vec::new());
//! # let mut header = ::tar::Header::new_gnu();
//! # header.set_size(5);
//! # builder.append_data(&mut header, "etc/motd", &b"hello"[..]).expect("memory");
//! # let mut encoder = flate2::read::GzEncoder::new(
//! #     std::io::Cursor::new(builder.into_inner().expect("memory")), flate2::Compression::fast());
//! # let mut bytes = Vec::new();
//! # encoder.read_to_end(&mut bytes)?;
//! # let mut seen = Vec::new();
//! # layer(bytes.as_slice(), |path, content| {
//! #     let mut text = String::new();
//! #     content.read_to_string(&mut text).expect("text");
//! #     seen.push((path.to_vec(), text));
//! # })?;
//! # assert_eq!(seen, [(b"etc/motd".to_vec(), "hello".to_owned())]);
//! # Ok::<(), std::io::Error>(())
//! ```

mod ar;
mod attached;
mod budget;
mod codec;
mod compression;
mod container;
mod cpio;
mod expanded;
mod gzip;
mod input;
mod lz4;
mod mail;
mod pack;
mod pdf;
mod rpm;
mod script;
mod seven_zip;
mod slice;
mod sqlite;
mod strings;
pub mod tar;
mod trouble;
mod unknown;
mod whole;
pub mod zip;

pub use budget::{Budget, Limits, Metered};
pub use compression::Compression;
pub use container::{Container, Inside};
pub use expanded::Expanded;
pub use input::Input;
pub use strings::Compiled;
pub use trouble::Trouble;
