//! Who hears of alerts, and how an event gets there.

use std::fs;
use std::io::{self, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use keysieve_alerts::{Event, Format, Sender, signature};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::tls;
use crate::arguments::WatchArguments;
use crate::ruleset::VERSION;

/// How long one event may take.
const PATIENCE: Duration = Duration::from_secs(10);

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

enum Route {
    Http { url: String, agent: ureq::Agent },
    Udp(String),
    Tcp(String),
    Tls { address: String, name: ServerName<'static>, config: Arc<ClientConfig> },
    Unix(PathBuf),
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
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
    let mut all = Vec::new();
    for (index, word) in asked.receivers.iter().enumerate() {
        // The URL of a webhook is a secret.
        let place = || format!("--alert-to, number {}", index + 1);
        let (format, address) =
            word.split_once('=').ok_or_else(|| anyhow!("{}: expected FORMAT=URL", place()))?;
        let format = format.parse::<Format>().with_context(place)?;
        let route = Route::parse(format, address, asked.alert_ca.as_deref()).with_context(place)?;
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

impl Route {
    fn parse(format: Format, address: &str, authorities: Option<&Path>) -> Result<Self> {
        if matches!(format, Format::Syslog | Format::Cef) {
            return Ok(match address.split_once(':') {
                Some(("udp", rest)) => Self::Udp(host_and_port(rest)?),
                Some(("tcp", rest)) => Self::Tcp(host_and_port(rest)?),
                Some(("tls", rest)) => {
                    let file = authorities.context("tls:// needs --alert-ca FILE")?;
                    let address = host_and_port(rest)?;
                    let host = address.rsplit_once(':').map_or(address.as_str(), |(host, _)| host);
                    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())?;
                    Self::Tls { name, config: tls::client(file)?, address }
                }
                Some(("unix", path)) => Self::Unix(PathBuf::from(path.strip_prefix("//").unwrap_or(path))),
                _ => bail!("expected udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or unix:PATH"),
            });
        }
        if !address.starts_with("https://") && !address.starts_with("http://") {
            bail!("expected a URL that begins with https:// or http://");
        }
        let agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        Ok(Self::Http { url: address.to_owned(), agent: agent.build().into() })
    }
}

fn host_and_port(rest: &str) -> Result<String> {
    let address = rest.strip_prefix("//").unwrap_or(rest);
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    if port.is_none() {
        bail!("expected HOST:PORT");
    }
    Ok(address.to_owned())
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
        if let Route::Http { url, agent } = &self.route {
            return self.post(agent, url, events);
        }
        let Some(event) = events.first() else { return Answer::Taken };
        let sender = Sender { host: &self.host, process: std::process::id(), version: VERSION };
        let Some(line) = self.format.line(event, &sender) else { return Answer::Refused(0) };
        match self.line(&line) {
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

    /// Sends a line: by itself in a datagram, with its length before it over TCP (RFC 6587) and TLS (RFC 5425).
    fn line(&self, line: &str) -> io::Result<()> {
        match &self.route {
            Route::Http { .. } => Ok(()),
            Route::Udp(address) => {
                let to = address.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
                let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                UdpSocket::bind(any)?.send_to(line.as_bytes(), to).map(drop)
            }
            Route::Tcp(address) => connect(address)?.write_all(format!("{} {line}", line.len()).as_bytes()),
            Route::Tls { address, name, config } => {
                let connection = ClientConnection::new(Arc::clone(config), name.clone());
                let mut stream = StreamOwned::new(connection.map_err(io::Error::other)?, connect(address)?);
                stream.write_all(format!("{} {line}", line.len()).as_bytes())?;
                stream.conn.send_close_notify();
                stream.flush()
            }
            Route::Unix(path) => UnixDatagram::unbound()?.send_to(line.as_bytes(), path).map(drop),
        }
    }
}

fn connect(address: &str) -> io::Result<TcpStream> {
    // A name can stand for addresses of both kinds, and one of them may not be listened to.
    let mut failed = io::ErrorKind::NotFound.into();
    let mut addresses = address.to_socket_addrs()?;
    let stream = loop {
        let Some(to) = addresses.next() else { return Err(failed) };
        match TcpStream::connect_timeout(&to, PATIENCE) {
            Ok(stream) => break stream,
            Err(error) => failed = error,
        }
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_the_kind_that_the_format_wants() {
        let is = |format: Format, address: &str| Route::parse(format, address, None).is_ok();
        assert!(is(Format::Syslog, "udp://log.example:514") && is(Format::Cef, "unix:/dev/log"));
        assert!(is(Format::Syslog, "tcp://[::1]:601") && is(Format::Slack, "https://hooks.example/x"));
        assert!(
            !is(Format::Syslog, "https://x") && !is(Format::Json, "udp://x:1") && !is(Format::Cef, "tcp://x")
        );
        assert!(!is(Format::Syslog, "tls://log.example:6514"), "whom to trust is not said");
    }
}
