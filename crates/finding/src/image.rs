//! What only a container image says of a place.

use std::sync::Arc;

use serde::Serialize;

/// An image that was scanned: one platform of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Image {
    /// As it was asked for: `registry.example/team/app:1.2`, `oci:dir:latest`.
    pub name: String,
    /// What it is called whatever its tag, for services that file reports by name: `registry.example/team/app`.
    pub repository: String,
    /// The digest of its manifest: `sha256:…`; none where the source has no manifest, as in `docker save`.
    pub digest: Option<String>,
    /// The digest of its configuration.
    pub config: Option<String>,
    /// `linux/arm64/v8`; none if it is no program, as an attestation or a chart.
    pub platform: Option<String>,
    /// What it is, if it is not a plain image: `attestation of sha256:…`, `application/vnd.example.chart`.
    pub kind: Option<String>,
    /// How many layers it has.
    pub layers: usize,
}

/// A layer in an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layer {
    /// The digest of the blob, as it is stored and pulled.
    pub digest: String,
    /// The digest of what is in it, without its compression; none if the image does not say.
    pub diff_id: Option<String>,
    /// Which one from the bottom, from 0.
    pub index: usize,
    /// The step of the build that made it, as the image's history has it; none if the history does not fit the layers.
    pub instruction: Option<String>,
    /// Whether its bytes were not those that its digests promise.
    pub unverified: bool,
}

/// What has become of a file in the image as it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LayerState {
    /// It is there.
    Present,
    /// A later layer deletes it; whoever pulls the image has it all the same.
    Deleted,
    /// Something else has taken its place; whoever pulls the image has it all the same.
    Overwritten,
}

impl LayerState {
    /// Every state.
    pub const ALL: &'static [Self] = &[Self::Present, Self::Deleted, Self::Overwritten];

    /// The word that reports and options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Deleted => "deleted",
            Self::Overwritten => "overwritten",
        }
    }
}

/// Where in an image a place is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerPlace {
    /// The image.
    pub image: Arc<Image>,
    /// The layer; none for what describes the image.
    pub layer: Option<Arc<Layer>>,
    /// What has become of it.
    pub state: LayerState,
    /// The layer that deletes or overwrites it.
    pub hidden_by: Option<Arc<Layer>>,
    /// Other names of the same file: hard links, made safe to show.
    pub links: Vec<String>,
    /// The digest of the document, for what describes the image.
    pub document: Option<String>,
    /// The variable, label or build argument that holds it, for what describes the image.
    pub key: Option<String>,
}
