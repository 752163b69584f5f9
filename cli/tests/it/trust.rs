//! Receivers with an untrusted certificate: rejected unless --cacert or --insecure is given.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use testkit::wire::{Connection, Response};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::forward::{MESSAGE, post};
use crate::gateway::{Gateway, chathooks, finish};

/// Starts a server on 127.0.0.1 whose certificate is signed by its own authority. Returns the port, the authority in
/// PEM, and the number of requests.
async fn server() -> (u16, String, Arc<AtomicUsize>) {
    let mut params = CertificateParams::new([]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate");
    let key = KeyPair::generate().expect("a key");
    let own = CertificateParams::new(["127.0.0.1".to_owned()]).expect("parameters").signed_by(&key, &authority).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![own.der().clone()], key).expect("a certificate");
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.expect("a port"));
    let port = listener.local_addr().expect("its address").port();
    let count = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let mut connection = Connection::over(stream);
                    while let Ok(Some(_)) = connection.request().await {
                        counted.fetch_add(1, Ordering::SeqCst);
                        let _ = connection.answer(&Response::new(200, "text/plain", "")).await;
                    }
                }
            });
        }
    });
    (port, authority.pem(), count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_certificate_is_accepted_on_demand() {
    let (port, authority, count) = server().await;
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).expect("a file");
        file.display().to_string()
    };
    let (ca, none, url) = (path("ca.pem", &authority), path("none.pem", "hush"), format!("https://127.0.0.1:{port}"));

    let send = |arguments: &[&str]| finish(chathooks(&["send", "kommo/v2-text", "--to", &url]).args(arguments));
    let refused = send(&[]);
    assert!(refused.code == Some(2) && refused.stderr.contains("TLS: the certificate's issuer is not trusted"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--cacert"), "{}", refused.stderr);
    assert_eq!([send(&["--cacert", &ca]).code, send(&["--insecure"]).code], [Some(0), Some(0)]);
    let wrong = send(&["--cacert", &none]);
    assert!(wrong.code == Some(2) && wrong.stderr.contains("none.pem") && !wrong.stderr.contains("hush"), "{}", wrong.stderr);
    assert_eq!(count.load(Ordering::SeqCst), 2);

    for (arguments, told) in [
        (&[][..], "TLS: the issuer of the receiver's certificate is unknown"),
        (&["--cacert", &ca], " delivered in "),
        (&["--insecure"], " delivered in "),
    ] {
        let arguments = [&["--first-retry-ms", "60000", "--forward-to", &url], arguments].concat();
        let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &arguments);
        assert!(gateway.banner.iter().any(|line| line.starts_with(&format!("worker: delivers to {url} "))), "{:?}", gateway.banner);
        assert_eq!(post(&gateway, MESSAGE).await, 200);
        let line = gateway.delivery();
        assert!(line.contains(told), "{arguments:?}: {line}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 4);
}
