//! What is no finding itself but says something of one: certificates, of private keys.

use std::collections::{BTreeMap, HashSet};

use keysieve_engine::Engine;
use keysieve_finding::Certificate;

use crate::sighting::Sighting;

/// Leaves of the certificates those whose private keys were seen, too: of the others nothing is to be said.
pub(crate) fn drop_strangers(engine: &Engine, sightings: &mut Vec<Sighting>) {
    let is_witness = |sighting: &Sighting| engine.rule(sighting.rule).witness;
    let keys: HashSet<String> = sightings
        .iter()
        .filter(|sighting| !is_witness(sighting))
        .filter_map(|sighting| sighting.evidence.public_key.clone())
        .collect();
    sightings.retain(|sighting| {
        let is_known = |key: &String| keys.contains(key);
        !is_witness(sighting) || sighting.evidence.public_key.as_ref().is_some_and(is_known)
    });
}

/// Certificates by the digest of their public keys: of several for one key that which expires last, and of equal ones
/// the first.
pub(crate) struct Certificates(BTreeMap<String, Sighting>);

impl Certificates {
    /// Takes them out of what was seen, which is sorted.
    pub(crate) fn take(engine: &Engine, sightings: &mut Vec<Sighting>) -> Self {
        let (mut seen, mut by_key) =
            (Vec::with_capacity(sightings.len()), BTreeMap::<String, Sighting>::new());
        for sighting in sightings.drain(..) {
            if !engine.rule(sighting.rule).witness {
                seen.push(sighting);
                continue;
            }
            let Some(key) = sighting.evidence.public_key.clone() else { continue };
            let later = |other: &Sighting| sighting.evidence.expires > other.evidence.expires;
            if by_key.get(&key).is_none_or(later) {
                by_key.insert(key, sighting);
            }
        }
        *sightings = seen;
        Self(by_key)
    }

    /// The certificate for a public key; `name` says what reports call a path.
    pub(crate) fn of(&self, key: Option<&str>, name: impl FnOnce(&[u8]) -> String) -> Option<Certificate> {
        let sighting = self.0.get(key?)?;
        let evidence = &sighting.evidence;
        Some(Certificate {
            path: name(&sighting.location.origin.path()),
            line: sighting.location.line,
            subject: evidence.account.clone(),
            expires: evidence.expires.clone(),
            expired: evidence.expired,
        })
    }
}
