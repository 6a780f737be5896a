//! Who hears of alerts, and how an event gets there.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_alerts::{Event, Format, Sender, signature};

use super::route::{self, Route, hostname};
use crate::arguments::WatchArguments;
use crate::ruleset::VERSION;

/// However long a receiver asks us to wait, we ask again then.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Who hears of alerts.
pub(crate) struct Receiver {
    /// Which of those that were asked for: its number and format, as its URL can be a secret.
    name: String,
    format: Format,
    route: Route,
    signing_key: Option<Vec<u8>>,
    routing_key: String,
    host: String,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was taken.
    Taken,
    /// It never will be; the status.
    Refused(u16),
    /// It must be sent again, perhaps not before so long.
    Later(Option<Duration>),
}

/// All that are asked for.
pub(crate) fn all(asked: &WatchArguments) -> Result<Vec<Receiver>> {
    let read = |path: &Option<PathBuf>, option: &str| -> Result<Option<Vec<u8>>> {
        let Some(path) = path else { return Ok(None) };
        let key = fs::read(path).with_context(|| format!("{option} {}", path.display()))?;
        Ok(Some(key.trim_ascii().to_vec()))
    };
    let signing_key = read(&asked.alert_signing_key, "--alert-signing-key")?;
    let routing_key = read(&asked.pagerduty_key, "--pagerduty-key")?.unwrap_or_default();
    let host = hostname();
    let mut all = Vec::new();
    for (index, word) in asked.receivers.iter().enumerate() {
        // The URL of a webhook is a secret.
        let place = || format!("--alert-to, number {}", index + 1);
        let (format, address) =
            word.split_once('=').ok_or_else(|| anyhow!("{}: expected FORMAT=URL", place()))?;
        let (format, route) = match format {
            "exec" if address.is_empty() => bail!("{}: expected a program", place()),
            "exec" => (Format::Json, Route::Program(address.into())),
            word => {
                let format = word.parse::<Format>().with_context(place)?;
                let lines = matches!(format, Format::Syslog | Format::Cef);
                (format, Route::parse(lines, address, asked.alert_ca.as_deref()).with_context(place)?)
            }
        };
        if format == Format::PagerDuty && routing_key.is_empty() {
            bail!("{}: pagerduty needs --pagerduty-key FILE", place());
        }
        let routing_key = String::from_utf8_lossy(&routing_key).into_owned();
        all.push(Receiver {
            name: format!("{} ({})", index + 1, word.split('=').next().unwrap_or_default()),
            format,
            route,
            signing_key: signing_key.clone(),
            routing_key,
            host: host.clone(),
        });
    }
    Ok(all)
}

impl Receiver {
    /// What it is called where it must be named.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether one notification can be of several events.
    pub(crate) fn takes_several(&self) -> bool {
        self.format.takes_several()
    }

    /// Sends events, as many as one notification takes, and waits for what becomes of them.
    pub(crate) fn send(&self, events: &[Event]) -> Answer {
        match &self.route {
            Route::Http { url, agent } => return self.post(agent, url, events),
            Route::Program(program) => {
                let body = self.format.body(events, "").to_string();
                let done = route::run(program, body.into_bytes()).unwrap_or(false);
                return if done { Answer::Taken } else { Answer::Later(None) };
            }
            _ => {}
        }
        let Some(event) = events.first() else { return Answer::Taken };
        let sender = Sender { host: &self.host, process: std::process::id(), version: VERSION };
        let Some(line) = self.format.line(event, &sender) else { return Answer::Refused(0) };
        match self.route.line(&line) {
            Ok(()) => Answer::Taken,
            Err(_) => Answer::Later(None),
        }
    }

    fn post(&self, agent: &ureq::Agent, url: &str, events: &[Event]) -> Answer {
        let body = self.format.body(events, &self.routing_key).to_string();
        let mut request = agent.post(url).header("Content-Type", "application/json");
        if let (Format::Json, Some(key)) = (self.format, &self.signing_key) {
            request = request.header("X-Keysieve-Signature", signature(key, body.as_bytes()));
        }
        let Ok(answer) = request.send(body.as_bytes()) else { return Answer::Later(None) };
        match answer.status().as_u16() {
            200..300 => Answer::Taken,
            408 | 429 | 500.. => {
                let header = answer.headers().get("Retry-After").and_then(|value| value.to_str().ok());
                let seconds = header.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
                Answer::Later(seconds.map(|pause| pause.min(LONGEST_PAUSE)))
            }
            status => Answer::Refused(status),
        }
    }
}
