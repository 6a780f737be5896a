//! Connections to registries: which certificates count, and where redirects may lead.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity, Url};

use super::challenge::is_private_host;
use crate::Error;

/// Who asks.
pub(crate) const AGENT: &str = concat!("keysieve/", env!("CARGO_PKG_VERSION"));

/// How long a connection may take to come about.
pub(crate) const CONNECT: Duration = Duration::from_secs(10);

/// How long no byte may come.
pub(crate) const IDLE: Duration = Duration::from_secs(30);

/// What asks, with these certificates.
pub(crate) fn client(
    authorities: &[Vec<u8>],
    identity: Option<Identity>,
    insecure: bool,
) -> Result<Client, Error> {
    let mut roots = Vec::new();
    for pem in authorities {
        let root = Certificate::from_pem(pem);
        roots.push(
            root.map_err(|_| Error::broken("TLS", "a certificate that is to be trusted cannot be read"))?,
        );
    }
    let mut client = Client::builder()
        .user_agent(AGENT)
        .connect_timeout(CONNECT)
        .read_timeout(IDLE)
        .redirect(Policy::custom(|attempt| {
            let first = attempt.previous().first();
            let downgraded =
                first.is_some_and(|first| first.scheme() == "https") && attempt.url().scheme() != "https";
            let private = |url: &Url| url.host_str().is_some_and(is_private_host);
            let inwards = first.is_some_and(|first| !private(first)) && private(attempt.url());
            if downgraded || inwards || attempt.previous().len() > 5 {
                attempt.error("a redirect to where nothing may be sent")
            } else {
                attempt.follow()
            }
        }))
        .tls_danger_accept_invalid_certs(insecure)
        .tls_certs_merge(roots);
    if let Some(identity) = identity {
        client = client.identity(identity);
    }
    client.build().map_err(|_| Error::broken("TLS", "the connection could not be prepared"))
}

/// The certificates in a file that are to be trusted.
pub(crate) fn authorities(path: &Path) -> Result<Vec<Vec<u8>>, Error> {
    let name = path.display().to_string();
    let pem = fs::read(path).map_err(|error| Error::io(&name, error))?;
    let parts = certificates_in(&pem);
    if parts.is_empty() {
        return Err(Error::broken(name, "no certificate in PEM is in it"));
    }
    Ok(parts)
}

/// A certificate of ours, with its key.
pub(crate) fn identity((certificate, key): &(PathBuf, PathBuf)) -> Result<Identity, Error> {
    let read = |path: &Path| fs::read(path).map_err(|error| Error::io(path.display().to_string(), error));
    let mut pem = read(certificate)?;
    if key != certificate {
        pem.push(b'\n');
        pem.extend(read(key)?);
    }
    let wrong = "it and its key cannot be read as PEM";
    Identity::from_pem(&pem).map_err(|_| Error::broken(certificate.display().to_string(), wrong))
}

/// Each certificate of a file by itself.
fn certificates_in(pem: &[u8]) -> Vec<Vec<u8>> {
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let text = String::from_utf8_lossy(pem);
    let block = |part: &str| {
        let (body, _) = part.split_once(end)?;
        Some(format!("{begin}{body}{end}\n").into_bytes())
    };
    text.split(begin).skip(1).filter_map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_can_hold_several_certificates() {
        let one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(
            certificates_in(format!("# a\n{one}# b\n{one}").as_bytes()),
            [one.as_bytes(), one.as_bytes()]
        );
        assert!(certificates_in(b"").is_empty());
    }
}
