//! What receivers of alerts want to hear.

use std::fmt::Write as _;
use std::str::FromStr;

use hmac::{Hmac, Mac};
use keysieve_finding::Severity;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::moment::moment;
use crate::{Event, Kind};

/// Whose language a receiver speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The event itself.
    Json,
    /// A message to a Slack webhook.
    Slack,
    /// An adaptive card to a Teams workflow.
    Teams,
    /// An event of PagerDuty's Events API v2.
    PagerDuty,
    /// A list of one alert to Alertmanager's API v2.
    Alertmanager,
    /// A message of RFC 5424, with what matters as structured data.
    Syslog,
    /// A message of RFC 5424 with an event in the Common Event Format.
    Cef,
}

/// A word that names no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatError;

impl std::fmt::Display for FormatError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("expected json, slack, teams, pagerduty, alertmanager, syslog or cef")
    }
}

impl std::error::Error for FormatError {}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(word: &str) -> Result<Self, FormatError> {
        Ok(match word {
            "json" => Self::Json,
            "slack" => Self::Slack,
            "teams" => Self::Teams,
            "pagerduty" => Self::PagerDuty,
            "alertmanager" => Self::Alertmanager,
            "syslog" => Self::Syslog,
            "cef" => Self::Cef,
            _ => return Err(FormatError),
        })
    }
}

impl Format {
    /// The body of a request; `key` is PagerDuty's routing key. Sources: Slack "Sending messages using incoming webhooks",
    /// Microsoft "Workflows webhook" with Adaptive Cards 1.4, PagerDuty "Events API v2", Alertmanager's OpenAPI v2.
    #[must_use]
    pub fn body(self, event: &Event, key: &str) -> Value {
        match self {
            Self::Json => json!(event),
            Self::Slack => {
                let text = clipped(&slack_escaped(&text(event)), 2900);
                json!({
                    "text": clipped(&slack_escaped(&summary(event)), 1000),
                    "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": text } }],
                })
            }
            Self::Teams => json!({
                "type": "message",
                "attachments": [{
                    "contentType": "application/vnd.microsoft.card.adaptive",
                    "content": {
                        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                        "type": "AdaptiveCard",
                        "version": "1.4",
                        "body": [
                            { "type": "TextBlock", "weight": "Bolder", "wrap": true, "text": summary(event) },
                            { "type": "TextBlock", "wrap": true, "text": clipped(&text(event), 5000) },
                        ],
                    },
                }],
            }),
            Self::PagerDuty => pagerduty(event, key),
            Self::Alertmanager => alertmanager(event),
            // These go out as lines.
            Self::Syslog | Self::Cef => Value::Null,
        }
    }
}

fn pagerduty(event: &Event, key: &str) -> Value {
    json!({
        "routing_key": key,
        "event_action": match event.kind {
            Kind::Firing | Kind::Summary => "trigger",
            Kind::Acknowledged => "acknowledge",
            Kind::Resolved => "resolve",
        },
        "dedup_key": event.id,
        "payload": {
            "summary": clipped(&summary(event), 1024),
            "source": clipped(&event.source.file, 1024),
            "severity": match event.severity {
                Severity::Critical => "critical",
                Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low => "info",
            },
            "custom_details": event,
        },
    })
}

/// Alertmanager takes an alert for resolved that is not repeated within minutes; a leak is over when someone says so.
const STANDS: u64 = 30 * 24 * 3600;

fn alertmanager(event: &Event) -> Value {
    let place = &event.source;
    let label = |value: &Option<String>| value.clone().unwrap_or_default();
    let over = if event.kind == Kind::Resolved { event.time } else { event.time + STANDS };
    json!([{
        "labels": {
            "alertname": "KeysieveSecretLeaked",
            "rule": event.rule,
            "severity": event.severity,
            "id": event.id,
            "namespace": label(&place.namespace),
            "pod": label(&place.pod),
            "container": label(&place.container),
        },
        "annotations": { "summary": summary(event), "description": text(event) },
        "startsAt": moment(event.first_seen),
        "endsAt": moment(over),
    }])
}

/// `sha256=` and the HMAC-SHA-256 of a body, in hex: what a signed request carries in `X-Keysieve-Signature`.
#[must_use]
pub fn signature(key: &[u8], body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.finalize().into_bytes().iter().fold("sha256=".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What happened, in one line.
pub(crate) fn summary(event: &Event) -> String {
    let Event { rule, count, source, .. } = event;
    let file = source.file.escape_debug();
    match event.kind {
        Kind::Firing => format!("Secret in a log: {rule} in {file}"),
        Kind::Summary => format!("Secret still in a log: {rule} in {file}, {count} times"),
        Kind::Acknowledged => format!("Someone looks at a secret in a log: {rule} in {file}"),
        Kind::Resolved => format!("Secret in a log is dealt with: {rule} in {file}, {count} times"),
    }
}

fn text(event: &Event) -> String {
    let mut text = format!("{}\n{}\n{}", summary(event), event.excerpt, event.advice);
    let place = &event.source;
    if let (Some(namespace), Some(pod), Some(container)) = (&place.namespace, &place.pod, &place.container) {
        let _ = write!(text, "\nnamespace {namespace}, pod {pod}, container {container}");
    }
    if !event.reason.is_empty() {
        let _ = write!(text, "\n{}", event.reason);
    }
    let _ = write!(text, "\nalert {}", event.id);
    text
}

/// A log line must not mention everyone, nor hide a link.
fn slack_escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn clipped(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;

    fn event() -> Event {
        Event {
            rule: "github-pat".to_owned(),
            severity: Severity::Critical,
            source: Place::of_file("/var/log/pods/shop_web-1_0f/app/0.log", 3),
            excerpt: "<!channel> [REDACTED:github-pat]".to_owned(),
            advice: "Rotate it.".to_owned(),
            ..crate::event::tests::event("ks1:00", 1)
        }
    }

    #[test]
    fn each_receiver_is_spoken_to_in_its_language() {
        let body = |word: &str| word.parse::<Format>().unwrap().body(&event(), "routing");
        assert_eq!(body("json")["rule"], "github-pat");
        assert!(body("slack")["blocks"][0]["text"]["text"].as_str().unwrap().contains("&lt;!channel&gt;"));
        assert_eq!(body("teams")["attachments"][0]["content"]["type"], "AdaptiveCard");
        assert_eq!(body("pagerduty")["payload"]["severity"], "critical");
        assert_eq!(body("pagerduty")["routing_key"], "routing");
        assert_eq!(body("alertmanager")[0]["labels"]["namespace"], "shop");
        assert_eq!(body("alertmanager")[0]["endsAt"], "1970-01-31T00:00:01Z");
        assert_eq!("discord".parse::<Format>(), Err(FormatError));
    }

    #[test]
    fn what_is_resolved_ends_where_it_was_raised() {
        let resolved = Event { kind: Kind::Resolved, time: 61, ..event() };
        assert_eq!(Format::PagerDuty.body(&resolved, "")["event_action"], "resolve");
        let alert = Format::Alertmanager.body(&resolved, "");
        assert_eq!(alert[0]["labels"], Format::Alertmanager.body(&event(), "")[0]["labels"]);
        assert_eq!(alert[0]["endsAt"], "1970-01-01T00:01:01Z");
    }

    #[test]
    fn signatures_are_hmac_sha_256() {
        // RFC 4231, test case 2.
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature(b"Jefe", b"what do ya want for nothing?"), expected);
    }
}
