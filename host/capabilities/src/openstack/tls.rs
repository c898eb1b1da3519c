//! TLS, with the provider named explicitly: nothing depends on what a process installed.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme, WantsVerifier,
};

use super::config::Trust;
use super::failure::{Failure, FailureKind};

/// TLS for a client that makes no TLS connections.
pub(crate) fn trusting_nobody() -> Result<ClientConfig, Failure> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// TLS that believes the certificates of some authorities.
///
/// # Errors
/// If there are none: the file cannot be read or holds none, or the machine has none.
pub(crate) fn trusting(trust: &Trust) -> Result<ClientConfig, Failure> {
    let builder: ConfigBuilder<ClientConfig, WantsClientCert> = match trust {
        Trust::System => builder()?.with_root_certificates(authorities_of_machine()?),
        Trust::File(path) => builder()?.with_root_certificates(authorities_of_file(path)?),
        Trust::Anyone => {
            builder()?.dangerous().with_custom_certificate_verifier(Arc::new(NoVerification(provider())))
        }
    };
    Ok(builder.with_no_client_auth())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Failure> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(format!("cannot set up TLS: {error}")))
}

fn authorities_of_machine() -> Result<Arc<RootCertStore>, Failure> {
    let store = touchstone_outgoing::authorities_of_machine();
    if store.is_empty() {
        return Err(setup(
            "this machine trusts no certificate authority; install its CA certificates (package ca-certificates), or \
             give `cacert` in clouds.yaml",
        ));
    }
    Ok(store)
}

fn authorities_of_file(path: &Path) -> Result<RootCertStore, Failure> {
    let failed = |problem: String| setup(format!("the cacert {}: {problem}", path.display()));
    let pem = std::fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| failed(format!("is not PEM: {error}")))?;
        store
            .add(certificate)
            .map_err(|error| failed(format!("holds a certificate that cannot be used: {error}")))?;
    }
    if store.is_empty() {
        return Err(failed("holds no certificate; expected PEM (`-----BEGIN CERTIFICATE-----`)".to_owned()));
    }
    Ok(store)
}

fn setup(problem: impl Into<String>) -> Failure {
    Failure { unsent: true, ..Failure::new(FailureKind::Setup, problem) }
}

/// Believes every certificate, for `verify: false`. Signatures of the handshake are still checked.
#[derive(Debug)]
struct NoVerification(Arc<CryptoProvider>);

impl ServerCertVerifier for NoVerification {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
