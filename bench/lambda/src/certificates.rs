//! The certificates of a typical server, generated for each run: a chain of three with 2048-bit RSA keys.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::rand_core::OsRng;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// The host name in the server's certificate.
pub const HOST: &str = "localhost";

const KEY_BITS: usize = 2048;

/// The files in which systems keep their root certificates.
const SYSTEM_BUNDLES: [&str; 3] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// The root certificates that a client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roots {
    /// The system's roots and the chain's.
    System,
    /// Only the chain's root.
    Own,
}

impl Roots {
    /// Returns the name of the file with these roots.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::System => "roots.pem",
            Self::Own => "root.pem",
        }
    }
}

/// Returns the environment variables from which the TLS libraries read the file with the roots.
#[must_use]
pub fn environment(file: &Path) -> Vec<(String, String)> {
    let file = file.to_string_lossy();
    ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE"].map(|name| (name.to_owned(), file.clone().into_owned())).into()
}

/// A root, an intermediate and a server's certificate, and the server's key.
pub struct Chain {
    root_pem: String,
    server: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Chain {
    /// Generates three keys and their certificates.
    ///
    /// # Errors
    /// The system provides no randomness.
    pub fn make() -> Result<Self> {
        let (root_key, intermediate_key, server_key) = (key()?, key()?, key()?);
        let root_params = authority("Bench Root");
        let root = root_params.self_signed(&root_key)?;
        let root_issuer = Issuer::new(root_params, root_key);
        let intermediate_params = authority("Bench Intermediate");
        let intermediate = intermediate_params.signed_by(&intermediate_key, &root_issuer)?;
        let intermediate_issuer = Issuer::new(intermediate_params, intermediate_key);
        let mut params = CertificateParams::new([HOST.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, HOST);
        params.use_authority_key_identifier_extension = true;
        let server = params.signed_by(&server_key, &intermediate_issuer)?;
        Ok(Self {
            root_pem: root.pem(),
            server: vec![server.der().clone(), intermediate.der().clone()],
            key: PrivatePkcs8KeyDer::from(server_key.serialize_der()).into(),
        })
    }

    /// Returns a server's configuration: only TLS 1.3, with ring.
    ///
    /// # Errors
    /// Key and certificate do not match, which would be a bug.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_no_client_auth()
            .with_single_cert(self.server.clone(), self.key.clone_key())?;
        Ok(Arc::new(config))
    }

    /// Writes roots to one PEM file, and returns how many there are.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, roots: Roots, file: &Path) -> Result<usize> {
        let system = match roots {
            Roots::System => SYSTEM_BUNDLES.iter().find_map(|bundle| fs::read_to_string(bundle).ok()).unwrap_or_default(),
            Roots::Own => String::new(),
        };
        let bundle = format!("{system}\n{}", self.root_pem);
        fs::write(file, &bundle).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(bundle.matches("-----BEGIN CERTIFICATE-----").count())
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params
}

/// Generates an RSA key. ring can sign with RSA keys, but not generate them.
fn key() -> Result<KeyPair> {
    let pem = RsaPrivateKey::new(&mut OsRng, KEY_BITS)?.to_pkcs8_pem(LineEnding::LF)?;
    Ok(KeyPair::from_pkcs8_pem_and_sign_algo(&pem, &PKCS_RSA_SHA256)?)
}
