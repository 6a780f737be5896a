//! What is counted of the layers of images while they are scanned, so that a later run need not read those in which
//! nothing was.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keysieve_finding::Origin;

use crate::below::Below;
use crate::run::Rules;
use crate::sighting::Sighting;

/// What was seen of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) objects: u64,
    pub(crate) bytes: u64,
    pub(crate) below: Below,
    /// Whether something is to be said of it.
    pub(crate) speaks: bool,
}

/// Layers that are being scanned.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Mutex<HashMap<Arc<str>, Tally>>);

impl Tallies {
    fn all(&self) -> MutexGuard<'_, HashMap<Arc<str>, Tally>> {
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
        let Origin::Image { blob, .. } = origin.outermost() else { return };
        let below = Below::of(rules, seen);
        let mut all = self.all();
        let tally = of(&mut all, blob);
        tally.bytes += bytes as u64;
        tally.objects += u64::from(ends);
        match below {
            Some(below) => tally.below.add(below),
            None => tally.speaks = true,
        }
    }

    /// Notes that something is to be said of an object.
    pub(crate) fn speaks(&self, origin: &Origin) {
        if let Origin::Image { blob, .. } = origin.outermost() {
            of(&mut self.all(), blob).speaks = true;
        }
    }

    /// What was seen of a layer, if nothing is to be said of it. Then it is forgotten.
    pub(crate) fn silent(&self, blob: &str) -> Option<Tally> {
        self.all().remove(blob).filter(|tally| !tally.speaks)
    }
}

fn of<'a>(all: &'a mut HashMap<Arc<str>, Tally>, blob: &Arc<str>) -> &'a mut Tally {
    if !all.contains_key(blob) {
        all.insert(Arc::clone(blob), Tally::default());
    }
    all.get_mut(blob).expect("a tally, because it was put there")
}
