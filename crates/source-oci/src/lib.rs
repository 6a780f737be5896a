//! Container images: every file of every layer, and every text that describes them.
//!
//! A [`Reference`] says where an image is: in a registry, in a layout directory, in an archive, at a daemon's socket or
//! on standard input. An [`ImageSource`] follows indexes to the platforms that are asked for, and hands over
//!
//! - the texts of manifests, indexes and configurations, each under the name of its field, such as
//!   `image-config.json!/config.Env[1]`;
//! - the files of every layer as they are in the layer, those that a later layer deletes or overwrites too: whoever
//!   pulls the image has them.
//!
//! Bytes are hashed, unpacked, walked and scanned as they come. Nothing is written to disk, memory does not depend on
//! how large a layer is, and each layer is read once, however many images have it. What was found is then said to stand
//! in each of these images, with the layer, the step of the build that made it, and what has become of the file.
//!
//! A layer that is damaged, or is not what its digest promises, is named and loses no other.
//!
//! ```no_run
//! use std::num::NonZeroUsize;
//! use keysieve_source::Source;
//! use keysieve_source_oci::{ImageSource, Options, Reference};
//! # use keysieve_finding::{Origin, Skip};
//! # struct Sink;
//! # impl keysieve_source::BlobSink for Sink {
//! #     fn blob(&self, _: keysieve_source::Blob<'_>) -> std::ops::ControlFlow<()> { std::ops::ControlFlow::Continue(()) }
//! #     fn skipped(&self, _: &Origin, _: Skip) {}
//! # }
//! # let sink = Sink;
//!
//! let image = Reference::parse("registry.example/team/app:1.2")?;
//! let source = ImageSource::new(vec![image], Options::default())?;
//! source.visit(NonZeroUsize::MIN, &sink)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod archive;
mod attribution;
mod base;
mod bolt;
mod content;
mod daemon;
mod daemon_address;
mod digest;
#[cfg(unix)]
mod directory;
mod docker_root;
mod error;
mod event;
mod fields;
mod history;
mod layer;
mod layers;
mod layout;
mod members;
mod memo;
mod model;
mod names;
mod open;
mod overlay;
mod piped;
mod platform;
mod reference;
mod referrers;
mod registry;
mod resolve;
mod source;
mod storage;
mod store;
mod stream;
mod tags;
mod visit;

pub use digest::Digest;
pub use error::Error;
pub use event::{LayerEvent, Progress, Watcher};
pub use platform::{Platform, UnknownPlatform};
pub use reference::Reference;
pub use registry::{Credential, Credentials, Mirrors, RegistryOptions};
pub use resolve::Platforms;
pub use source::{Base, ImageSource, Options};
pub use tags::Tags;
