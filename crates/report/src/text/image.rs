//! Findings in images: image by image, layer by layer, each under the step of the build that made it.

use std::io::{self, Write};

use keysieve_finding::{Finding, Image, LayerPlace, Location, Outcome};

use super::paint::{BOLD, DIM, Paint};
use super::{Block, gutter, paint};
use crate::visible::visible;
use crate::{Context, words};

/// How much of a step is shown.
const MAX_STEP: usize = 160;

/// Where a finding is listed: the image's place in the order, and the layer, the documents first.
type Group = (usize, Option<usize>);

pub(super) fn write(
    outcome: &Outcome,
    context: &Context,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let group = |location: &Location| group(outcome, location);
    let mut findings: Vec<(Group, Finding)> = Vec::with_capacity(outcome.findings.len());
    for finding in &outcome.findings {
        let mut finding = finding.clone();
        finding.locations.sort_by_key(group);
        let first = finding.locations.first().map_or((usize::MAX, None), group);
        findings.push((first, finding));
    }
    findings.sort_by_key(|(group, _)| *group);
    let mut shown: Option<Group> = None;
    for (group, finding) in &findings {
        if let Some(place) = finding.locations.first().and_then(|first| first.layer.as_deref()) {
            if shown.is_none_or(|shown| shown.0 != group.0) {
                writeln!(out, "{}", paint.with(BOLD, visible(&words::image(&place.image))))?;
                shown = None;
            }
            if shown != Some(*group) {
                writeln!(out, "{}\n", paint.with(BOLD, heading(place)))?;
            }
            shown = Some(*group);
        }
        let style = paint::severity(finding.severity);
        Block { finding, context, paint, style, gutter: gutter(finding) }.write(out)?;
        writeln!(out)?;
    }
    quiet(outcome, &findings, paint, out)
}

/// Names the images in which nothing was found.
fn quiet(
    outcome: &Outcome,
    findings: &[(Group, Finding)],
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let has = |image: &Image| {
        let places = findings.iter().flat_map(|(_, finding)| &finding.locations);
        places.filter_map(|location| location.layer.as_ref()).any(|place| *place.image == *image)
    };
    for image in outcome.images.iter().filter(|image| !has(image)) {
        writeln!(out, "{}", paint.with(DIM, format!("Nothing found in {}.", visible(&words::image(image)))))?;
    }
    Ok(())
}

fn group(outcome: &Outcome, location: &Location) -> Group {
    let Some(place) = &location.layer else { return (usize::MAX, None) };
    let image = outcome.images.iter().position(|image| **image == *place.image).unwrap_or(usize::MAX - 1);
    (image, place.layer.as_ref().map(|layer| layer.index))
}

/// `  layer 2 of 5, sha256:0123456789ab: COPY . /app`
fn heading(place: &LayerPlace) -> String {
    let Some(layer) = &place.layer else { return "  what describes the image".to_owned() };
    let step = layer.instruction.as_deref().unwrap_or("(the history does not say how it was made)");
    let step: String = match step.char_indices().nth(MAX_STEP) {
        Some((cut, _)) => format!("{}…", &step[..cut]),
        None => step.to_owned(),
    };
    let (number, of, digest) = (layer.index + 1, place.image.layers, words::short(&layer.digest));
    let unverified = if layer.unverified { ", not what its digest promises" } else { "" };
    format!("  layer {number} of {of}, {digest}{unverified}: {}", visible(&step))
}
