//! The state of a delivery, as the inspector shows it: its own state and attempts, and further attempts on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Receiver, Reply};

use super::page::Page;
use super::{FORGED, KOMMUNICATE, TOKEN};
use crate::forward::MESSAGE;
use crate::gateway::{Gateway, PATIENCE, chathooks, finish_within};

/// Returns the lines once the delivery with this number has this state.
pub(super) async fn lines_when(page: &Page<'_>, number: u64, state: &str) -> Vec<Value> {
    let start = Instant::now();
    loop {
        let lines = page.get("deliveries").await.as_array().cloned().unwrap_or_default();
        if lines.iter().any(|line| line["number"] == json!(number) && line["state"] == json!(state)) {
            return lines;
        }
        assert!(start.elapsed() < PATIENCE, "#{number} is not {state} in {lines:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until a delivery has this many attempts, which are recorded after the state that they lead to.
pub(super) async fn attempts_when(page: &Page<'_>, number: u64, attempts: usize) {
    let start = Instant::now();
    loop {
        let delivery = page.get(&format!("deliveries/{number}")).await["delivery"].clone();
        if delivery["attempts"].as_array().is_some_and(|found| found.len() == attempts) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "#{number} does not have {attempts} attempts: {delivery}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_delivery_has_its_own_state_and_attempts_even_for_the_same_event() {
    let fails = Arc::new(AtomicBool::new(true));
    let failing = Arc::clone(&fails);
    let receiver = Receiver::start(move |_| Reply::Status(if failing.load(Ordering::SeqCst) { 500 } else { 204 })).await;
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--first-retry-ms", "1", "--forward-to", &receiver.url()]);
    let page = Page::of(&gateway);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 200);
    lines_when(&page, 1, "dead").await;
    fails.store(false, Ordering::SeqCst);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 200);
    assert_eq!(page.webhook(KOMMUNICATE, ("authentication", "Basic bm8="), MESSAGE).await, 401);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, "{").await, 400);
    assert_eq!(page.post("fault", json!({"sqs": "refuse"})).await.0, 204);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 503);
    assert_eq!(page.webhook("/nobody", TOKEN, MESSAGE).await, 404);
    page.lines(6).await;
    let lines = lines_when(&page, 2, "delivered").await;
    let states: Vec<_> = lines.iter().rev().map(|line| line["state"].as_str().unwrap_or_default()).collect();
    assert_eq!(states, ["dead", "delivered", "refused", "quarantined", "not_queued", "rejected"]);
    assert_eq!((&lines[5]["preview"], &lines[5]["conversation"]), (&json!("hush-text"), &json!("1")));
    for (number, attempts, places) in [(1, 5, 1), (2, 1, 1), (3, 0, 0), (4, 0, 1), (5, 0, 0)] {
        attempts_when(&page, number, attempts).await;
        let delivery = page.get(&format!("deliveries/{number}")).await["delivery"].clone();
        let count = |name: &str| delivery[name].as_array().map(Vec::len);
        assert_eq!((count("attempts"), count("places")), (Some(attempts), Some(places)), "#{number}: {delivery}");
    }

    let (status, retried) = page.post("deliveries/1/retry", json!({})).await;
    assert_eq!((status, &retried["retried"], &retried["fates"][0]["number"]), (StatusCode::OK, &json!(1), &json!(1)));
    lines_when(&page, 1, "delivered").await;
    attempts_when(&page, 1, 6).await;
    for number in [1, 3, 4] {
        assert_eq!(page.post(&format!("deliveries/{number}/retry"), json!({})).await.0, 409, "#{number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_event_can_be_retried_immediately() {
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let gateway =
        Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--first-retry-ms", "60000", "--forward-to", &receiver.url()]);
    let page = Page::of(&gateway);
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 200);
    let line = lines_when(&page, 1, "retrying").await[0].clone();
    assert!(line["next_attempt_at"].as_i64() > line["at"].as_i64(), "{line}");
    assert_eq!(page.post("deliveries/1/retry", json!({})).await.0, 200);
    receiver.received(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_deliveries_are_all_recorded() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--forward-to", &receiver.url()]);
    let page = Page::of(&gateway);
    let sent = finish_within(&mut chathooks(&["send", "kommo/v2-text", "--repeat", "1500", "--to", &gateway.origin]), 4 * PATIENCE);
    assert_eq!(sent.code, Some(0), "{}", sent.stderr);
    let start = Instant::now();
    while page.get("deliveries?before=2&limit=1").await[0]["number"] != json!(1)
        || page.get("deliveries?limit=1").await[0]["number"] != json!(1_500)
    {
        assert!(start.elapsed() < PATIENCE, "not all deliveries are recorded");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut stream = page.stream(None).await;
    assert_eq!(stream.next().await.2["left_out"], json!(0));
    assert!(!gateway.written().contains("error:"), "{}", gateway.written());
}

#[tokio::test]
async fn a_composed_request_is_sent_and_found_by_its_content() {
    let gateway = Gateway::start();
    let page = Page::of(&gateway);
    let request =
        |sign: bool, body: &str| json!({"path": "/kommunicate/shop?a=b", "headers": [["x-mine", "Needle-1"]], "sign": sign, "body": body});
    for (sign, body, status, number) in [(true, MESSAGE, 200, 1), (false, MESSAGE, 401, 2), (true, "{", 400, 3)] {
        let sent = page.post("send", request(sign, body)).await;
        assert_eq!(sent, (StatusCode::OK, json!({"number": number, "status": status})), "{body}");
    }
    assert_eq!(page.post("send", json!({"path": "nowhere", "headers": [], "sign": false, "body": ""})).await.0, 400);
    assert_eq!(page.webhook("/kommo/shop", ("x-signature", FORGED), "{}").await, 401);
    page.lines(4).await;
    for (text, expected) in
        [("needle-1", json!([1, 2, 3])), ("HUSH-TEXT", json!([1, 2])), ("hush%20nothing", json!([])), ("/kommo/", json!([4]))]
    {
        assert_eq!(page.get(&format!("search?text={text}")).await, expected, "{text}");
    }
    assert_eq!(page.get("search?text=needle-1&after=1").await, json!([2, 3]));

    let line = page.lines(4).await[3].clone();
    let events = page.get(&format!("conversations/{}", line["subject"].as_str().expect("a subject"))).await;
    assert_eq!((&events[0]["delivery"], &events[0]["event"]["data"]["message"]["text"]), (&json!(1), &json!("hush-text")));
    assert_eq!(events.as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_is_under_way_is_shown_as_such() {
    let receiver = Receiver::start(|_| Reply::Hold).await;
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--forward-to", &receiver.url()]);
    let page = Page::of(&gateway);
    let mut stream = page.stream(None).await;
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 200);
    receiver.received(1).await;
    let line = lines_when(&page, 1, "delivering").await[0].clone();
    assert_eq!(line["next_attempt_at"], Value::Null, "{line}");
    assert_eq!(page.get("deliveries/1").await["delivery"]["places"][0]["state"], json!("in flight"));
    receiver.release();
    loop {
        let (name, _, states) = stream.next().await;
        if name == "states" && states[0]["state"] == json!("delivered") {
            break;
        }
    }
}
