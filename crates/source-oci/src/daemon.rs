//! The socket of a Docker or Podman daemon: one request, `GET /images/NAME/get`, which answers with what `docker save`
//! writes (Docker Engine API; Podman has the same path for compatibility).

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use crate::Error;

/// How long no byte may come. Before the first one the daemon gathers what it has.
const IDLE: Duration = Duration::from_secs(120);

/// The longest head of an answer.
const HEAD: u64 = 64 << 10;

/// Asks for an image. The answer is an archive.
pub(crate) fn save(name: &str) -> Result<Box<dyn Read + Send>, Error> {
    let mut problems = Vec::new();
    for socket in sockets() {
        match ask(&socket, name) {
            Ok(reader) => return Ok(reader),
            Err(Error::Io { what, source }) => problems.push(format!("{what}: {source}")),
            Err(error) => return Err(error),
        }
    }
    let problem =
        format!("no daemon answers ({}); DOCKER_HOST=unix://PATH names its socket", problems.join("; "));
    Err(Error::refused(format!("docker-daemon:{name}"), problem))
}

/// Where a daemon may listen.
fn sockets() -> Vec<PathBuf> {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(host) = variable("DOCKER_HOST").or_else(|| variable("CONTAINER_HOST")) {
        return vec![host.strip_prefix("unix://").unwrap_or(&host).into()];
    }
    let mut sockets = vec![PathBuf::from("/var/run/docker.sock")];
    sockets.extend(
        variable("XDG_RUNTIME_DIR").map(|directory| PathBuf::from(directory).join("podman/podman.sock")),
    );
    sockets.push("/run/podman/podman.sock".into());
    sockets
}

#[cfg(not(unix))]
fn ask(socket: &std::path::Path, _name: &str) -> Result<Box<dyn Read + Send>, Error> {
    Err(Error::refused(socket.display().to_string(), "sockets of daemons are read on Unix only"))
}

#[cfg(unix)]
fn ask(socket: &std::path::Path, name: &str) -> Result<Box<dyn Read + Send>, Error> {
    use std::os::unix::net::UnixStream;

    let shown = socket.display().to_string();
    let io = |error| Error::io(shown.clone(), error);
    let mut stream = UnixStream::connect(socket).map_err(io)?;
    stream.set_read_timeout(Some(IDLE)).map_err(io)?;
    // HTTP/1.0: the answer ends with the connection, and is not cut into chunks.
    let request = format!("GET /images/{}/get HTTP/1.0\r\nHost: docker\r\n\r\n", escaped(name));
    stream.write_all(request.as_bytes()).map_err(io)?;
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
