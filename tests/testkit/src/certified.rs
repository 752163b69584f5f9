//! Certificates, and TLS servers that present them.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A certificate authority.
pub type Authority = CertifiedIssuer<'static, KeyPair>;

/// Creates an authority with this name. Every call generates a new key.
pub fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new([]).expect("parameters");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

/// Returns the parameters of a certificate for this host name.
pub fn params(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).expect("parameters")
}

/// A certificate and its key.
pub struct Certified {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Certified {
    /// Creates a certificate signed by the authority.
    pub fn by(authority: &Authority, params: &CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        Self { certificate: params.signed_by(&key, authority).expect("a certificate").der().clone(), key }
    }

    /// Creates a self-signed certificate.
    pub fn by_itself(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        Self { certificate: params.self_signed(&key).expect("a certificate").der().clone(), key }
    }

    /// Returns a TLS acceptor that presents this certificate.
    pub fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
        let config = config.with_no_client_auth().with_single_cert(vec![self.certificate.clone()], key).expect("a certificate");
        TlsAcceptor::from(Arc::new(config))
    }

    /// Serves TLS in front of a plain server on 127.0.0.1 and returns the address. The server stops with the test's
    /// runtime.
    pub async fn in_front_of(&self, upstream: &str) -> String {
        let (acceptor, listener) = (self.acceptor(), TcpListener::bind("127.0.0.1:0").await.expect("a port"));
        let address = listener.local_addr().expect("its address").to_string();
        let upstream = upstream.to_owned();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, upstream) = (acceptor.clone(), upstream.clone());
                tokio::spawn(async move {
                    let (Ok(mut stream), Ok(mut plain)) = tokio::join!(acceptor.accept(stream), TcpStream::connect(upstream)) else {
                        return;
                    };
                    let _ = copy_bidirectional(&mut stream, &mut plain).await;
                });
            }
        });
        address
    }
}
