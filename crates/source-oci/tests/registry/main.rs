//! Registries: one that misbehaves as it is told, and a real one.

mod foreign;
mod mirrors;
mod misbehaving;
mod real;
mod server;
mod tags;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use keysieve_finding::{Origin, Skip};
use keysieve_source::{Source, SourceError};
use keysieve_source_oci::{Credentials, ImageSource, Options, Reference, RegistryOptions};
use keysieve_testkit::{ImageLayer, Packing, Recorder, TestImage};

/// What was handed over: files by path, and what was not.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) files: BTreeMap<String, usize>,
    pub(crate) skips: Vec<Skip>,
    /// What images are called.
    pub(crate) images: Vec<String>,
}

/// An image with a large layer and a small one.
pub(crate) fn image() -> TestImage {
    let noise: Vec<u8> = (0..600_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    TestImage::new("linux", "amd64")
        .layer(ImageLayer::new("COPY large /").file("large", noise).packed(Packing::Plain))
        .layer(ImageLayer::new("COPY small /").file("small", "little"))
}

pub(crate) fn options(credentials: Credentials) -> Options {
    let first_wait = Duration::from_millis(10);
    let registry = RegistryOptions { credentials, first_wait, ..RegistryOptions::default() };
    Options { platforms: keysieve_source_oci::Platforms::All, registry, ..Options::default() }
}

pub(crate) fn scan(reference: &str, options: Options) -> Result<Seen, SourceError> {
    let reference = Reference::parse(reference).expect("a reference");
    let source = ImageSource::new(vec![reference], options).expect("a source");
    let sink = Recorder::new();
    source.visit(NonZeroUsize::new(2).expect("two"), &sink)?;
    let files = sink.objects().into_iter().filter(|(origin, _)| matches!(origin, Origin::Image { .. }));
    let path = |origin: &Origin| String::from_utf8_lossy(&origin.path()).into_owned();
    Ok(Seen {
        files: files.map(|(origin, bytes)| (path(&origin), bytes.len())).collect(),
        images: source.images().iter().map(|image| image.name.clone()).collect(),
        skips: sink.skips().into_iter().map(|(_, skip)| skip).collect(),
    })
}

/// Asserts that everything of the image was seen.
pub(crate) fn whole(seen: &Seen) {
    assert!(seen.skips.is_empty(), "{:?}", seen.skips);
    assert_eq!(seen.files.get("large"), Some(&600_000), "{:?}", seen.files);
    assert_eq!(seen.files.get("small"), Some(&6));
}
