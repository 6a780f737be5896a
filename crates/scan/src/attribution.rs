//! Between what was seen and what is judged: the source says where it stands.

use std::num::NonZeroUsize;

use keysieve_finding::{GitPart, Origin};
use keysieve_source::{Sighted, Source, SourceError};

use crate::sighting::Sighting;
use crate::sink::Sink;
use crate::versions;

/// Numbers the values that a rule finds under one name in one object. The number is part of the fingerprint of short
/// secrets, so it must not depend on what else is in the source, nor on where the object turns out to stand. What has a
/// number keeps it.
pub(crate) fn number(sightings: &mut [Sighting]) {
    sightings.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut ordinals = std::collections::HashMap::new();
    let mut object: Option<&Origin> = None;
    for sighting in sightings.iter_mut().filter(|sighting| sighting.ordinal.is_none()) {
        if object != Some(&sighting.location.origin) {
            ordinals.clear();
        }
        let count: &mut u64 = ordinals.entry((sighting.rule, sighting.name.clone())).or_default();
        sighting.ordinal = Some(*count);
        *count += 1;
        object = Some(&sighting.location.origin);
    }
}

fn key(sighting: &Sighting) -> (&Origin, u64, u64, u32) {
    let location = &sighting.location;
    (&location.origin, location.byte_start, location.byte_end, sighting.rule)
}

/// Makes one sighting of each place where something stands, and one of all versions of one file.
pub(crate) fn attribute(
    source: &dyn Source,
    threads: NonZeroUsize,
    sink: &Sink<'_>,
    sightings: Vec<Sighting>,
) -> Result<Vec<Sighting>, SourceError> {
    if sightings.is_empty() {
        return Ok(sightings);
    }
    let asked: Vec<Sighted<'_>> = sightings.iter().map(sighted).collect();
    let Some(places) = source.attribute(&asked, threads, sink)? else { return Ok(sightings) };
    let mut standing = Vec::with_capacity(sightings.len());
    for (sighting, places) in sightings.into_iter().zip(places) {
        let Some((last, others)) = places.split_last() else {
            standing.extend(source.keeps_unplaced().then_some(sighting));
            continue;
        };
        for place in others {
            let mut copy = sighting.clone();
            copy.location.origin = place.origin.clone();
            copy.location.git.clone_from(&place.git);
            copy.location.layer.clone_from(&place.layer);
            standing.push(copy);
        }
        let mut sighting = sighting;
        sighting.location.origin = last.origin.clone();
        sighting.location.git.clone_from(&last.git);
        sighting.location.layer.clone_from(&last.layer);
        standing.push(sighting);
    }
    standing.retain_mut(|sighting| judge_place(sighting, sink));
    // Two versions of a file in two layers are two files.
    let (layered, others): (Vec<_>, Vec<_>) =
        standing.into_iter().partition(|sighting| sighting.location.layer.is_some());
    let mut folded = versions::fold(others);
    folded.extend(layered);
    Ok(folded)
}

/// Judges again what was judged without knowing the path. Says whether anything is left.
fn judge_place(sighting: &mut Sighting, sink: &Sink<'_>) -> bool {
    let Origin::Git { part: GitPart::Blob, path, .. } = &sighting.location.origin else { return true };
    if let Some(score) = sighting.score {
        match score.confidence(sighting.location.origin.kind()) {
            Some(confidence) => sighting.confidence = confidence,
            None => return false,
        }
    }
    sink.rules.holds(sighting.rule, path.as_deref().unwrap_or_default())
}

fn sighted(sighting: &Sighting) -> Sighted<'_> {
    let location = &sighting.location;
    let (byte_start, byte_end) = (location.byte_start, location.byte_end);
    Sighted { origin: &location.origin, secret: &sighting.secret, byte_start, byte_end }
}
