//! Where a daemon listens, as `docker` finds it: `DOCKER_HOST`, else the context in use, else the usual sockets.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Error;
use crate::digest::Digest;
use crate::layout;
use crate::model::MANIFEST_LIMIT;

/// Where a daemon listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// At a socket.
    Socket(PathBuf),
    /// At a host and port, with TLS if there is a directory with `ca.pem`, `cert.pem` and `key.pem`.
    Host(String, Option<PathBuf>),
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where docker keeps what it was told.
fn docker_directory() -> Option<PathBuf> {
    variable("DOCKER_CONFIG")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".docker")))
}

/// Where a daemon may listen.
pub(crate) fn addresses() -> Result<Vec<Address>, Error> {
    if let Some(host) = variable("DOCKER_HOST").or_else(|| variable("CONTAINER_HOST")) {
        let asks = variable("DOCKER_TLS_VERIFY").is_some();
        let directory = variable("DOCKER_CERT_PATH").map(PathBuf::from).or_else(docker_directory);
        return Ok(vec![address(&host, directory.filter(|_| asks))?]);
    }
    if let Some(directory) = docker_directory()
        && let Some(address) = of_context(&directory, variable("DOCKER_CONTEXT"))?
    {
        return Ok(vec![address]);
    }
    let runtime = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    let within = |name: &str| runtime.iter().map(|runtime| runtime.join(name)).collect::<Vec<_>>();
    let home = variable("HOME").map(|home| PathBuf::from(home).join(".docker/run/docker.sock"));
    let sockets = [PathBuf::from("/var/run/docker.sock")]
        .into_iter()
        .chain(within("docker.sock"))
        .chain(home)
        .chain(within("podman/podman.sock"))
        .chain([PathBuf::from("/run/podman/podman.sock")]);
    Ok(sockets.map(Address::Socket).collect())
}

fn address(host: &str, tls: Option<PathBuf>) -> Result<Address, Error> {
    let (scheme, rest) = host.split_once("://").unwrap_or(("unix", host));
    match scheme {
        "unix" => Ok(Address::Socket(rest.into())),
        "tcp" | "http" | "https" => {
            let rest = rest.trim_end_matches('/');
            let has_port = rest.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            if scheme == "https" && tls.is_none() {
                let problem =
                    "it wants TLS; DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH=DIR say with which certificates";
                return Err(Error::refused(host, problem));
            }
            let port = if tls.is_some() { 2376 } else { 2375 };
            Ok(Address::Host(if has_port { rest.to_owned() } else { format!("{rest}:{port}") }, tls))
        }
        scheme => Err(Error::refused(
            host,
            format!("daemons are not asked by {scheme}; `docker save NAME | keysieve image -` does the same"),
        )),
    }
}

#[derive(Deserialize)]
struct Config {
    #[serde(default, rename = "currentContext")]
    context: Option<String>,
}

/// What docker knows of a context (`contexts/meta/SHA256/meta.json`).
#[derive(Deserialize)]
struct Context {
    #[serde(rename = "Endpoints")]
    endpoints: BTreeMap<String, Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "Host")]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_verify: bool,
}

/// Where the daemon of the context in use listens; `None` if none is in use.
fn of_context(directory: &Path, named: Option<String>) -> Result<Option<Address>, Error> {
    // Where it cannot be read, what else is said in it is said elsewhere.
    let in_use = || {
        let bytes = layout::read(&directory.join("config.json"), MANIFEST_LIMIT).ok()?;
        serde_json::from_slice::<Config>(&bytes).ok()?.context
    };
    let Some(name) = named.or_else(in_use).filter(|name| !name.is_empty() && name != "default") else {
        return Ok(None);
    };
    let what = format!("the docker context {name}");
    let id = Digest::of(name.as_bytes());
    let file = directory.join("contexts/meta").join(id.hex()).join("meta.json");
    let bytes = layout::read(&file, MANIFEST_LIMIT).map_err(|error| Error::io(what.clone(), error))?;
    let wrong = || Error::broken(what.clone(), "it names no docker endpoint");
    let context: Context = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    let endpoint = context.endpoints.get("docker").ok_or_else(wrong)?;
    let tls = directory.join("contexts/tls").join(id.hex()).join("docker");
    if endpoint.skip_verify {
        return Err(Error::refused(what, "it does not want the daemon's certificate to be verified"));
    }
    address(&endpoint.host, tls.is_dir().then_some(tls)).map(Some)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn hosts_are_written_as_docker_does() {
        let host = |text: &str| Address::Host(text.to_owned(), None);
        let socket = |text: &str| Address::Socket(text.into());
        for (written, expected) in [
            ("unix:///run/x.sock", socket("/run/x.sock")),
            ("/run/x.sock", socket("/run/x.sock")),
            ("tcp://docker:2375", host("docker:2375")),
            ("tcp://docker", host("docker:2375")),
            ("tcp://[::1]:99/", host("[::1]:99")),
        ] {
            assert_eq!(address(written, None).expect("an address"), expected, "{written}");
        }
        let tls = Some(PathBuf::from("/certs"));
        assert_eq!(
            address("tcp://docker", tls.clone()).expect("an address"),
            Address::Host("docker:2376".to_owned(), tls)
        );
        assert!(
            address("ssh://me@there", None).is_err_and(|error| error.to_string().contains("docker save"))
        );
        assert!(address("https://there", None).is_err());
    }

    #[test]
    fn the_context_in_use_says_where_the_daemon_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let here = directory.path();
        assert_eq!(of_context(here, None).expect("none"), None);
        fs::write(here.join("config.json"), r#"{"auths":{},"currentContext":"colima"}"#).expect("written");
        assert!(of_context(here, None).is_err(), "it is not there");
        let meta = here.join("contexts/meta").join(Digest::of(b"colima").hex());
        fs::create_dir_all(&meta).expect("made");
        let text =
            r#"{"Name":"colima","Endpoints":{"docker":{"Host":"unix:///home/me/.colima/docker.sock"}}}"#;
        fs::write(meta.join("meta.json"), text).expect("written");
        let expected = Address::Socket("/home/me/.colima/docker.sock".into());
        assert_eq!(of_context(here, None).expect("read"), Some(expected));
        assert_eq!(of_context(here, Some("default".to_owned())).expect("none"), None);
    }
}
