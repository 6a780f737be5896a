//! What is counted of the layers of images, and of containers in git, while they are scanned, so that a later run need
//! not read those in which nothing was.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keysieve_finding::{GitPart, ObjectId, Origin};

use crate::below::Below;
use crate::run::Rules;
use crate::sighting::Sighting;

/// What was seen of a layer or a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) objects: u64,
    pub(crate) bytes: u64,
    pub(crate) below: Below,
    /// Whether something is to be said of it.
    pub(crate) speaks: bool,
}

/// What is counted by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Counted {
    /// A blob of an image.
    Layer(Arc<str>),
    /// A container in a repository, of which no other thread looks at anything.
    Container(ObjectId),
}

impl Counted {
    /// What an object belongs to.
    fn of(origin: &Origin) -> Option<Self> {
        match origin.outermost() {
            Origin::Image { blob, .. } => Some(Self::Layer(Arc::clone(blob))),
            Origin::Git { id, part: GitPart::Blob, .. } => Some(Self::Container(*id)),
            _ => None,
        }
    }
}

/// How many sightings of a layer are kept: one in which more was found is read again.
const MOST_SEEN: usize = 10_000;

/// What is kept of a layer or a container while it is scanned.
#[derive(Debug, Default)]
struct Kept {
    tally: Tally,
    /// What was seen in a layer, below the floors too.
    seen: Vec<Sighting>,
    /// Whether that is not all that is to be said of it.
    lost: bool,
}

impl Kept {
    fn add(&mut self, seen: &[Sighting]) {
        self.lost |= self.seen.len() + seen.len() > MOST_SEEN;
        if self.lost {
            self.seen = Vec::new();
        } else {
            self.seen.extend_from_slice(seen);
        }
    }
}

/// Layers and containers that are being scanned.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Mutex<HashMap<Counted, Kept>>);

impl Tallies {
    fn all(&self) -> MutexGuard<'_, HashMap<Counted, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a window of an object, and what was seen in it.
    pub(crate) fn scanned(
        &self,
        rules: &Rules<'_>,
        origin: &Origin,
        (bytes, ends): (usize, bool),
        seen: &[Sighting],
    ) {
        let Some(counted) = Counted::of(origin) else { return };
        let below = Below::of(rules, seen);
        let is_layer = matches!(counted, Counted::Layer(_));
        let mut all = self.all();
        let kept = all.entry(counted).or_default();
        if is_layer {
            kept.add(seen);
        }
        let tally = &mut kept.tally;
        tally.bytes += bytes as u64;
        tally.objects += u64::from(ends);
        match below {
            Some(below) => tally.below.add(below),
            None => tally.speaks = true,
        }
    }

    /// Notes that something is to be said of an object.
    pub(crate) fn speaks(&self, origin: &Origin) {
        if let Some(counted) = Counted::of(origin) {
            let mut all = self.all();
            let kept = all.entry(counted).or_default();
            kept.tally.speaks = true;
            kept.lost = true;
        }
    }

    /// What was seen of a layer, with the sightings if there is anything to be said of it, if they are all there is to
    /// say. Then it is forgotten.
    pub(crate) fn of_layer(&self, blob: &str) -> Option<(Tally, Vec<Sighting>)> {
        // Of one without files nothing is kept.
        let kept = self.all().remove(&Counted::Layer(blob.into())).unwrap_or_default();
        match (kept.tally.speaks, kept.lost) {
            (false, _) => Some((kept.tally, Vec::new())),
            (true, false) => Some((kept.tally, kept.seen)),
            (true, true) => None,
        }
    }

    /// What was seen in a container of a repository, if nothing is to be said of it. Then it is forgotten.
    pub(crate) fn silent_container(&self, id: ObjectId) -> Option<Tally> {
        let tally = self.all().remove(&Counted::Container(id)).unwrap_or_default().tally;
        (!tally.speaks).then_some(tally)
    }
}
