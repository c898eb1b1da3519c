//! TLS, with the provider named explicitly: nothing depends on what a process installed.

use std::path::PathBuf;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::error::read_small;

/// TLS that believes the authorities of the machine and those of some PEM files. The error is for people.
pub(crate) fn trusting(files: &[PathBuf]) -> Result<ClientConfig, String> {
    let mut store = RootCertStore::clone(&touchstone_outgoing::authorities_of_machine());
    for certificate in authorities(files)? {
        store.add(certificate).map_err(|error| format!("a certificate cannot be used: {error}"))?;
    }
    touchstone_outgoing::client(store)
}

/// The certificates of PEM files; each has to hold one at least.
pub(crate) fn authorities(files: &[PathBuf]) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut all = Vec::new();
    for file in files {
        let pem = read_small("certificate file", file)?;
        let shown = file.display();
        let before = all.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            all.push(
                certificate.map_err(|error| format!("the certificate file {shown} is not PEM: {error}"))?,
            );
        }
        if all.len() == before {
            return Err(format!(
                "the certificate file {shown} holds none; expected PEM (`-----BEGIN CERTIFICATE-----`)"
            ));
        }
    }
    Ok(all)
}
