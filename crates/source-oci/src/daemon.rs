//! A Docker or Podman daemon, at its socket or by TCP: one request, `GET /images/NAME/get`, which answers with what `docker save`
//! writes (Docker Engine API; Podman has the same path for compatibility).

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::Error;
use crate::daemon_address::{Address, addresses};

/// How long no byte may come. Before the first one the daemon gathers what it has.
const IDLE: Duration = Duration::from_secs(120);

/// The longest head of an answer.
const HEAD: u64 = 64 << 10;

/// A connection to a daemon.
trait Connection: Read + Write + Send {}

impl<T: Read + Write + Send> Connection for T {}

/// Asks for an image. The answer is an archive.
pub(crate) fn save(name: &str) -> Result<Box<dyn Read + Send>, Error> {
    let mut problems = Vec::new();
    for address in addresses()? {
        let shown = match &address {
            Address::Socket(path) => path.display().to_string(),
            Address::Host(host, _) => host.clone(),
        };
        let asked = match &address {
            Address::Socket(path) => at_socket(path),
            Address::Host(host, tls) => at_host(host, tls.as_deref()),
        };
        match asked.and_then(|connection| ask(connection, &shown, name)) {
            Ok(reader) => return Ok(reader),
            Err(Error::Io { what, source }) => problems.push(format!("{what}: {source}")),
            Err(error) => return Err(error),
        }
    }
    let problem = format!("no daemon answers ({}); DOCKER_HOST says where it is", problems.join("; "));
    Err(Error::refused(format!("docker-daemon:{name}"), problem))
}

#[cfg(not(unix))]
fn at_socket(socket: &Path) -> Result<Box<dyn Connection>, Error> {
    Err(Error::refused(socket.display().to_string(), "sockets of daemons are read on Unix only"))
}

#[cfg(unix)]
fn at_socket(socket: &Path) -> Result<Box<dyn Connection>, Error> {
    let io = |error| Error::io(socket.display().to_string(), error);
    let stream = std::os::unix::net::UnixStream::connect(socket).map_err(io)?;
    stream.set_read_timeout(Some(IDLE)).map_err(io)?;
    Ok(Box::new(stream))
}

/// By TCP, with TLS if there is a directory of certificates.
fn at_host(host: &str, tls: Option<&Path>) -> Result<Box<dyn Connection>, Error> {
    let io = |error| Error::io(host, error);
    let stream = TcpStream::connect(host).map_err(io)?;
    stream.set_read_timeout(Some(IDLE)).map_err(io)?;
    let Some(directory) = tls else { return Ok(Box::new(stream)) };
    let wrong = |file: &str| {
        let file = directory.join(file).display().to_string();
        Error::broken(file, "it cannot be read as a certificate or key in PEM")
    };
    let read = |file: &str| {
        let path = directory.join(file);
        fs::read(&path).map_err(|error| Error::io(path.display().to_string(), error))
    };
    let certificates = |file: &str| {
        let pem = read(file)?;
        let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        parsed.map_err(|_| wrong(file))
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates("ca.pem")? {
        roots.add(certificate).map_err(|_| wrong("ca.pem"))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::refused(host, error.to_string()))?
        .with_root_certificates(roots);
    let config = if directory.join("cert.pem").is_file() {
        let key = PrivateKeyDer::from_pem_slice(&read("key.pem")?).map_err(|_| wrong("key.pem"))?;
        config.with_client_auth_cert(certificates("cert.pem")?, key).map_err(|_| wrong("cert.pem"))?
    } else {
        config.with_no_client_auth()
    };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(name).map_err(|_| Error::broken(host, "not the name of a host"))?;
    let connection = ClientConnection::new(Arc::new(config), name);
    let connection = connection.map_err(|error| Error::refused(host, error.to_string()))?;
    Ok(Box::new(StreamOwned::new(connection, stream)))
}

fn ask(mut stream: Box<dyn Connection>, shown: &str, name: &str) -> Result<Box<dyn Read + Send>, Error> {
    let io = |error| Error::io(shown, error);
    // HTTP/1.0: the answer ends with the connection, and is not cut into chunks.
    let request = format!("GET /images/{}/get HTTP/1.0\r\nHost: docker\r\n\r\n", escaped(name));
    stream.write_all(request.as_bytes()).and_then(|()| stream.flush()).map_err(io)?;
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut limited = reader.by_ref().take(HEAD);
    loop {
        let mut line = String::new();
        let read = limited.read_line(&mut line).map_err(io)?;
        if read == 0 || line.trim_end().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let status = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let chunked = head.lines().any(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with("transfer-encoding:") && line.contains("chunked")
    });
    match status.as_str() {
        "200" if chunked => Err(Error::refused(shown, "the daemon answers in a way that was not asked for")),
        "200" => Ok(Box::new(reader)),
        "404" => Err(Error::missing(format!("docker-daemon:{name}"), "the daemon does not have it")),
        status => Err(Error::refused(shown, format!("the daemon says {status}"))),
    }
}

/// A name in a path: registries' names need nothing but this.
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' | b'@' => {
                escaped.push(char::from(byte));
            }
            other => escaped.push_str(&format!("%{other:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_the_request() {
        assert_eq!(escaped("a/b:1 \r\nX"), "a/b:1%20%0D%0AX");
    }
}
