//! TLS for the webhook that takes audit events, and for receivers of syslog.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::arguments::WatchArguments;

/// What is asked for: a certificate and its key, and if there is a file of authorities, who calls must have a certificate
/// of one of them. The files are read once.
pub(super) fn server(asked: &WatchArguments) -> Result<Option<Arc<ServerConfig>>> {
    let (Some(certificate), Some(key)) = (&asked.audit_tls_cert, &asked.audit_tls_key) else {
        return Ok(None);
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match &asked.audit_tls_client_ca {
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
    Ok(Some(Arc::new(builder.with_single_cert(chain, key).with_context(place)?)))
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
