//! The verb `alerts`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use keysieve_alerts::{Ledger, State};
use keysieve_report::Moment;
use serde_json::json;

use super::alarm::now;
use crate::arguments::{AlertsVerb, ListFormat, SayArguments};
use crate::exit::Exit;
use crate::print;

/// Lists alerts, or notes what became of one.
pub(crate) fn run(verb: &AlertsVerb) -> Result<Exit> {
    match verb {
        AlertsVerb::List { file, format, all } => list(file, *format, *all)?,
        AlertsVerb::Ack(asked) => say(asked, State::Acknowledged)?,
        AlertsVerb::Resolve(asked) => say(asked, State::Resolved)?,
    }
    Ok(Exit::Clean)
}

fn list(file: &Path, format: ListFormat, all: bool) -> Result<()> {
    let mut alerts = Ledger::at(file).alerts().with_context(|| file.display().to_string())?;
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
            for alert in &alerts {
                let event = &alert.event;
                let _ = writeln!(
                    out,
                    "{}  {:12}  {:8}  {:>7}x  {}Z  {}  {}:{}",
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

fn say(asked: &SayArguments, state: State) -> Result<()> {
    let ledger = Ledger::at(&asked.file);
    let said = ledger.say(&asked.id, state, now(), &asked.reason);
    match said.with_context(|| asked.file.display().to_string())? {
        Some(id) => print(format!("{id} is {}\n", state.as_str()).as_bytes()),
        None => bail!(
            "there is no alert, or more than one, that begins with `{}`; `keysieve alerts list` names them",
            asked.id
        ),
    }
}
