//! Events in the fields of the Elastic Common Schema, one flat JSON object a line and place.
//! <https://www.elastic.co/docs/reference/ecs/ecs-field-reference>; what it has no field for is below `keysieve.`.

use std::io::{self, Write};

use keysieve_finding::{Outcome, Severity};
use serde_json::{Map, Value, json};

use crate::ocsf::name;
use crate::places::{self, Identities, Place};
use crate::visible::visible;
use crate::{Context, sentence};

pub(crate) fn write(outcome: &Outcome, context: &Context, out: &mut dyn Write) -> io::Result<()> {
    let mut identities = Identities::default();
    for place in places::in_order(outcome) {
        serde_json::to_writer(&mut *out, &event(place, identities.of(place), context))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn event(Place { finding, location }: Place<'_>, identity: [u8; 16], context: &Context) -> Value {
    let rule = &finding.rule;
    let mut event = Map::new();
    let mut put = |field: &str, value: Value| event.insert(field.to_owned(), value);
    put("@timestamp", format!("{}Z", context.time).into());
    put("ecs.version", "8.11.0".into());
    put("event.kind", "alert".into());
    put("event.category", json!(["vulnerability"]));
    put("event.type", json!(["info"]));
    put("event.module", "keysieve".into());
    put("event.dataset", "keysieve.finding".into());
    put("event.id", places::uuid(identity).into());
    put("event.severity", number(finding.severity).into());
    put("message", sentence::of(finding, location).into());
    put("observer.product", "keysieve".into());
    put("observer.version", context.version.as_str().into());
    put("rule.id", visible(&rule.id).into());
    put("rule.name", visible(&rule.name).into());
    put("rule.category", visible(&rule.provider).into());
    put("rule.ruleset", context.ruleset.as_str().into());
    if let Some(link) = sentence::link(&rule.docs) {
        put("rule.reference", link.into());
    }
    put("file.path", visible(&location.path).into());
    put("file.name", name(&location.path).into());
    put("log.level", finding.severity.as_str().into());
    put("keysieve.severity", finding.severity.as_str().into());
    put("keysieve.confidence", finding.confidence.as_str().into());
    put("keysieve.fingerprint", finding.fingerprint.to_string().into());
    put("keysieve.mask", finding.secret.masked().into());
    put("keysieve.line", location.line.into());
    put("keysieve.column", location.column.into());
    put("keysieve.byte_start", location.byte_start.into());
    put("keysieve.byte_end", location.byte_end.into());
    put("keysieve.remediation", sentence::advice(finding).into());
    Value::Object(event)
}

/// On the scale of Elastic's own rules, from 0 to 100.
fn number(severity: Severity) -> u8 {
    match severity {
        Severity::Low => 21,
        Severity::Medium => 47,
        Severity::High => 73,
        Severity::Critical => 99,
    }
}
