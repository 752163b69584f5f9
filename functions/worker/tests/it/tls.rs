//! Certificates, as the worker's process verifies them: its root list holds a CA of this test.

use std::fs;

use rcgen::{BasicConstraints, IsCa, date_time_ymd};
use testkit::Function;
use testkit::certified::{Authority, Certified, authority, params};
use testkit::wire::{Connection, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::bench::{SECRET, STANDARD, binary, messages};

/// Creates a self-signed certificate.
pub(crate) fn self_signed() -> Certified {
    Certified::by_itself(&params("127.0.0.1"))
}

/// Creates the self-signed certificate of a CA, as `openssl req -x509` does.
pub(crate) fn self_signed_ca() -> Certified {
    let mut params = params("127.0.0.1");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Certified::by_itself(&params)
}

/// Starts a server that accepts every event if the TLS handshake succeeds.
pub(crate) async fn server(certified: &Certified) -> (String, JoinHandle<()>) {
    let (acceptor, listener) = (certified.acceptor(), TcpListener::bind("127.0.0.1:0").await.expect("a port"));
    let address = listener.local_addr().expect("its address").to_string();
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let mut connection = Connection::over(stream);
                    while let Ok(Some(_)) = connection.request().await {
                        let _ = connection.answer(&Response::new(200, "text/plain", "")).await;
                    }
                }
            });
        }
    });
    (address, serving)
}

/// Returns the log line of a delivery to a server with this certificate, by a worker that trusts this authority.
async fn line(authority: &Authority, certified: &Certified) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let roots = folder.path().join("roots.pem");
    fs::write(&roots, authority.pem()).expect("a file");
    let (address, _serving) = server(certified).await;
    let url = format!("https://{address}/events");
    let roots = roots.to_str().expect("a path");
    let worker = Function::start(binary(), &[("DELIVERY_URL", &url), ("DELIVERY_SECRET", SECRET), ("SSL_CERT_FILE", roots)]).await;
    worker.invoke(testkit::sqs_event(STANDARD, &messages(&["a1"])).to_string().into_bytes()).await;
    let line = worker.log_with("kommo-a1").await;
    assert!(!line.contains("127.0.0.1") && !line.contains("other.example"), "{line}");
    line
}

#[tokio::test]
async fn a_valid_certificate_is_accepted() {
    let authority = authority("ours");
    let line = line(&authority, &Certified::by(&authority, &params("127.0.0.1"))).await;
    assert!(line.contains("handled"), "{line}");
}

#[tokio::test]
async fn an_invalid_certificate_is_reported() {
    let (ours, other, impostor) = (authority("ours"), authority("other"), authority("ours"));
    let mut expired = params("127.0.0.1");
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let mut early = params("127.0.0.1");
    (early.not_before, early.not_after) = (date_time_ymd(4000, 1, 1), date_time_ymd(4001, 1, 1));
    for (certified, text) in [
        (Certified::by(&ours, &expired), "TLS: the receiver's certificate has expired"),
        (Certified::by(&ours, &early), "TLS: the receiver's certificate is not valid yet"),
        (Certified::by(&ours, &params("other.example")), "TLS: the receiver's certificate is for another host name"),
        (Certified::by(&other, &params("127.0.0.1")), "TLS: the issuer of the receiver's certificate is unknown"),
        (Certified::by(&impostor, &params("127.0.0.1")), "TLS: the receiver's certificate is not signed by the issuer that it names"),
        (self_signed(), "TLS: the issuer of the receiver's certificate is unknown"),
    ] {
        let line = line(&ours, &certified).await;
        assert!(line.contains(text) && line.contains(r#""level":"WARN""#), "{text} is not in {line}");
    }
}
