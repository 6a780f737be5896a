//! What was found and allowed, made safe to show.

use keysieve_finding::{Allowed, Finding};
use keysieve_policy::By;

use crate::merge::Names;

/// The finding of one place, and what allows it; `None` where nobody did, as below a floor.
pub(crate) fn allowed(finding: Finding, by: By<'_>, names: &mut Names<'_>) -> Option<Allowed> {
    let (by, entry, attributes) = by.allowed()?;
    // People write secrets into reasons, too.
    let mut safe = |text: &Option<String>| text.as_ref().map(|text| names.mask(text.as_bytes()));
    Some(Allowed {
        finding,
        by,
        reason: safe(&attributes.reason),
        owner: safe(&attributes.owner),
        expires: attributes.expires.map(|day| day.to_string()),
        entry: names.mask(entry.as_bytes()),
    })
}
