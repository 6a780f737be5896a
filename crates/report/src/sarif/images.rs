//! A run for each image: services file what is found by run, and an image that is gone closes what was found in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keysieve_finding::{Finding, Image, LayerPlace, Location, Outcome};
use serde_json::Value;

use super::model::LogicalLocation;
use crate::visible::visible;

/// GitHub and GitLab take no more runs in one file.
pub(crate) const MAX_RUNS: usize = 20;

/// What is found in each image by itself, with the name under which it is filed. None if there are no images, or too
/// many: then all of it is one run, and each result says its image.
pub(super) fn apart(outcome: &Outcome) -> Option<Vec<(Outcome, String)>> {
    if outcome.images.is_empty() || outcome.images.len() > MAX_RUNS {
        return None;
    }
    let mut taken = BTreeSet::new();
    let part = |image: &Arc<Image>| (of_image(outcome, image), id(image, &mut taken));
    Some(outcome.images.iter().map(part).collect())
}

/// The name of a run: without the tag, so that what is known stays known when the image is built again.
fn id(image: &Image, taken: &mut BTreeSet<String>) -> String {
    let plain = |text: &str| visible(text).trim_matches('/').to_owned();
    let base = format!("keysieve/image/{}/", plain(&image.repository));
    let platform = image.platform.as_deref().or(image.kind.as_deref()).map(plain);
    let with_platform = platform.map(|platform| format!("{base}{platform}/"));
    let numbered = (2..).map(|number| format!("{base}{number}/"));
    let mut names = [base.clone()].into_iter().chain(with_platform).chain(numbered);
    let free = names.find(|name| !taken.contains(name)).unwrap_or(base);
    taken.insert(free.clone());
    free
}

fn of_image(outcome: &Outcome, image: &Arc<Image>) -> Outcome {
    let here = |location: &Location| location.layer.as_ref().is_none_or(|place| *place.image == **image);
    let only = |before: &Finding| {
        let mut finding = before.clone();
        finding.locations.retain(here);
        finding.total_locations -= (before.locations.len() - finding.locations.len()) as u64;
        finding
    };
    let mut part = outcome.clone();
    part.findings = outcome.findings.iter().map(only).collect();
    part.findings.retain(|finding| !finding.locations.is_empty());
    for allowed in &mut part.allowed {
        allowed.finding.locations.retain(here);
    }
    part.allowed.retain(|allowed| !allowed.finding.locations.is_empty());
    part.images = vec![Arc::clone(image)];
    part
}

/// Which image a run is about.
pub(super) fn properties(outcome: &Outcome) -> BTreeMap<&'static str, Value> {
    let [image] = outcome.images.as_slice() else { return BTreeMap::new() };
    let said = [
        ("keysieve/image", Some(&image.name)),
        ("keysieve/imageDigest", image.digest.as_ref()),
        ("keysieve/imageConfig", image.config.as_ref()),
        ("keysieve/platform", image.platform.as_ref()),
        ("keysieve/imageKind", image.kind.as_ref()),
    ];
    said.into_iter().filter_map(|(name, said)| Some((name, Value::from(visible(said?))))).collect()
}

/// Where in the image a place is: `registry.example/app:1@sha256:…!/sha256:…!/etc/app.conf`.
pub(super) fn logical(place: &LayerPlace, location: &Location) -> LogicalLocation {
    let mut name = place.image.name.clone();
    if let Some(digest) = place.image.digest.as_deref().filter(|digest| !name.contains(digest)) {
        name.push_str(&format!("@{digest}"));
    }
    if let Some(layer) = &place.layer {
        name.push_str(&format!("!/{}", layer.digest));
    }
    name.push_str(&format!("!/{}", location.path));
    LogicalLocation { fully_qualified_name: visible(&name), kind: "resource" }
}

/// What is said of each place.
pub(super) fn place_properties(place: &LayerPlace) -> Vec<(&'static str, Value)> {
    let text = |text: &String| Value::from(visible(text));
    let layer = place.layer.as_deref();
    let hidden_by = place.hidden_by.as_deref();
    let said = [
        ("keysieve/image", Some(text(&place.image.name))),
        ("keysieve/imageDigest", place.image.digest.as_ref().map(text)),
        ("keysieve/platform", place.image.platform.as_ref().map(text)),
        ("keysieve/layerDigest", layer.map(|layer| text(&layer.digest))),
        ("keysieve/layerDiffId", layer.and_then(|layer| layer.diff_id.as_ref()).map(text)),
        ("keysieve/layerIndex", layer.map(|layer| Value::from(layer.index))),
        ("keysieve/instruction", layer.and_then(|layer| layer.instruction.as_ref()).map(text)),
        ("keysieve/layerUnverified", layer.filter(|layer| layer.unverified).map(|_| Value::from(true))),
        ("keysieve/state", Some(Value::from(place.state.as_str()))),
        ("keysieve/hiddenByLayer", hidden_by.map(|layer| Value::from(layer.index))),
        ("keysieve/hiddenByInstruction", hidden_by.and_then(|layer| layer.instruction.as_ref()).map(text)),
        ("keysieve/links", (!place.links.is_empty()).then(|| place.links.iter().map(text).collect())),
        ("keysieve/key", place.key.as_ref().map(text)),
    ];
    said.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
