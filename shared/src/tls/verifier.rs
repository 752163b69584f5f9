//! A verifier that consults the system certificates if an issuer is not compiled in.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::verifier_of;

/// Verifies with the compiled-in trust anchors and, if the issuer is unknown, with the system certificates, which are read
/// only once.
pub(super) struct Verifier<S> {
    built_in: Arc<WebPkiServerVerifier>,
    read_system: S,
    /// The verifier with the system certificates. `None` if there are none.
    system: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    provider: Arc<CryptoProvider>,
}

impl<S: Fn() -> RootCertStore> Verifier<S> {
    pub(super) fn new(built_in: Arc<WebPkiServerVerifier>, read_system: S, provider: Arc<CryptoProvider>) -> Self {
        Self { built_in, read_system, system: OnceLock::new(), provider }
    }

    fn system(&self) -> Option<&Arc<WebPkiServerVerifier>> {
        self.system.get_or_init(|| verifier_of((self.read_system)(), &self.provider)).as_ref()
    }
}

impl<S> fmt::Debug for Verifier<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").finish_non_exhaustive()
    }
}

impl<S: Fn() -> RootCertStore + Send + Sync> ServerCertVerifier for Verifier<S> {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verify = |verifier: &WebPkiServerVerifier| verifier.verify_server_cert(certificate, intermediates, name, ocsp_response, now);
        match verify(&self.built_in) {
            // The signature is bad if the issuer has a new key but the same name as a compiled-in root.
            Err(Error::InvalidCertificate(error @ (CertificateError::UnknownIssuer | CertificateError::BadSignature))) => {
                self.system().map_or(Err(Error::InvalidCertificate(error)), |system| verify(system))
            }
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.built_in.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.built_in.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.built_in.supported_verify_schemes()
    }
}
