//! `receive.*`: a delivery by the worker's own code is accepted once; everything else is rejected.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use shared::settings::Settings;
use standardwebhooks::Webhook;
use testkit::Sqs;
use testkit::wire::{Headers, Request, Response, call};
use worker::delivery::Delivery;

use crate::feed::{Feed, of_other_versions};
use crate::program::{Program, failing_script, script, script_with};

const SECRET: &str = "whsec_b25lIG9mIHRoZSBleGFtcGxlcycgc2VjcmV0cw==";
const TIME_LIMIT: Duration = Duration::from_secs(10);
pub(crate) const OTHER: &str = "whsec_YW5vdGhlciBvZiB0aGUgZXhhbXBsZXMnIHNlY3JldHM=";

/// Starts a receiver, and returns it with its address.
pub(crate) fn start(command: Command) -> (Program, String) {
    start_with(command, SECRET)
}

fn start_with(mut command: Command, secrets: &str) -> (Program, String) {
    let program = Program::start(&mut command, &[("DELIVERY_SECRET", secrets), ("PORT", "0")]);
    let line = program.line();
    let address = line.strip_prefix("listening on http://").expect("an address").to_owned();
    (program, address)
}

/// Returns the worker's delivery client with these secrets.
fn delivery(address: &str, secrets: &str) -> Delivery {
    let (url, secrets) = (format!("http://{address}/events"), secrets.to_owned());
    let settings = Settings::new(move |name| match name {
        "DELIVERY_URL" => Some(url.clone()),
        "DELIVERY_SECRET" => Some(secrets.clone()),
        _ => None,
    });
    Delivery::from_settings(&settings).expect("settings").expect("a delivery")
}

/// Delivers an event as the worker does, and returns whether it was accepted.
pub(crate) async fn deliver(address: &str, id: &str, json: &str) -> bool {
    delivery(address, SECRET).post(id, json, None, TIME_LIMIT).await.is_ok()
}

/// Returns the ID of an event, and the event as it is in the queue.
pub(crate) async fn event(text: &str) -> (String, String) {
    let queue = Sqs::start().create_queue("receive").await;
    let id = Feed::new(&queue).await.text("a", text).await;
    (id, queue.receive_all().await.remove(0).body)
}

/// Sends a custom request, and returns the status.
async fn status(address: &str, headers: &[(&str, &str)], body: &[u8]) -> u16 {
    answer(address, headers, body).await.status
}

/// Sends a custom request, and returns the response.
async fn answer(address: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let mut headers: Headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    headers.insert("host".to_owned(), address.to_owned());
    let request = Request { method: "POST".into(), target: "/events".into(), headers, body: body.to_vec() };
    call(address, &request).await.expect("a response")
}

/// The secret of every receiver here.
pub(crate) const RECEIVERS_SECRET: &str = SECRET;

/// Signs a body with the receiver's secret, and returns the signature and its timestamp.
fn signature(id: &str, body: &str, seconds_ago: i64) -> (String, String) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let time = i64::try_from(now).expect("in range") - seconds_ago;
    let signature = Webhook::new(&SECRET["whsec_".len()..]).expect("a secret").sign(id, time, body.as_bytes()).expect("signed");
    (signature, time.to_string())
}

/// Sends a signed body, and returns the status and `chathooks-refuse`.
pub(crate) async fn post(address: &str, id: &str, body: &str) -> (u16, Option<String>) {
    let (signature, time) = signature(id, body, 0);
    let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    let answer = answer(address, &headers, body.as_bytes()).await;
    (answer.status, answer.headers.get("chathooks-refuse").cloned())
}

/// Checks for 401 if any part of a valid delivery is missing or invalid, and for 204 otherwise.
pub(crate) async fn requires_a_proof(address: &str, id: &str, json: &str, text: &str) {
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

    // During a rotation both secrets sign; one of them is the receiver's.
    let ours = delivery(&address, &format!("{OTHER} {SECRET}"));
    ours.post(&id, &json, None, TIME_LIMIT).await.expect("accepted");
    ours.post(&id, &json, None, TIME_LIMIT).await.expect("accepted again");
    let refused = delivery(&address, OTHER).post(&id, &json, None, TIME_LIMIT).await.expect_err("another secret");
    assert_eq!(refused.to_string(), "the receiver answered 401");

    requires_a_proof(&address, &id, &json, "hello").await;

    assert_eq!(program.line(), format!("{id} com.kommo.message \"hello\""));
    assert_eq!(program.stop().0, [""; 0]);
}

