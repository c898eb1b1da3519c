//! TLS, with the provider named explicitly: nothing depends on what a process installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// TLS that believes the authorities of the machine and those of some PEM files. The error is for people.
pub(crate) fn trusting(files: &[PathBuf]) -> Result<ClientConfig, String> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate of the machine cannot be read");
    }
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(found.certs);
    for file in files {
        add(&mut store, file).map_err(|why| format!("the certificates {} {why}", file.display()))?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("cannot set up TLS: {error}"))?;
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}

fn add(store: &mut RootCertStore, file: &Path) -> Result<(), String> {
    let pem = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
    let before = store.len();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| format!("are not PEM: {error}"))?;
        store.add(certificate).map_err(|error| format!("cannot be used: {error}"))?;
    }
    if store.len() == before {
        return Err("hold none; expected PEM (`-----BEGIN CERTIFICATE-----`)".into());
    }
    Ok(())
}
