//! The flags `--insecure` and `--cacert`: which server certificates are accepted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// The flags that change which certificates are accepted.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TrustArgs {
    /// Accept any certificate from the server; only for tests on your own machine
    #[arg(long, conflicts_with = "cacert")]
    insecure: bool,

    /// Also accept the certificates in this PEM file, and those issued by them: a self-signed certificate, or mkcert's root
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
}

impl TrustArgs {
    /// Returns the TLS configuration that the flags ask for, or `None` without them.
    ///
    /// # Errors
    /// The file cannot be read or contains no certificate.
    pub(crate) fn config(&self) -> anyhow::Result<Option<ClientConfig>> {
        let accepted = match &self.cacert {
            _ if self.insecure => Accepted::Any,
            Some(file) => Accepted::issued_by(certificates(file)?)?,
            None => return Ok(None),
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions()?.dangerous();
        Ok(Some(builder.with_custom_certificate_verifier(Arc::new(accepted)).with_no_client_auth()))
    }
}

fn certificates(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let wrong = || format!("--cacert: {} is not a PEM file with certificates", file.display());
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file).with_context(wrong)?.collect::<Result<_, _>>().with_context(wrong)?;
    if certificates.is_empty() {
        bail!(wrong());
    }
    Ok(certificates)
}

/// The certificates that are accepted.
#[derive(Debug)]
enum Accepted {
    Any,
    /// Those that the system's roots or the named ones issued, and the named ones themselves: a self-signed certificate is
    /// often marked as that of a CA, which webpki does not accept as a server's own.
    Issued {
        by: Arc<WebPkiServerVerifier>,
        named: Vec<CertificateDer<'static>>,
    },
}

impl Accepted {
    fn issued_by(named: Vec<CertificateDer<'static>>) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots.add_parsable_certificates(named.iter().cloned());
        let by = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
        Ok(Self::Issued { by: by.context("--cacert: the file has no certificate that can issue others")?, named })
    }
}

impl ServerCertVerifier for Accepted {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self {
            Self::Any => Ok(ServerCertVerified::assertion()),
            Self::Issued { named, .. } if named.contains(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name).map(|()| ServerCertVerified::assertion())
            }
            Self::Issued { by, .. } => by.verify_server_cert(certificate, intermediates, name, ocsp_response, now),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
