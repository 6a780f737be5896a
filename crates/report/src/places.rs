//! Findings place by place, for formats that know no finding with more than one.

use std::cmp::Reverse;
use std::collections::HashMap;

use keysieve_finding::{Finding, Fingerprint, Location, Outcome};

/// One place of one finding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) location: &'a Location,
}

/// Every place of every finding in the outcome's order.
pub(crate) fn in_order(outcome: &Outcome) -> impl Iterator<Item = Place<'_>> {
    outcome
        .findings
        .iter()
        .flat_map(|finding| finding.locations.iter().map(move |location| Place { finding, location }))
}

/// Every place, those of the worst findings first and otherwise in the outcome's order: what is cut off at the end is
/// what matters least.
pub(crate) fn worst_first(outcome: &Outcome) -> Vec<Place<'_>> {
    let mut places: Vec<Place<'_>> = in_order(outcome).collect();
    places.sort_by_key(|place| Reverse((place.finding.severity, place.finding.confidence)));
    places
}

/// Gives each place an identity that stays when lines move: of the finding's fingerprint, the path, and which one of
/// its kind it is there. Every place in the outcome's order must be asked once.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    seen: HashMap<(Fingerprint, String), u64>,
}

impl Identities {
    /// 128 bits of the place. They say nothing of the secret that its fingerprint does not.
    pub(crate) fn of(&mut self, place: Place<'_>) -> [u8; 16] {
        let Place { finding, location } = place;
        let count = self.seen.entry((finding.fingerprint, location.path.clone())).or_default();
        let text = format!("{}\0{}\0{count}", finding.fingerprint, location.path);
        *count += 1;
        let mut bits = [0; 16];
        bits.copy_from_slice(
            &blake3::derive_key("keysieve 2026-11 place of a finding", text.as_bytes())[..16],
        );
        bits
    }
}

/// Bits as 32 hexadecimal digits.
pub(crate) fn hex(bits: [u8; 16]) -> String {
    bits.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bits as a UUID of version 8, the one for other people's hashes (RFC 9562).
pub(crate) fn uuid(mut bits: [u8; 16]) -> String {
    bits[6] = bits[6] & 0x0f | 0x80;
    bits[8] = bits[8] & 0x3f | 0x80;
    let digits = hex(bits);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-8fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-8000-8000-000000000000");
    }
}
