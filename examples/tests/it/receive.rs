//! `receive.*`: what the worker's own delivery posts is accepted once, everything else is refused.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use shared::settings::Settings;
use standardwebhooks::Webhook;
use testkit::Sqs;
use testkit::wire::{Headers, Request, Response, call};
use worker::delivery::Delivery;

use crate::feed::Feed;
use crate::program::{Program, failing_script, script};

const SECRET: &str = "whsec_b25lIG9mIHRoZSBleGFtcGxlcycgc2VjcmV0cw==";
const TIME_LIMIT: Duration = Duration::from_secs(10);
const OTHER: &str = "whsec_YW5vdGhlciBvZiB0aGUgZXhhbXBsZXMnIHNlY3JldHM=";

/// A receiver, and its address.
fn start(mut command: Command) -> (Program, String) {
    let program = Program::start(&mut command, &[("DELIVERY_SECRET", SECRET), ("PORT", "0")]);
    let line = program.line();
    let address = line.strip_prefix("listening on http://").expect("an address").to_owned();
    (program, address)
}

/// The worker's delivery with these secrets.
fn delivery(address: &str, secrets: &str) -> Delivery {
    let (url, secrets) = (format!("http://{address}/events"), secrets.to_owned());
    let settings = Settings::new(move |name| match name {
        "DELIVERY_URL" => Some(url.clone()),
        "DELIVERY_SECRET" => Some(secrets.clone()),
        _ => None,
    });
    Delivery::from_settings(&settings).expect("settings").expect("a delivery")
}

/// Delivers an event as the worker does; says whether it was accepted.
pub(crate) async fn deliver(address: &str, id: &str, json: &str) -> bool {
    delivery(address, SECRET).post(id, json, None, TIME_LIMIT).await.is_ok()
}

/// An event as it stands in the queue.
pub(crate) async fn event(text: &str) -> (String, String) {
    let queue = Sqs::start().create_queue("receive").await;
    let id = Feed::new(&queue).await.text("a", text).await;
    (id, queue.receive_all().await.remove(0).body)
}

/// The status that a request of our own gets.
async fn status(address: &str, headers: &[(&str, &str)], body: &[u8]) -> u16 {
    answer(address, headers, body).await.status
}

/// The answer that a request of our own gets.
pub(crate) async fn answer(address: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let mut headers: Headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    headers.insert("host".to_owned(), address.to_owned());
    let request = Request { method: "POST".into(), target: "/events".into(), headers, body: body.to_vec() };
    call(address, &request).await.expect("an answer")
}

/// The secret of every receiver here.
pub(crate) const RECEIVERS_SECRET: &str = SECRET;

/// A signature over a body by the receiver's secret, and its time.
pub(crate) fn signature(id: &str, body: &str, seconds_ago: i64) -> (String, String) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let time = i64::try_from(now).expect("in range") - seconds_ago;
    let signature = Webhook::new(&SECRET["whsec_".len()..]).expect("a secret").sign(id, time, body.as_bytes()).expect("signed");
    (signature, time.to_string())
}

/// Asks for 401 wherever something of a good delivery is missing or wrong, and for 204 where nothing is.
pub(crate) async fn wants_a_proof(address: &str, id: &str, json: &str, text: &str) {
    let (good, time) = signature(id, json, 0);
    let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &good)];
    assert_eq!(status(address, &headers, json.as_bytes()).await, 204);
    assert_eq!(status(address, &headers, json.replace(text, "hellO").as_bytes()).await, 401);
    assert_eq!(status(address, &headers, b"\xff").await, 401);
    assert_eq!(status(address, &headers, b"").await, 401);
    assert_eq!(status(address, &headers[..2], json.as_bytes()).await, 401);
    assert_eq!(status(address, &[headers[0], headers[1], ("webhook-signature", "v1")], json.as_bytes()).await, 401);
    let (stale, time) = signature(id, json, 600);
    let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &stale)];
    assert_eq!(status(address, &headers, json.as_bytes()).await, 401);
}

async fn accepts_the_worker_and_nobody_else(command: Command) {
    let (program, address) = start(command);
    let (id, json) = event("hello").await;

    // Both secrets sign while they rotate; one of them is the receiver's.
    let ours = delivery(&address, &format!("{OTHER} {SECRET}"));
    ours.post(&id, &json, None, TIME_LIMIT).await.expect("accepted");
    ours.post(&id, &json, None, TIME_LIMIT).await.expect("accepted again");
    let refused = delivery(&address, OTHER).post(&id, &json, None, TIME_LIMIT).await.expect_err("another secret");
    assert_eq!(refused.to_string(), "the receiver answered 401");

    wants_a_proof(&address, &id, &json, "hello").await;

    assert_eq!(program.line(), format!("{id} com.kommo.message \"hello\""));
    assert_eq!(program.stop().0, [""; 0]);
}

async fn a_failure_is_told_and_tried_again(command: Command) {
    let (program, address) = start(command);
    let (id, json) = event("hello").await;
    let ours = delivery(&address, SECRET);
    assert_eq!(ours.post(&id, &json, None, TIME_LIMIT).await.expect_err("the first time").to_string(), "the receiver answered 500");
    ours.post(&id, &json, None, TIME_LIMIT).await.expect("the second time");
    assert_eq!(program.line(), format!("{id} com.kommo.message \"hello\""));
    assert!(program.error_line().contains(&id));
}

#[tokio::test]
async fn python_accepts_the_worker_and_nobody_else() {
    accepts_the_worker_and_nobody_else(script("receive.py")).await;
}

#[tokio::test]
async fn node_accepts_the_worker_and_nobody_else() {
    accepts_the_worker_and_nobody_else(script("receive.mjs")).await;
}

#[tokio::test]
async fn python_tells_a_failure() {
    a_failure_is_told_and_tried_again(failing_script("receive.py", "hello")).await;
}

#[tokio::test]
async fn node_tells_a_failure() {
    a_failure_is_told_and_tried_again(failing_script("receive.mjs", "hello")).await;
}

#[test]
fn a_receiver_without_a_secret_does_not_start() {
    for name in ["receive.py", "receive.mjs"] {
        let (status, errors) = Program::start(&mut script(name), &[]).end();
        assert!(status.code() == Some(1) && errors.contains("DELIVERY_SECRET is not set"), "{status} {errors}");
    }
}
