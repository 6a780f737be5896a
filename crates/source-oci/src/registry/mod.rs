//! Registries, by the distribution specification 1.1.
//!
//! Blobs come through `oci-client`, except where a registry wants to see a certificate of ours, which it has no way to
//! show. It shows no headers of an answer, reads manifests of any size, changes no identity
//! tokens and goes to any realm that it is pointed to; so manifests, tags and tokens are fetched beside it, and it is
//! told the authorization that was found.

mod blob;
mod challenge;
mod credential;
mod credential_helper;
mod docker_config;
mod foreign;
mod host;
mod hosts;
mod mirrors;
mod patience;
mod session;
mod short_names;
mod tls;
mod transport;

pub(crate) use blob::BlobReader;
pub use credential::{Credential, Credentials};
pub(crate) use foreign::ForeignReader;
pub(crate) use mirrors::Endpoint;
pub use mirrors::Mirrors;
pub(crate) use transport::{Answer, Transport};

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How registries are spoken to.
#[derive(Clone)]
pub struct RegistryOptions {
    /// What opens them.
    pub credentials: Credentials,
    /// Certificates that are trusted besides the system's, in PEM.
    pub ca_files: Vec<PathBuf>,
    /// Hosts, with their port if they have one, that are spoken to without TLS. Those on this machine are if they
    /// have none.
    pub plain_http: Vec<String>,
    /// Whether any certificate is believed.
    pub insecure: bool,
    /// Where repositories are asked for in the place of where they are named to be, and certificates.
    pub mirrors: Mirrors,
    /// Whether layers are fetched from elsewhere, where a registry does not have them and they name an address.
    pub foreign: bool,
    /// Whether credentials may be sent to a private address that a public registry names.
    pub allow_private_realm: bool,
    /// How long a single wait may be that a registry asks for.
    pub max_wait: Duration,
    /// How long the first wait is after something went wrong.
    pub first_wait: Duration,
    /// Whether the run was told to end.
    pub stop: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            credentials: Credentials::default(),
            ca_files: Vec::new(),
            plain_http: Vec::new(),
            insecure: false,
            mirrors: Mirrors::default(),
            foreign: false,
            allow_private_realm: false,
            max_wait: Duration::from_secs(60),
            first_wait: Duration::from_secs(1),
            stop: Arc::new(|| false),
        }
    }
}

impl fmt::Debug for RegistryOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryOptions")
            .field("credentials", &self.credentials)
            .field("ca_files", &self.ca_files)
            .field("plain_http", &self.plain_http)
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}
