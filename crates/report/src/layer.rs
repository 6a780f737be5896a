//! Where in a container image a place is, as JSON says it.

use std::sync::Arc;

use keysieve_finding::{Image, Layer, LayerPlace, LayerState};
use serde::Serialize;

/// An image that was scanned.
#[derive(Serialize)]
pub(crate) struct ImageRecord<'a> {
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    layers: usize,
}

impl<'a> ImageRecord<'a> {
    pub(crate) fn of(image: &'a Arc<Image>) -> Self {
        Self {
            image: &image.name,
            digest: image.digest.as_deref(),
            config: image.config.as_deref(),
            platform: image.platform.as_deref(),
            kind: image.kind.as_deref(),
            layers: image.layers,
        }
    }
}

/// Where in an image a place is.
#[derive(Serialize)]
pub(crate) struct LayerRecord<'a> {
    image: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'a str>,
    /// Of the layer, or of the document that describes the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    /// Null where the history does not say.
    instruction: Option<&'a str>,
    state: LayerState,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden_by: Option<HiddenBy<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    links: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unverified: bool,
}

/// The layer that deletes or overwrites a file.
#[derive(Serialize)]
struct HiddenBy<'a> {
    digest: &'a str,
    index: usize,
    instruction: Option<&'a str>,
}

impl<'a> LayerRecord<'a> {
    pub(crate) fn of(place: &'a LayerPlace) -> Self {
        let layer = place.layer.as_deref();
        let hidden_by = |layer: &'a Arc<Layer>| HiddenBy {
            digest: &layer.digest,
            index: layer.index,
            instruction: layer.instruction.as_deref(),
        };
        Self {
            image: &place.image.name,
            image_digest: place.image.digest.as_deref(),
            platform: place.image.platform.as_deref(),
            digest: layer.map(|layer| layer.digest.as_str()).or(place.document.as_deref()),
            diff_id: layer.and_then(|layer| layer.diff_id.as_deref()),
            index: layer.map(|layer| layer.index),
            instruction: layer.and_then(|layer| layer.instruction.as_deref()),
            state: place.state,
            hidden_by: place.hidden_by.as_ref().map(hidden_by),
            links: &place.links,
            key: place.key.as_deref(),
            unverified: layer.is_some_and(|layer| layer.unverified),
        }
    }
}