/// Checks that either of the receiver's two secrets is enough.
pub(crate) async fn accepts_either_secret(address: &str) {
    let (id, json) = event("hello").await;
    for secret in [SECRET, OTHER] {
        delivery(address, secret).post(&id, &json, None, TIME_LIMIT).await.expect("accepted");
    }
    let third = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";
    delivery(address, third).post(&id, &json, None, TIME_LIMIT).await.expect_err("another secret");
}

/// Checks that the receiver does not start without well-formed secrets, and that the error does not show them.
pub(crate) fn requires_a_secret(command: impl Fn() -> Command) {
    let short = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    let unprefixed = &SECRET["whsec_".len()..];
    let both = format!("{SECRET} {short}");
    for secret in [None, Some(""), Some(" "), Some("whsec_"), Some(short), Some(unprefixed), Some("whsec_***"), Some(both.as_str())] {
        let env: Vec<(&str, &str)> = secret.map(|secret| ("DELIVERY_SECRET", secret)).into_iter().collect();
        let (status, errors) = Program::start(&mut command(), &env).end();
        let told = "DELIVERY_SECRET is not set or malformed; it must be one or more secrets of the worker, separated by spaces: whsec_ and base64 of at least 24 bytes each";
        assert!(status.code() == Some(1) && errors.trim_end() == told, "{secret:?} {status} {errors}");
    }
}

/// Sends two requests with the same event: the second gets 503 while the first is in progress.
async fn a_parallel_duplicate_is_not_handled(name: &str, code: impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().expect("a folder");
    let gate = folder.path().join("gate");
    let (program, address) = start(script_with(name, &code(&gate.display().to_string())));
    let (id, json) = event("hello").await;
    let first = {
        let (address, id, json) = (address.clone(), id.clone(), json.clone());
        tokio::spawn(async move { deliver(&address, &id, &json).await })
    };
    assert_eq!(program.line(), "in progress");
    let (signature, time) = signature(&id, &json, 0);
    let headers = [("webhook-id", id.as_str()), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    assert_eq!(status(&address, &headers, json.as_bytes()).await, 503);
    std::fs::write(&gate, "").expect("written");
    assert!(first.await.expect("a response"), "the first");
    assert_eq!(status(&address, &headers, json.as_bytes()).await, 204);
    assert_eq!(program.line(), format!("{id} com.kommo.message \"hello\""));
    assert_eq!(program.stop().0, [""; 0]);
}

/// Checks that an event of another version gets 503, because a later receiver might accept it.
async fn another_version_is_retried(name: &str) {
    let (program, address) = start(script(name));
    let (id, json) = event("hello").await;
    for other in of_other_versions(&json) {
        assert_eq!(post(&address, &id, &other).await, (503, None), "{other}");
    }
    assert!(deliver(&address, &id, &json).await, "an event of version 1");
    assert_eq!(program.stop().0.len(), 1);
}

async fn a_failure_is_reported_and_retried(command: Command) {
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
async fn python_reports_a_failure() {
    a_failure_is_reported_and_retried(failing_script("receive.py", "hello")).await;
}

#[tokio::test]
async fn node_reports_a_failure() {
    a_failure_is_reported_and_retried(failing_script("receive.mjs", "hello")).await;
}

#[test]
fn a_receiver_without_a_secret_does_not_start() {
    for name in ["receive.py", "receive.mjs"] {
        requires_a_secret(|| script(name));
    }
}

#[tokio::test]
async fn each_of_multiple_secrets_is_accepted() {
    for name in ["receive.py", "receive.mjs"] {
        let (_program, address) = start_with(script(name), &format!("{OTHER} {SECRET}\n"));
        accepts_either_secret(&address).await;
    }
}

#[tokio::test]
async fn another_version_is_retried_by_both() {
    for name in ["receive.py", "receive.mjs"] {
        another_version_is_retried(name).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_does_not_handle_a_parallel_duplicate() {
    let code =
        |gate: &str| format!("print('in progress', flush=True)\n    while not os.path.exists({gate:?}): __import__('time').sleep(0.01)");
    a_parallel_duplicate_is_not_handled("receive.py", code).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_does_not_handle_a_parallel_duplicate() {
    let code = |gate: &str| {
        format!(
            "console.log('in progress'); const {{ existsSync }} = await import('node:fs');
    while (!existsSync({gate:?})) await new Promise((resolve) => setTimeout(resolve, 10));"
        )
    };
    a_parallel_duplicate_is_not_handled("receive.mjs", code).await;
}
