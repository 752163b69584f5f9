//! What a receiver gets: the event byte for byte, its id, and a signature for each secret.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_http::http::HeaderMap;
use standardwebhooks::Webhook;
use testkit::standard_webhooks::{signature, signatures};
use testkit::{Arrival, Function, Receiver, Reply};

use crate::bench::{Bench, SECRET, STANDARD, binary, event, message};

const OLD_SECRET: &str = "whsec_b2xkLXNlY3JldC1vbGQtc2VjcmV0LW9sZC1zZWNyZXQ=";

#[tokio::test]
async fn a_delivery_is_the_event_with_its_id_and_a_signature() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    // Whitespace and escapes that parsing and serializing would not keep.
    let body = event("kommo-1").to_string().replacen(':', " :\t", 3).replace('ü', "\\u00fc") + "\n";
    assert!(bench.deliver(STANDARD, &[message("m-1", "g", &body)]).await.is_empty());

    let [arrival] = &bench.receiver.arrivals()[..] else { panic!("{:?}", bench.receiver.arrivals()) };
    let request = &arrival.request;
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/events?from=chathooks"));
    assert_eq!(String::from_utf8_lossy(&request.body), body);
    assert_eq!(arrival.id(), "kommo-1");
    assert_eq!(request.header("content-type"), "application/cloudevents+json");
    assert!(request.header("user-agent").starts_with("chathooks/"));
    assert_eq!(signatures(request), [signature(SECRET, request)]);
    let timestamp: u64 = request.header("webhook-timestamp").parse().expect("a number");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    assert!(now.abs_diff(Duration::from_secs(timestamp)) < Duration::from_secs(10), "{timestamp}");
    assert!(is_verified_by(SECRET, arrival));
}

#[tokio::test]
async fn each_of_two_secrets_signs() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let secrets = format!("{SECRET} {OLD_SECRET}");
    let worker = Function::start(binary(), &[("DELIVERY_URL", &receiver.url()), ("DELIVERY_SECRET", &secrets)]).await;
    let bench = Bench { receiver, worker };
    assert!(bench.deliver(STANDARD, &[message("m-1", "g", event("kommo-1"))]).await.is_empty());

    let arrival = &bench.receiver.arrivals()[0];
    let expected = [SECRET, OLD_SECRET].map(|secret| signature(secret, &arrival.request));
    assert_eq!(signatures(&arrival.request), expected, "newest first");
    for (secret, verified) in [(SECRET, true), (OLD_SECRET, true), ("whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==", false)] {
        assert_eq!(is_verified_by(secret, arrival), verified, "{secret}");
    }
}

#[tokio::test]
async fn a_redelivery_has_the_same_id() {
    let bench = Bench::start(|_| Reply::Status(500)).await;
    let messages = [message("m-1", "g", event("kommo-1"))];
    for _ in 0..2 {
        assert_eq!(bench.deliver(STANDARD, &messages).await, ["m-1"]);
    }
    assert_eq!(bench.arrived(), ["kommo-1", "kommo-1"]);
}

/// Whether the reference library verifies a delivery.
fn is_verified_by(secret: &str, arrival: &Arrival) -> bool {
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(name, arrival.request.header(name).parse().expect("a header's value"));
    }
    Webhook::new(secret).expect("a secret").verify(&arrival.request.body, &headers).is_ok()
}
