//! What receivers of alerts want to hear.

use std::fmt::Write as _;
use std::str::FromStr;

use hmac::{Hmac, Mac};
use keysieve_finding::Severity;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::moment::moment;
use crate::{Event, Kind, Trouble};

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
    /// Whether one notification can be of several events.
    #[must_use]
    pub const fn takes_several(self) -> bool {
        matches!(self, Self::Json | Self::Slack | Self::Teams | Self::Alertmanager)
    }

    /// The body of a request, of one event or of several of one group if the format takes several; `key` is PagerDuty's
    /// routing key. Sources: Slack "Sending messages using incoming webhooks", Microsoft "Workflows webhook" with Adaptive
    /// Cards 1.4, PagerDuty "Events API v2", Alertmanager's OpenAPI v2.
    #[must_use]
    pub fn body(self, events: &[Event], key: &str) -> Value {
        let Some(event) = events.first() else { return Value::Null };
        match self {
            Self::Json if events.len() == 1 => json!(event),
            Self::Json => {
                json!({ "schema_version": 1, "kind": "group", "group": event.group(), "alerts": events })
            }
            Self::Slack => {
                let text = clipped(&slack_escaped(&text_of(events)), 2900);
                json!({
                    "text": clipped(&slack_escaped(&summary_of(events)), 1000),
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
                            { "type": "TextBlock", "weight": "Bolder", "wrap": true, "text": summary_of(events) },
                            { "type": "TextBlock", "wrap": true, "text": clipped(&text_of(events), 5000) },
                        ],
                    },
                }],
            }),
            Self::PagerDuty => pagerduty(event, key),
            Self::Alertmanager => events.iter().map(alertmanager).collect(),
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
            "group": clipped(&event.group(), 255),
            "class": event.rule,
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
    json!({
        "labels": {
            "alertname": "KeysieveSecretLeaked",
            "rule": event.rule,
            "severity": event.severity,
            "id": event.id,
            "namespace": label(&place.namespace),
            "workload": label(&place.workload),
            "pod": label(&place.pod),
            "container": label(&place.container),
        },
        "annotations": { "summary": summary(event), "description": text(event) },
        "startsAt": moment(event.first_seen),
        "endsAt": moment(over),
    })
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
    if let (Kind::Firing | Kind::Summary, Some(trouble)) = (event.kind, Trouble::of(rule)) {
        return trouble.summary(&file.to_string());
    }
    match event.kind {
        Kind::Firing => format!("Secret in a log: {rule} in {file}"),
        Kind::Summary => format!("Secret still in a log: {rule} in {file}, {count} times"),
        Kind::Acknowledged => format!("Someone looks at a secret in a log: {rule} in {file}"),
        Kind::Resolved => format!("Secret in a log is dealt with: {rule} in {file}, {count} times"),
    }
}

fn summary_of(events: &[Event]) -> String {
    match events {
        [event] => summary(event),
        [first, ..] => {
            let fresh = events.iter().filter(|event| event.kind == Kind::Firing).count();
            let group = first.group();
            format!("Secrets in the logs of {}: {fresh} new, {} in all", group.escape_debug(), events.len())
        }
        [] => String::new(),
    }
}

/// What is said of several events: of each a few lines, so that all have room in a message.
fn text_of(events: &[Event]) -> String {
    const TOLD: usize = 12;
    if let [event] = events {
        return text(event);
    }
    let mut all = summary_of(events);
    for event in events.iter().take(TOLD) {
        let excerpt = clipped(&event.excerpt, 100);
        let _ = write!(all, "\n\n{}\n{excerpt}\nalert {}", clipped(&summary(event), 200), event.id);
    }
    if events.len() > TOLD {
        let _ = write!(all, "\n\nand {} more: keysieve alerts list", events.len() - TOLD);
    }
    all
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
        let body = |word: &str| word.parse::<Format>().unwrap().body(&[event()], "routing");
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
    fn several_events_of_a_group_are_one_notification() {
        let events = vec![event(); 40];
        let body = |format: Format| format.body(&events, "");
        let json = body(Format::Json);
        assert_eq!((&json["kind"], &json["group"]), (&"group".into(), &"shop/web".into()));
        assert_eq!(json["alerts"].as_array().map(Vec::len), Some(40));
        assert_eq!(body(Format::Alertmanager).as_array().map(Vec::len), Some(40));
        let slack = body(Format::Slack);
        assert_eq!(slack["text"], "Secrets in the logs of shop/web: 40 new, 40 in all");
        let text = slack["blocks"][0]["text"]["text"].as_str().unwrap().to_owned();
        assert!(text.contains("and 28 more") && text.chars().count() < 3000, "{text}");
        assert!(!Format::PagerDuty.takes_several());
    }

    #[test]
    fn trouble_is_no_secret() {
        let event = Event { rule: Trouble::Reload.id().to_owned(), ..event() };
        assert!(summary(&event).starts_with("keysieve goes on with its old configuration"));
    }

    #[test]
    fn what_is_resolved_ends_where_it_was_raised() {
        let resolved = Event { kind: Kind::Resolved, time: 61, ..event() };
        assert_eq!(Format::PagerDuty.body(std::slice::from_ref(&resolved), "")["event_action"], "resolve");
        let alert = Format::Alertmanager.body(&[resolved], "");
        assert_eq!(alert[0]["labels"], Format::Alertmanager.body(&[event()], "")[0]["labels"]);
        assert_eq!(alert[0]["endsAt"], "1970-01-01T00:01:01Z");
    }

    #[test]
    fn signatures_are_hmac_sha_256() {
        // RFC 4231, test case 2.
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature(b"Jefe", b"what do ya want for nothing?"), expected);
    }
}
