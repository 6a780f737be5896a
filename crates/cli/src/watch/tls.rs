//! TLS for the webhook that takes audit events, and for receivers of syslog.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::arguments::WatchArguments;
use crate::messages;

/// How often certificates are looked at for changes.
const LOOK: Duration = Duration::from_secs(2);

/// The certificates of a server, read anew when their files change. What is broken changes nothing: a certificate and its
/// key are two files, of which one is new before the other.
#[derive(Debug)]
pub(super) struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    authorities: Option<PathBuf>,
    current: RwLock<Arc<ServerConfig>>,
    /// What the files looked like when they were last read, and when they were last looked at.
    seen: Mutex<(Vec<Look>, Instant)>,
}

/// What changes when a file does: where its name leads, its time and its size.
type Look = Option<(PathBuf, SystemTime, u64)>;

impl Certificates {
    /// Those that are asked for: a certificate and its key, and if there is a file of authorities, who calls must have a
    /// certificate of one of them.
    pub(super) fn of(asked: &WatchArguments) -> Result<Option<Self>> {
        let (Some(certificate), Some(key)) = (&asked.audit_tls_cert, &asked.audit_tls_key) else {
            return Ok(None);
        };
        let authorities = asked.audit_tls_client_ca.as_deref();
        let current = RwLock::new(Arc::new(server(certificate, key, authorities)?));
        let (certificate, key) = (certificate.clone(), key.clone());
        let authorities = authorities.map(Path::to_owned);
        let this =
            Self { certificate, key, authorities, current, seen: Mutex::new((Vec::new(), Instant::now())) };
        this.seen().0 = this.files();
        Ok(Some(this))
    }

    /// Those of the moment.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads them anew if their files have changed; looks now and then only.
    pub(super) fn look(&self) {
        let mut seen = self.seen();
        if seen.1.elapsed() < LOOK {
            return;
        }
        seen.1 = Instant::now();
        let files = self.files();
        if files != seen.0 {
            seen.0 = files;
            drop(seen);
            self.renew();
        }
    }

    /// Reads them anew.
    pub(super) fn renew(&self) {
        match server(&self.certificate, &self.key, self.authorities.as_deref()) {
            Ok(new) => *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new),
            Err(error) => {
                messages::warning(&format!(
                    "certificates stay as they were, the new ones are broken: {error:#}"
                ));
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, (Vec<Look>, Instant)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn files(&self) -> Vec<Look> {
        let look = |path: &PathBuf| {
            let metadata = fs::metadata(path).ok()?;
            Some((fs::canonicalize(path).ok()?, metadata.modified().ok()?, metadata.len()))
        };
        [&self.certificate, &self.key].into_iter().chain(&self.authorities).map(look).collect()
    }
}

fn server(certificate: &Path, key: &Path, callers: Option<&Path>) -> Result<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match callers {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let place = || format!("--audit-tls-client-ca {}", file.display());
            let roots = Arc::new(authorities(file).with_context(place)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
            builder.with_client_cert_verifier(verifier.build().with_context(place)?)
        }
    };
    let chain =
        certificates(certificate).with_context(|| format!("--audit-tls-cert {}", certificate.display()))?;
    let place = || format!("--audit-tls-key {}", key.display());
    let key = PrivateKeyDer::from_pem_file(key).with_context(place)?;
    builder.with_single_cert(chain, key).with_context(place)
}

/// For whoever trusts the authorities in a PEM file, and no other.
pub(super) fn client(file: &Path) -> Result<Arc<ClientConfig>> {
    let roots = authorities(file).with_context(|| format!("--alert-ca {}", file.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

fn authorities(file: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(file)? {
        roots.add(authority)?;
    }
    Ok(roots)
}

/// The certificates of a PEM file; one at least.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_file_iter(file)?.collect::<Result<Vec<_>, _>>()?;
    anyhow::ensure!(!all.is_empty(), "no certificate is in it");
    Ok(all)
}
