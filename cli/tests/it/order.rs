//! Failures: what is tried again and when, what waits for it, and what is given up.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;
use testkit::{Receiver, Reply};

use crate::forward::{MESSAGE, forwarding, post};
use crate::rows::rows;

/// Two conversations in one request: their messages are in the queue at one moment.
const CONVERSATIONS: &str = r#"[{"key":"a1","groupId":1,"message":"a1"},{"key":"a2","groupId":1,"message":"a2"},
    {"key":"b1","groupId":2,"message":"b1"},{"key":"a3","groupId":1,"message":"a3"}]"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_comes_again_under_its_id() {
    let calls = AtomicUsize::new(0);
    let receiver = Receiver::start(move |_| Reply::Status(if calls.fetch_add(1, Ordering::SeqCst) < 2 { 500 } else { 200 })).await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let lines = [gateway.delivery(), gateway.delivery(), gateway.delivery()];
    let again = |line: &str, count: &str| {
        let (_, wait) = line.split_once(" failed (the receiver answered 500), again in ").unwrap_or_else(|| panic!("{lines:?}"));
        wait.strip_suffix(&format!(" ms ({count} of 5)")).and_then(|wait| wait.parse().ok()).unwrap_or_else(|| panic!("{lines:?}"))
    };
    let waits: [u32; 2] = [again(&lines[0], "2"), again(&lines[1], "3")];
    assert!((4..=6).contains(&waits[0]) && (8..=12).contains(&waits[1]), "{lines:?}");
    assert!(lines[2].contains(" delivered in "), "{lines:?}");

    let arrivals = receiver.arrivals();
    let row = &rows(&gateway.queue_file())[0];
    let ids: Vec<&str> = arrivals.iter().map(|arrival| arrival.id()).collect();
    assert_eq!((ids, row.queue.as_str()), (vec![row.event_id.as_str(); 3], "done"));
    assert!(arrivals.iter().all(|arrival| arrival.request.body == row.body.as_bytes()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_waits_for_its_retry_and_others_go_on() {
    // The first message fails at first, and is taken only after the other conversation's: else it would be given up.
    let (others, firsts) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let receiver = Receiver::start(move |request| {
        let event: Value = serde_json::from_slice(&request.body).expect("an event");
        let text = event["data"]["message"]["text"].as_str().expect("a text").to_owned();
        if text == "b1" {
            others.fetch_add(1, Ordering::SeqCst);
        }
        let is_early = text == "a1" && (firsts.fetch_add(1, Ordering::SeqCst) == 0 || others.load(Ordering::SeqCst) == 0);
        Reply::Status(if is_early { 503 } else { 200 })
    })
    .await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    assert_eq!(post(&gateway, CONVERSATIONS).await, 200);
    let mut taken = Vec::new();
    while taken.len() < 4 {
        let line = gateway.delivery();
        assert!(!line.contains("dead-lettered"), "{line}");
        taken.extend(line.contains(" delivered in ").then_some(line));
    }
    let text = |body: &[u8]| serde_json::from_slice::<Value>(body).expect("an event")["data"]["message"]["text"].clone();
    let conversation: Vec<Value> =
        receiver.arrivals().iter().filter(|arrival| arrival.is_taken()).map(|arrival| text(&arrival.request.body)).collect();
    let conversation: Vec<&Value> = conversation.iter().filter(|text| *text != "b1").collect();
    assert_eq!(conversation, ["a1", "a2", "a3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_up_lets_the_next_through() {
    let receiver = Receiver::start(|request| {
        let is_first = String::from_utf8_lossy(&request.body).contains(r#""text":"a1""#);
        Reply::Status(if is_first { 500 } else { 200 })
    })
    .await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    assert_eq!(post(&gateway, CONVERSATIONS).await, 200);
    let mut lines = Vec::new();
    while lines.iter().filter(|line: &&String| line.contains(" delivered in ")).count() < 3 {
        lines.push(gateway.delivery());
    }
    let dead = lines.iter().position(|line| line.contains(" dead-lettered after 5 attempts (the receiver answered 500)")).expect("a line");
    let row = &rows(&gateway.queue_file())[0];
    assert_eq!((row.queue.as_str(), lines[dead].contains(&row.event_id)), ("dead", true));
    assert_eq!(receiver.counts()[&row.event_id], 5);
    let after = rows(&gateway.queue_file())[1].event_id.clone();
    assert!(lines.iter().position(|line| line.contains(&after)) > Some(dead), "{lines:?}");
}
