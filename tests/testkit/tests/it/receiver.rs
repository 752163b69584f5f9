//! `Receiver`: each reply as a client sees it.

use std::io::ErrorKind;
use std::time::Duration;

use testkit::wire::{Headers, Request, Response, call};
use testkit::{Receiver, Reply};

/// Sends one delivery to a receiver.
async fn deliver(receiver: &Receiver) -> std::io::Result<Response> {
    let url = receiver.url();
    let (address, target) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("a URL");
    let headers = Headers::from([("webhook-id".to_owned(), "acme-1".to_owned())]);
    call(address, &Request { method: "POST".into(), target: format!("/{target}"), headers, body: b"{}".to_vec() }).await
}

#[tokio::test]
async fn replies_are_as_requested_and_recorded() {
    for (reply, status, length) in [
        (Reply::Status(204), 204, 0),
        (Reply::Body(10), 200, 10),
        (Reply::Redirect(302, "/x".into()), 302, 0),
        (Reply::CloseAfterAnswer, 200, 0),
    ] {
        let receiver = Receiver::start(move |_| reply.clone()).await;
        let response = deliver(&receiver).await.unwrap();
        assert_eq!((response.status, response.body.len()), (status, length));
        assert_eq!(response.headers.get("location").map(String::as_str), (status == 302).then_some("/x"));
        let [arrival] = &receiver.arrivals()[..] else { panic!("{:?}", receiver.arrivals()) };
        assert_eq!((arrival.id(), arrival.request.body.as_slice(), arrival.is_taken()), ("acme-1", &b"{}"[..], status != 302));
        assert_eq!((receiver.counts()["acme-1"], receiver.connections()), (1, 1));
    }
}

#[tokio::test]
async fn broken_connections_fail() {
    for (reply, kind) in [(Reply::Reset, ErrorKind::ConnectionReset), (Reply::Close, ErrorKind::InvalidData)] {
        let receiver = Receiver::start(move |_| reply.clone()).await;
        assert_eq!(deliver(&receiver).await.unwrap_err().kind(), kind);
        assert!(!receiver.arrivals()[0].is_taken());
    }
}

#[tokio::test]
async fn endless_replies_never_end() {
    for reply in [Reply::Hang, Reply::Trickle, Reply::Hold] {
        let receiver = Receiver::start(move |_| reply.clone()).await;
        let patience = tokio::time::timeout(Duration::from_millis(200), deliver(&receiver));
        assert!(tokio::join!(patience, receiver.received(1)).0.is_err(), "{:?}", receiver.arrivals());
    }
}

#[tokio::test]
async fn held_requests_are_answered_when_released() {
    let receiver = Receiver::start(|_| Reply::Hold).await;
    let release = async {
        receiver.received(2).await;
        receiver.release();
    };
    let (one, other, ()) = tokio::join!(deliver(&receiver), deliver(&receiver), release);
    assert_eq!((one.unwrap().status, other.unwrap().status), (200, 200));
    assert_eq!(deliver(&receiver).await.unwrap().status, 200);
}
