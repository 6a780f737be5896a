//! What only tests need.
//!
//! - [`CutSource`] holds objects in memory and hands them over in windows cut wherever a test wants, and [`Recorder`]
//!   is a sink that checks that a source keeps the contract of the seam; together they prove that cutting changes
//!   nothing.
//! - [`Tree`], [`Text`] and [`Planted`] make files and texts from a seed: the same ones on every machine.
//! - [`example_tree`] makes the tree that is bundled under `fixtures/example`.
//! - [`Corpus`] is a tree of labelled lines, and [`Score`] says what a scan found of it.
//! - [`TestImage`] and [`TestLayout`] are container images in memory.
//! - [`FloorPlan`] says which crate may use which.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use keysieve_finding::Origin;
//! use keysieve_source::Source;
//! use keysieve_testkit::{CutSource, Cuts, Recorder};
//!
//! for cuts in CutSource::at_every_point(Origin::file(b"a.txt"), b"two\nlines") {
//!     let sink = Recorder::new();
//!     cuts.visit(NonZeroUsize::MIN, &sink).expect("objects in memory are always there");
//!     assert_eq!(sink.objects()[&Origin::file(b"a.txt")], b"two\nlines");
//! }
//! # let _ = Cuts::Whole;
//! ```

mod corpus;
mod cut_source;
mod example;
mod floor_plan;
mod image;
mod planted;
mod random;
mod recorder;
mod text;
mod tree;

pub use corpus::{Corpus, CorpusError, Hit, Part, Sample, SampleFile, Score, Tally};
pub use cut_source::{CutSource, Cuts};
pub use example::example_tree;
pub use floor_plan::{Breach, Dependency, FloorPlan, MetadataError, Usage};
pub use image::{ImageLayer, Packing, TestImage, TestLayout, digest, gzip};
pub use planted::Planted;
pub use random::Random;
pub use recorder::Recorder;
pub use text::Text;
pub use tree::Tree;
