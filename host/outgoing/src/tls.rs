//! TLS, with the provider named explicitly: nothing depends on what a process installed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// The authorities of the machine, read once for the whole process: reading them takes longer than a login. May be empty.
pub fn authorities_of_machine() -> Arc<RootCertStore> {
    static FOUND: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    if let Some(found) = FOUND.get() {
        return found.clone();
    }
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate of the machine cannot be read");
    }
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(found.certs);
    let store = Arc::new(store);
    // A machine without any may get some.
    if store.is_empty() { store } else { FOUND.get_or_init(|| store).clone() }
}

/// TLS that believes these authorities. The error is for people.
///
/// # Errors
/// The library cannot be set up.
pub fn client(authorities: impl Into<Arc<RootCertStore>>) -> Result<ClientConfig, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("cannot set up TLS: {error}"))?;
    Ok(builder.with_root_certificates(authorities).with_no_client_auth())
}

/// TLS that believes the authorities of the machine and those of some PEM files. The error is for people.
///
/// # Errors
/// A file cannot be read, or holds no certificate that can be used.
pub fn trusting(files: &[PathBuf]) -> Result<ClientConfig, String> {
    let machine = authorities_of_machine();
    if files.is_empty() {
        return client(machine);
    }
    let mut store = RootCertStore::clone(&machine);
    for file in files {
        add(&mut store, file).map_err(|why| format!("the certificates {} {why}", file.display()))?;
    }
    client(store)
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
