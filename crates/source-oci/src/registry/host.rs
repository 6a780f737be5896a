//! One registry.

use std::error::Error as _;
use std::net::IpAddr;

use oci_client::Client;
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use reqwest::Url;

use super::hosts::certificates_of;
use super::mirrors::HostSettings;
use super::tls::{AGENT, CONNECT, IDLE};
use super::{RegistryOptions, tls};
use crate::Error;

/// One registry.
pub(crate) struct Host {
    /// `https://registry.example/`.
    pub(crate) base: Url,
    /// What its blobs come through.
    pub(crate) client: Client,
    /// What everything else is asked with, and blobs, too, if it wants to see a certificate of ours.
    pub(crate) http: reqwest::Client,
    /// Whether it wants that.
    pub(crate) knows_us: bool,
    /// Whether something else is asked if it does not answer.
    pub(crate) is_mirror: bool,
}

impl Host {
    /// Finds out how a registry is spoken to: with TLS, unless it is named as one without, or is on this machine or need
    /// not prove who it is, and has none.
    pub(crate) async fn find(
        name: &str,
        options: &RegistryOptions,
        settings: &HostSettings,
        certificates: &[Vec<u8>],
    ) -> Result<Self, Error> {
        let own = certificates_of(&options.mirrors.directories, name);
        let mut certificates = certificates.to_vec();
        for file in settings.authorities.iter().chain(&own.authorities) {
            certificates.extend(tls::authorities(file)?);
        }
        let identity = settings.client.as_ref().or(own.client.as_ref()).map(tls::identity).transpose()?;
        let knows_us = identity.is_some();
        let insecure = options.insecure || settings.insecure;
        let http = tls::client(&certificates, identity, insecure)?;
        let named = settings.plain || options.plain_http.iter().any(|host| host == name);
        let may_be = is_here(name) || settings.insecure;
        let plain = named || (may_be && !speaks_tls(name, &http).await);
        let (scheme, protocol) =
            if plain { ("http", ClientProtocol::Http) } else { ("https", ClientProtocol::Https) };
        let base = Url::parse(&format!("{scheme}://{name}/"))
            .map_err(|_| Error::broken(name, "not the name of a host"))?;
        let certificate = |pem: Vec<u8>| Certificate { encoding: CertificateEncoding::Pem, data: pem };
        let config = ClientConfig {
            protocol,
            accept_invalid_certificates: insecure,
            extra_root_certificates: certificates.into_iter().map(certificate).collect(),
            read_timeout: Some(IDLE),
            connect_timeout: Some(CONNECT),
            user_agent: AGENT,
            ..ClientConfig::default()
        };
        let client = Client::try_from(config)
            .map_err(|_| Error::refused(name, "the connection could not be prepared"))?;
        Ok(Self { base, client, http, knows_us, is_mirror: settings.is_mirror })
    }
}

/// Whether a name is this machine's.
fn is_here(name: &str) -> bool {
    let host = match name.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => name,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a registry on this machine answers with TLS. One whose certificate is not trusted does.
async fn speaks_tls(name: &str, http: &reqwest::Client) -> bool {
    match http.get(format!("https://{name}/v2/")).send().await {
        Ok(_) => true,
        Err(error) => {
            let mut cause = error.source();
            while let Some(inner) = cause {
                if inner.to_string().contains("certificate") {
                    return true;
                }
                cause = inner.source();
            }
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_do_without_tls() {
        for name in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000"] {
            assert!(is_here(name), "{name}");
        }
        for name in ["registry.example", "localhost.example:80", "10.0.0.1", "127.0.0.1.nip.io"] {
            assert!(!is_here(name), "{name}");
        }
    }
}
