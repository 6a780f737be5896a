//! The verb `alerts`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use keysieve_alerts::{Alert, Ledger, Silence, State};
use keysieve_report::Moment;
use serde_json::json;

use super::alarm::now;
use crate::arguments::{AlertsVerb, ListFormat, SayArguments, SilenceArguments};
use crate::exit::Exit;
use crate::print;

/// Lists alerts, or notes what became of one.
pub(crate) fn run(verb: &AlertsVerb) -> Result<Exit> {
    match verb {
        AlertsVerb::List { file, format, all } => list(file, *format, *all)?,
        AlertsVerb::Ack(asked) => say(asked, State::Acknowledged)?,
        AlertsVerb::Resolve(asked) => say(asked, State::Resolved)?,
        AlertsVerb::Silence(asked) => silence(asked)?,
    }
    Ok(Exit::Clean)
}

fn list(file: &Path, format: ListFormat, all: bool) -> Result<()> {
    let ledger = Ledger::at(file);
    let mut alerts = ledger.alerts().with_context(|| file.display().to_string())?;
    alerts.retain(|alert| all || alert.state != State::Resolved);
    let mut out = String::new();
    match format {
        ListFormat::Json => {
            let all: Vec<_> = alerts
                .iter()
                .map(|alert| {
                    json!({ "state": alert.state, "since": alert.since, "reason": alert.reason, "event": alert.event })
                })
                .collect();
            out = format!("{:#}\n", json!(all));
        }
        ListFormat::Text => {
            for silence in ledger.silences(now())? {
                let until = Moment::from_unix(silence.until);
                let reason = silence.reason.escape_debug();
                let subject = silence.subject();
                let _ = writeln!(out, "silenced until {until}Z: {}: {reason}", subject.escape_debug());
            }
            for alert in &alerts {
                let event = &alert.event;
                let took = match alert.state {
                    State::Resolved => format!("  after {}", took(alert)),
                    _ => String::new(),
                };
                let silenced = if event.silenced { "  silenced" } else { "" };
                let _ = writeln!(
                    out,
                    "{}  {:12}  {:8}  {:>7}x  {}Z  {}  {}:{}{took}{silenced}",
                    event.id,
                    alert.state.as_str(),
                    event.severity,
                    event.count,
                    Moment::from_unix(event.last_seen),
                    event.rule,
                    event.source.file.escape_debug(),
                    event.source.offset,
                );
            }
        }
    }
    print(out.as_bytes())
}

fn silence(asked: &SilenceArguments) -> Result<()> {
    let (from, until) = (now(), now() + asked.time.as_secs());
    let SilenceArguments { id, rule, path, namespace, reason, .. } = asked.clone();
    let silence = Silence { id, rule, file: path, namespace, from, until, reason };
    if !silence.is_of_something() {
        bail!("say what is silenced: --id, --rule, --path or --namespace");
    }
    let subject = silence.subject();
    Ledger::at(&asked.file).silence(silence).with_context(|| asked.file.display().to_string())?;
    print(format!("silenced until {}Z: {subject}\n", Moment::from_unix(until)).as_bytes())
}

/// How long a secret was known to leak before its alert was resolved.
fn took(alert: &Alert) -> String {
    let seconds = alert.since.saturating_sub(alert.event.first_seen);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn say(asked: &SayArguments, state: State) -> Result<()> {
    let ledger = Ledger::at(&asked.file);
    let said = ledger.say(&asked.id, state, now(), &asked.reason);
    match said.with_context(|| asked.file.display().to_string())? {
        Some(alert) => {
            let took = match state {
                State::Resolved => format!(", {} after it was first seen", took(&alert)),
                _ => String::new(),
            };
            print(format!("{} is {}{took}\n", alert.event.id, state.as_str()).as_bytes())
        }
        None => bail!(
            "there is no alert, or more than one, that begins with `{}`; `keysieve alerts list` names them",
            asked.id
        ),
    }
}
