//! Receivers with an untrusted certificate: rejected unless --cacert or --insecure is given.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use testkit::wire::{Connection, Response};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::forward::{MESSAGE, post};
use crate::gateway::{Finished, Gateway, chathooks, finish};

/// A receiver on 127.0.0.1.
struct Server {
    port: u16,
    /// The number of its requests.
    count: Arc<AtomicUsize>,
}

/// Returns a certificate authority for these names, and its key.
fn authority(names: &[&str]) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate")
}

async fn serve(certificate: CertificateDer<'static>, key: &KeyPair) -> Server {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a certificate");
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
    Server { port, count }
}

fn file(folder: &TempDir, name: &str, text: &str) -> String {
    let file = folder.path().join(name);
    fs::write(&file, text).expect("a file");
    file.display().to_string()
}

fn send(url: &str, arguments: &[&str]) -> Finished {
    finish(chathooks(&["send", "kommo/v2-text", "--to", url]).args(arguments))
}

/// Posts a webhook to a gateway that forwards to `url`, and returns the line of the first delivery attempt.
async fn forward(url: &str, arguments: &[&str]) -> String {
    let arguments = [&["--first-retry-ms", "60000", "--forward-to", url], arguments].concat();
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &arguments);
    assert!(gateway.banner.iter().any(|line| line.starts_with(&format!("worker: delivers to {url} "))), "{:?}", gateway.banner);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    gateway.delivery()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_a_private_authority_is_accepted_on_demand() {
    let (issuer, key) = (authority(&[]), KeyPair::generate().expect("a key"));
    let own = CertificateParams::new(["127.0.0.1".to_owned()]).expect("parameters").signed_by(&key, &issuer).expect("a certificate");
    let server = serve(own.der().clone(), &key).await;
    let folder = TempDir::new().expect("a folder");
    let (ca, none) = (file(&folder, "ca.pem", &issuer.pem()), file(&folder, "none.pem", "hush"));
    let url = format!("https://127.0.0.1:{}", server.port);

    let refused = send(&url, &[]);
    assert!(refused.code == Some(2) && refused.stderr.contains("TLS: the certificate's issuer is not trusted"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--cacert"), "{}", refused.stderr);
    assert_eq!([send(&url, &["--cacert", &ca]).code, send(&url, &["--insecure"]).code], [Some(0), Some(0)]);
    let wrong = send(&url, &["--cacert", &none]);
    assert!(wrong.code == Some(2) && wrong.stderr.contains("none.pem") && !wrong.stderr.contains("hush"), "{}", wrong.stderr);
    assert_eq!(server.count.load(Ordering::SeqCst), 2);

    for (arguments, told) in [
        (&[][..], "TLS: the issuer of the receiver's certificate is unknown"),
        (&["--cacert", &ca], " delivered in "),
        (&["--insecure"], " delivered in "),
    ] {
        let line = forward(&url, arguments).await;
        assert!(line.contains(told), "{arguments:?}: {line}");
    }
    assert_eq!(server.count.load(Ordering::SeqCst), 4);
}

/// `openssl req -x509` marks a self-signed certificate as that of a CA.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_self_signed_certificate_is_accepted_on_demand_for_its_names() {
    let folder = TempDir::new().expect("a folder");
    for (name, accepted) in [("127.0.0.1", true), ("other.example", false)] {
        let own = authority(&[name]);
        let server = serve(own.der().clone(), own.key()).await;
        let url = format!("https://127.0.0.1:{}", server.port);
        let pem = file(&folder, "own.pem", &own.pem());
        let other = file(&folder, "other.pem", &authority(&[name]).pem());
        assert_ne!(send(&url, &["--cacert", &other]).code, Some(0));
        let sent = send(&url, &["--cacert", &pem]);
        assert_eq!(sent.code == Some(0), accepted, "{name}: {}", sent.stderr);
        assert_eq!(sent.stderr.contains("TLS: the certificate is for another host name"), !accepted, "{name}: {}", sent.stderr);
        let line = forward(&url, &["--cacert", &pem]).await;
        let told = if accepted { " delivered in " } else { "failed (TLS: the receiver's certificate is for another host name)" };
        assert!(line.contains(told), "{name}: {line}");
        assert_eq!(server.count.load(Ordering::SeqCst), if accepted { 2 } else { 0 });
    }
}
