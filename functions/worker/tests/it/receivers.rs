//! All kinds of receivers: only 2xx accepts an event, and an event is sent only to the configured URL.

use testkit::{Function, Receiver, Reply};
use tokio::net::TcpSocket;

use crate::bench::{Bench, SECRET, STANDARD, binary, messages};

/// Delivers an event to a receiver with this reply, and returns the failed messages.
async fn failed(reply: Reply) -> (Vec<String>, Bench) {
    let bench = Bench::start(move |_| reply.clone()).await;
    (bench.deliver(STANDARD, &messages(&["a1"])).await, bench)
}

#[tokio::test]
async fn every_2xx_is_success() {
    for status in [200, 201, 202, 204, 299] {
        let (failed, bench) = failed(Reply::Status(status)).await;
        assert!(failed.is_empty(), "{status}");
        let line = bench.worker.log_with("kommo-a1").await;
        assert!(line.contains(r#""level":"INFO""#) && line.contains("handled"), "{line}");
    }
}

#[tokio::test]
async fn every_other_status_is_a_failure_and_is_logged() {
    for status in [300, 304, 400, 401, 404, 410, 429, 500, 503] {
        let (failed, bench) = failed(Reply::Status(status)).await;
        assert_eq!(failed, ["m-a1"], "{status}");
        assert_eq!(bench.arrived().len(), 1, "{status}: one attempt is one request; the queue redelivers");
        let line = bench.worker.log_with("kommo-a1").await;
        assert!(line.contains(r#""level":"WARN""#) && line.contains(&format!("the receiver answered {status}")), "{line}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::start(|_| Reply::Status(200)).await;
    for status in [301, 302, 303, 307, 308] {
        let (failed, _) = failed(Reply::Redirect(status, elsewhere.url())).await;
        assert_eq!(failed, ["m-a1"], "{status}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_broken_connection_is_a_failure() {
    for reply in [Reply::Reset, Reply::Close] {
        let (failed, bench) = failed(reply.clone()).await;
        assert_eq!(failed, ["m-a1"], "{reply:?}");
        let line = bench.worker.log_with("kommo-a1").await;
        assert!(line.contains("closed the connection"), "{line}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_failure_and_the_next_delivery_is_attempted() {
    // Bound but not listening, so no other process gets the port.
    let port = TcpSocket::new_v4().expect("a socket");
    port.bind(([127, 0, 0, 1], 0).into()).expect("a free loopback port");
    let url = format!("http://{}/events", port.local_addr().expect("its address"));
    let worker = Function::start(binary(), &[("DELIVERY_URL", &url), ("DELIVERY_SECRET", SECRET)]).await;
    let event = testkit::sqs_event(STANDARD, &messages(&["a1", "a2"])).to_string();
    let invocation = worker.invoke(event.into_bytes()).await;
    assert_eq!(testkit::failures(&invocation.outcome), ["m-a1", "m-a2"]);
    let line = worker.log_with("kommo-a2").await;
    assert!(line.contains("connection refused") && !line.contains(&url), "{line}");
}
