//! How something gets to someone else: over HTTP, as messages of syslog, or to a program.

use std::fs;
use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs as _, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::tls;

/// How long one of them may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How something gets to someone else.
pub(crate) enum Route {
    Http {
        url: String,
        agent: ureq::Agent,
    },
    Udp(String),
    Tcp(String),
    Tls {
        address: String,
        name: ServerName<'static>,
        config: Arc<ClientConfig>,
    },
    Unix(PathBuf),
    /// A program that reads it.
    Program(PathBuf),
}

/// A connection that takes messages of syslog.
pub(crate) enum Wire {
    Udp(UdpSocket),
    Unix(UnixDatagram),
    /// Messages have their length before them (RFC 6587, RFC 5425).
    Stream(Box<dyn Write + Send>),
}

impl Route {
    /// Of lines, that is messages of syslog, or of requests.
    pub(crate) fn parse(lines: bool, address: &str, authorities: Option<&Path>) -> Result<Self> {
        if lines {
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

    /// Connects to whoever takes messages of syslog.
    pub(crate) fn wire(&self) -> io::Result<Wire> {
        Ok(match self {
            Self::Http { .. } | Self::Program(_) => return Err(io::ErrorKind::Unsupported.into()),
            Self::Udp(address) => {
                let to = address.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
                let socket = UdpSocket::bind(if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" })?;
                socket.connect(to)?;
                Wire::Udp(socket)
            }
            Self::Unix(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                Wire::Unix(socket)
            }
            Self::Tcp(address) => Wire::Stream(Box::new(connect(address)?)),
            Self::Tls { address, name, config } => {
                let connection = ClientConnection::new(Arc::clone(config), name.clone());
                let connection = connection.map_err(io::Error::other)?;
                Wire::Stream(Box::new(Farewell(StreamOwned::new(connection, connect(address)?))))
            }
        })
    }

    /// Sends one message.
    pub(crate) fn line(&self, line: &str) -> io::Result<()> {
        self.wire()?.send(line.as_bytes())
    }
}

/// Runs a program that reads a text; says whether it ended well, and in time.
pub(crate) fn run(program: &Path, text: Vec<u8>) -> io::Result<bool> {
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // It need not read all of it, nor any.
        thread::spawn(move || _ = input.write_all(&text));
    }
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() > end {
            child.kill()?;
            return child.wait().map(|_| false);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

impl Wire {
    pub(crate) fn send(&mut self, message: &[u8]) -> io::Result<()> {
        match self {
            Self::Udp(socket) => socket.send(message).map(drop),
            Self::Unix(socket) => socket.send(message).map(drop),
            Self::Stream(stream) => {
                let mut framed = format!("{} ", message.len()).into_bytes();
                framed.extend_from_slice(message);
                stream.write_all(&framed)?;
                stream.flush()
            }
        }
    }
}

/// A connection over TLS that says when it ends, so that nobody takes it for cut.
struct Farewell(StreamOwned<ClientConnection, TcpStream>);

impl Write for Farewell {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        self.0.conn.send_close_notify();
        // Whoever has gone away need not hear it.
        let _ = self.0.flush();
    }
}

/// What this machine is called.
pub(crate) fn hostname() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

fn host_and_port(rest: &str) -> Result<String> {
    let address = rest.strip_prefix("//").unwrap_or(rest);
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    if port.is_none() {
        bail!("expected HOST:PORT");
    }
    Ok(address.to_owned())
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
        let is = |lines, address: &str| Route::parse(lines, address, None).is_ok();
        assert!(is(true, "udp://log.example:514") && is(true, "unix:/dev/log"));
        assert!(is(true, "tcp://[::1]:601") && is(false, "https://hooks.example/x"));
        assert!(!is(true, "https://x") && !is(false, "udp://x:1") && !is(true, "tcp://x"));
        assert!(!is(true, "tls://log.example:6514"), "whom to trust is not said");
    }
}
