//! Which rule has a secret that several claim.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::sighting::Sighting;

/// Leaves, of every set of sightings whose secrets overlap, the one of the most specific rule; of equal rules the one
/// behind encodings, then the one whose word stands nearer, then
/// the longer secret, then the earlier rule.
pub(crate) fn settle(mut sightings: Vec<Sighting>) -> Vec<Sighting> {
    if sightings.len() < 2 {
        return sightings;
    }
    let direct: HashSet<_> =
        sightings.iter().filter(|it| it.decoded.is_none()).map(|it| (it.rule, it.span)).collect();
    // What is found in its place as it is needs no decoding of what is around it.
    sightings.retain(|it| it.decoded != Some(true) || !direct.contains(&(it.rule, it.span)));
    sightings.sort_by_key(|sighting| {
        let length = sighting.span.1 - sighting.span.0;
        (
            Reverse(sighting.specificity),
            sighting.decoded.is_none(),
            sighting.distance,
            Reverse(length),
            sighting.span.0,
            sighting.rule,
        )
    });
    // Kept spans are disjoint, so looking at the two neighbours of a place is enough.
    let mut taken = std::collections::BTreeMap::new();
    sightings.retain(|sighting| {
        let (start, end) = sighting.span;
        let before = taken.range(..end).next_back();
        let free = before.is_none_or(|(_, &other_end)| other_end <= start);
        if free {
            taken.insert(start, end);
        }
        free
    });
    sightings.sort_by_key(|sighting| (sighting.span.0, sighting.rule));
    sightings
}
