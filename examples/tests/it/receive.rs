//! `receive.*`: what the worker's own delivery posts is accepted once, everything else is refused.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use shared::settings::Settings;
use standardwebhooks::Webhook;
use testkit::Sqs;
use testkit::wire::{Headers, Request, Response, call};
use worker::delivery::Delivery;

use crate::feed::Feed;
use crate::program::{Program, changed_script, failing_script, script};
use crate::versions;

const SECRET: &str = "whsec_b25lIG9mIHRoZSBleGFtcGxlcycgc2VjcmV0cw==";
const TIME_LIMIT: Duration = Duration::from_secs(10);
const OTHER: &str = "whsec_YW5vdGhlciBvZiB0aGUgZXhhbXBsZXMnIHNlY3JldHM=";

/// A receiver, and its address.
fn start(command: Command) -> (Program, String) {
    start_with(command, SECRET)
}

fn start_with(mut command: Command, secrets: &str) -> (Program, String) {
    let program = Program::start(&mut command, &[("DELIVERY_SECRET", secrets), ("PORT", "0")]);
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

/// The secrets that no receiver starts with, as Standard Webhooks and the worker demand it.
pub(crate) const WRONG_SECRETS: [&str; 6] = [
    "whsec_",
    "b25lIG9mIHRoZSBleGFtcGxlcycgc2VjcmV0cw==",
    "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "whsec_not base64, not base64, not base64!",
    "whsec_b25lIG9mIHRoZSBleGFtcGxlcycgc2VjcmV0cw== whsec_c2hvcnQ=",
    "whsec_b25lIG9mIHRoZSBleGFtcGxlcycgc2VjcmV0cw==,whsec_YW5vdGhlciBvZiB0aGUgZXhhbXBsZXMnIHNlY3JldHM=",
];

/// Asks that a receiver ends at once where its secret is missing or wrong, and says so without the secret.
pub(crate) fn wants_a_secret(mut command: impl FnMut() -> Command) {
    let shape = "it must be whsec_ and the base64 of at least 24 bytes, or several of these, separated by spaces";
    for (secret, problem) in [("", "not set"), (" ", "not set")].into_iter().chain(WRONG_SECRETS.map(|secret| (secret, "not a secret"))) {
        let (status, errors) = Program::start(&mut command(), &[("DELIVERY_SECRET", secret), ("PORT", "0")]).end();
        assert!(!status.success() && errors.contains(&format!("DELIVERY_SECRET is {problem}; {shape}")), "{secret} {status} {errors}");
        assert!(!errors.contains("Traceback") && !errors.contains("    at "), "{errors}");
        let parts = secret.split([' ', ',', '_']).filter(|part| part.len() > 7);
        parts.for_each(|part| assert!(!errors.contains(part), "{errors}"));
    }
}

/// The status that a signed body gets.
async fn signed(address: &str, id: &str, body: &str) -> u16 {
    let (signature, time) = signature(id, body, 0);
    status(address, &[("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &signature)], body.as_bytes()).await
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

/// An event of another version comes again, until the receiver knows it.
async fn other_versions_come_again(command: Command) {
    let (program, address) = start(command);
    let (id, json) = event("hush").await;
    let others = versions::others(&json);
    for other in &others {
        assert_eq!(signed(&address, "other", other).await, 500, "{other}");
    }
    assert_eq!(signed(&address, &id, &json).await, 204);
    assert_eq!(program.line(), format!("{id} com.kommo.message \"hush\""));
    let (lines, errors) = program.stop();
    assert_eq!(lines, [""; 0]);
    assert_eq!(errors.iter().filter(|line| line.contains("event other failed")).count(), others.len(), "{errors:?}");
    assert!(!errors.iter().any(|line| line.contains("hush")), "{errors:?}");
}

/// While a secret is replaced, the receiver takes the signatures of both.
async fn either_secret_is_accepted(command: Command) {
    let (_program, address) = start_with(command, &format!("{OTHER}  {SECRET}\n"));
    let (id, json) = event("hello").await;
    for secret in [SECRET, OTHER] {
        delivery(&address, secret).post(&id, &json, None, TIME_LIMIT).await.expect("accepted");
    }
    let third = "whsec_YSB0aGlyZCBvZiB0aGUgZXhhbXBsZXMnIHNlY3JldHM=";
    assert!(delivery(&address, third).post(&id, &json, None, TIME_LIMIT).await.is_err());
}

/// A copy that arrives while the first one is being handled is not handled, and not accepted before that one has been.
async fn parallel_duplicates_are_handled_once(name: &str, code: &str, waiting: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let done = folder.path().join("done");
    let waiting = waiting.replace("DONE", &done.display().to_string());
    let (program, address) = start(changed_script(name, code, &format!("{waiting}{code}")));
    let (id, json) = event("hello").await;
    let first = tokio::spawn({
        let (address, id, json) = (address.clone(), id.clone(), json.clone());
        async move { signed(&address, &id, &json).await }
    });
    assert_eq!(program.line(), "waiting");
    assert_eq!(signed(&address, &id, &json).await, 500);
    std::fs::write(&done, "").expect("written");
    assert_eq!(first.await.expect("an answer"), 204);
    assert_eq!(signed(&address, &id, &json).await, 204);
    assert_eq!(program.stop().0, [format!("{id} com.kommo.message \"hello\"")]);
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

#[tokio::test]
async fn python_is_given_other_versions_again() {
    other_versions_come_again(script("receive.py")).await;
    either_secret_is_accepted(script("receive.py")).await;
}

#[tokio::test]
async fn node_is_given_other_versions_again() {
    other_versions_come_again(script("receive.mjs")).await;
    either_secret_is_accepted(script("receive.mjs")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_handles_parallel_duplicates_once() {
    let waiting = "print('waiting', flush=True)
    while not os.path.exists('DONE'):
        __import__('time').sleep(0.01)
    ";
    parallel_duplicates_are_handled_once("receive.py", "print(event[\"id\"], event[\"type\"]", waiting).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_handles_parallel_duplicates_once() {
    let waiting = "console.log('waiting');
  while (!process.getBuiltinModule('fs').existsSync('DONE')) await new Promise((resume) => setTimeout(resume, 10));
  ";
    parallel_duplicates_are_handled_once("receive.mjs", "console.log(event.id, event.type", waiting).await;
}

#[test]
fn a_receiver_without_a_good_secret_does_not_start() {
    wants_a_secret(|| script("receive.py"));
    wants_a_secret(|| script("receive.mjs"));
}
