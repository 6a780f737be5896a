//! Events as lines: RFC 5424, and the Common Event Format inside of it.
//!
//! Sources: RFC 5424 "The Syslog Protocol"; RFC 6587 for the frames over TCP; ArcSight "Common Event Format", version 25.

use keysieve_finding::Severity;

use crate::moment::moment;
use crate::receiver::summary;
use crate::{Event, Format, Kind};

/// What a line says of who sends it.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The machine.
    pub host: &'a str,
    /// The process.
    pub process: u32,
    /// The version of keysieve.
    pub version: &'a str,
}

/// Security and authorization messages.
const FACILITY: u32 = 4;

impl Format {
    /// The line of an event, without anything that ends it; none for a format that is a body.
    #[must_use]
    pub fn line(self, event: &Event, sender: &Sender<'_>) -> Option<String> {
        let (data, text) = match self {
            Self::Syslog => (structured(event), summary(event)),
            Self::Cef => ("-".to_owned(), cef(event, sender.version)),
            _ => return None,
        };
        let level = match (event.kind, event.severity) {
            (Kind::Acknowledged | Kind::Resolved, _) => 5,
            (_, Severity::Critical) => 2,
            (_, Severity::High) => 3,
            (_, Severity::Medium) => 4,
            (_, Severity::Low) => 5,
        };
        let priority = FACILITY * 8 + level;
        let host = if sender.host.is_empty() { "-" } else { sender.host };
        let (time, process) = (moment(event.time), sender.process);
        Some(format!("<{priority}>1 {time} {host} keysieve {process} leak {data} {text}"))
    }
}

/// Under the number of RFC 5612's examples, because nobody has asked for one of our own.
fn structured(event: &Event) -> String {
    let place = &event.source;
    let (count, offset) = (event.count.to_string(), place.offset.to_string());
    let kind = word(event.kind);
    let mut data = "[keysieve@32473".to_owned();
    let given = |value: &Option<String>| value.clone().unwrap_or_default();
    for (name, value) in [
        ("id", event.id.as_str()),
        ("kind", kind),
        ("rule", &event.rule),
        ("severity", event.severity.as_str()),
        ("file", &place.file),
        ("offset", &offset),
        ("namespace", &given(&place.namespace)),
        ("pod", &given(&place.pod)),
        ("container", &given(&place.container)),
        ("count", &count),
    ] {
        if !value.is_empty() {
            data.push_str(&format!(" {name}=\"{}\"", escaped(value, "\"\\]")));
        }
    }
    data.push(']');
    data
}

fn cef(event: &Event, version: &str) -> String {
    let place = &event.source;
    let severity = match event.severity {
        Severity::Critical => 10,
        Severity::High => 8,
        Severity::Medium => 5,
        Severity::Low => 3,
    };
    let head = |text: &str| escaped(text, "\\|");
    let value = |text: &str| escaped(text, "\\=");
    let mut text = format!(
        "CEF:0|keysieve|keysieve|{version}|{}|{}|{severity}|rt={} start={} externalId={} act={} cnt={} fname={} msg={}",
        head(&event.rule),
        head("Secret in a log"),
        event.time * 1000,
        event.first_seen * 1000,
        event.id,
        word(event.kind),
        event.count,
        value(&place.file),
        value(&event.excerpt),
    );
    for (index, (name, of)) in
        [("namespace", &place.namespace), ("pod", &place.pod), ("container", &place.container)]
            .iter()
            .enumerate()
    {
        if let Some(of) = of {
            let number = index + 1;
            text.push_str(&format!(" cs{number}Label={name} cs{number}={}", value(of)));
        }
    }
    text
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Firing => "firing",
        Kind::Summary => "summary",
        Kind::Acknowledged => "acknowledged",
        Kind::Resolved => "resolved",
    }
}

/// With a backslash before each of some characters; control characters would begin another line.
fn escaped(text: &str, special: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            out.push(' ');
            continue;
        }
        if special.contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;
    use crate::event::tests::event;

    const SENDER: Sender<'_> = Sender { host: "node-1", process: 7, version: "0.1.0" };

    #[test]
    fn a_line_is_one_whatever_the_log_held() {
        let event = Event {
            severity: Severity::Critical,
            source: Place::of_file("/var/log/pods/shop_web-1_0f/app/0.log\"]", 3),
            excerpt: "a=b\n<34>1 forged | \\".to_owned(),
            ..event("ks1:00", 1_795_628_009)
        };
        let syslog = Format::Syslog.line(&event, &SENDER).unwrap();
        assert_eq!(
            syslog,
            "<34>1 2026-11-25T17:33:29Z node-1 keysieve 7 leak [keysieve@32473 id=\"ks1:00\" kind=\"firing\" rule=\"r\" \
             severity=\"critical\" file=\"/var/log/pods/shop_web-1_0f/app/0.log\\\"\\]\" offset=\"3\" namespace=\"shop\" \
             pod=\"web-1\" container=\"app\" count=\"1\"] Secret in a log: r in /var/log/pods/shop_web-1_0f/app/0.log\\\"]"
        );
        let cef = Format::Cef.line(&event, &SENDER).unwrap();
        assert!(
            cef.contains(" - CEF:0|keysieve|keysieve|0.1.0|r|Secret in a log|10|rt=1795628009000 "),
            "{cef}"
        );
        assert!(cef.contains(" msg=a\\=b <34>1 forged | \\\\ cs1Label=namespace cs1=shop "), "{cef}");
        assert_eq!(Format::Json.line(&event, &SENDER), None);
    }
}
