//! What was allowed, for those who want to see it: most services show a suppressed result as open, so these are written
//! only on request.

use std::collections::BTreeMap;

use keysieve_finding::{Allowed, AllowedBy};
use serde_json::Value;

use super::message::text;
use super::model::Suppression;

/// Why a result is no open one.
pub(super) fn of(allowed: &Allowed) -> Suppression {
    let kind = match allowed.by {
        AllowedBy::Inline => "inSource",
        AllowedBy::IgnoreFile | AllowedBy::Config | AllowedBy::Baseline => "external",
    };
    let mut properties = BTreeMap::from([("keysieve/entry", Value::from(allowed.entry.as_str()))]);
    for (name, value) in [("keysieve/owner", &allowed.owner), ("keysieve/expires", &allowed.expires)] {
        if let Some(value) = value {
            properties.insert(name, Value::from(value.as_str()));
        }
    }
    let justification = allowed.reason.as_ref().map(|reason| text(reason).text);
    Suppression { kind, status: "accepted", justification, properties }
}
