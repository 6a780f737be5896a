//! What lies below the floors of a policy: it is only counted.

use keysieve_finding::Suppressed;

use crate::run::Rules;
use crate::sighting::Sighting;

/// How many sightings lie below the floors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Below {
    pub(crate) severity: u32,
    pub(crate) confidence: u32,
}

impl Below {
    /// Takes out of the sightings of an object those that lie below a floor, and counts them.
    pub(crate) fn take(rules: &Rules<'_>, sightings: &mut Vec<Sighting>) -> Self {
        let (policy, mut below) = (rules.policy, Self::default());
        sightings.retain(|sighting| {
            let rule = rules.engine.rule(sighting.rule);
            if rule.witness {
                return true;
            }
            let info = &rule.info;
            let floors = (info.severity < policy.min_severity, sighting.confidence < policy.min_confidence);
            let counts = || policy.looks_at(&info.id, &sighting.location.origin.path());
            match floors {
                (false, false) => return true,
                (true, _) if counts() => below.severity += 1,
                (false, true) if counts() => below.confidence += 1,
                _ => {}
            }
            false
        });
        below
    }

    /// How many lie below a floor, if all of them do, and none may count for what stands near it.
    pub(crate) fn of(rules: &Rules<'_>, sightings: &[Sighting]) -> Option<Self> {
        if sightings.is_empty() {
            return Some(Self::default());
        }
        // What is part of something else may not count because of it.
        let is_part = |sighting: &Sighting| !rules.engine.rule(sighting.rule).part_of.is_empty();
        if !rules.policy.composite.is_empty() || sightings.iter().any(is_part) {
            return None;
        }
        let mut rest = sightings.to_vec();
        let below = Self::take(rules, &mut rest);
        rest.is_empty().then_some(below)
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.severity = self.severity.saturating_add(other.severity);
        self.confidence = self.confidence.saturating_add(other.confidence);
    }

    /// Counts them in an outcome.
    pub(crate) fn count(self, suppressed: &mut Suppressed) {
        suppressed.severity += u64::from(self.severity);
        suppressed.confidence += u64::from(self.confidence);
    }
}
