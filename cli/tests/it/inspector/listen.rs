//! The inspector of `chathooks listen`: an event is a row, which says what happened to it.

use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::wire::Response;
use testkit::{Fault, FaultySqs, Queue, Receiver, Reply, Sqs};

use super::delivery::{attempts_when, lines_when};
use super::page::Page;
use crate::filled::{counts, event, fill};
use crate::gateway::{Gateway, PATIENCE, finish};
use crate::listen::listen;

const BODY: &str = r#"{"key":"k","message":"Is it ready?"}"#;

/// A message with the body that the provider sent.
fn with_original(id: &str) -> Value {
    let mut event = event(id, "chat7", "kommo", "message");
    event["data"]["original"] = json!({"body": BODY, "encoding": "utf-8", "sha256": "0".repeat(64)});
    event["data"]["message"]["text"] = json!("Is it ready?");
    event
}

fn start(url: &str, receiver: &Receiver, folder: TempDir) -> Gateway {
    let mut command = listen(url, receiver, folder.path());
    Gateway::spawn(command.args(["--visibility-s", "3"]), folder)
}

async fn queue_of(events: &[Value]) -> Queue {
    let queue = Sqs::start().create_queue("listen").await;
    fill(&queue, events).await;
    queue
}

/// Waits until SQS has so many messages, visible or in flight.
async fn left(queue: &Queue, expected: usize) {
    let start = Instant::now();
    while counts(queue).await.iter().sum::<usize>() != expected {
        assert!(start.elapsed() < PATIENCE, "{:?}", counts(queue).await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_a_row_with_its_content_and_each_attempt() {
    let calls = AtomicUsize::new(0);
    let receiver = Receiver::start(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Response(Response::new(500, "text/plain", "no database").with("x-mine", "seen")),
        _ => Reply::Status(204),
    })
    .await;
    let queue = queue_of(&[with_original("k1")]).await;
    let gateway = start(queue.url(), &receiver, TempDir::new().expect("a folder"));
    let page = Page::of(&gateway);
    let line = lines_when(&page, 1, "delivered").await[0].clone();
    for (name, value) in
        [("provider", "kommo"), ("kind", "message"), ("preview", "Is it ready?"), ("conversation", "chat7"), ("verdict", "from_queue")]
    {
        assert_eq!(line[name], json!(value), "{line}");
    }
    assert_eq!((&line["status"], &line["ms"]), (&Value::Null, &Value::Null), "no request was seen");
    attempts_when(&page, 1, 2).await;
    let delivery = page.get("deliveries/1").await["delivery"].clone();
    assert_eq!((&delivery["body"], &delivery["headers"], &delivery["event_ids"]), (&json!({"text": BODY}), &json!([]), &json!(["k1"])));
    assert!(delivery["cloud_events"][0].as_str().is_some_and(|event| event.contains("Is it ready?")), "{delivery}");
    let [failed, delivered] = &delivery["attempts"].as_array().expect("attempts")[..] else { panic!("{delivery}") };
    assert_eq!((&failed["outcome"], &failed["answer"]["status"]), (&json!("failed"), &json!(500)));
    assert_eq!(failed["answer"]["body"], json!({"text": "no database"}));
    assert!(failed["answer"]["headers"].to_string().contains(r#"["x-mine","seen"]"#), "{failed}");
    assert_eq!((&delivered["outcome"], &delivered["answer"]["status"]), (&json!("delivered"), &json!(204)));
    assert_eq!((&delivery["places"][0]["state"], &delivery["places"][0]["receives"]), (&json!("done"), &json!(2)));
    let events = page.get(&format!("conversations/{}", line["subject"].as_str().expect("a subject"))).await;
    assert_eq!(events[0]["event"]["data"]["message"]["text"], json!("Is it ready?"));
    assert_eq!(page.get("search?text=no%20such").await, json!([]));
    assert_eq!(page.get("search?text=is%20it").await, json!([1]));
    assert_eq!(counts(&queue).await, [0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_during_an_attempt_the_row_does_not_claim_more_than_happened() {
    let calls = AtomicUsize::new(0);
    let receiver = Receiver::start(move |_| if calls.fetch_add(1, Ordering::SeqCst) == 0 { Reply::Hang } else { Reply::Status(200) }).await;
    let queue = queue_of(&[with_original("k1")]).await;
    let gateway = start(queue.url(), &receiver, TempDir::new().expect("a folder"));
    receiver.received(1).await;
    lines_when(&Page::of(&gateway), 1, "delivering").await;
    let folder = gateway.kill();
    for suffix in ["", "-wal"] {
        let file = folder.path().join(format!("listen.sqlite3{suffix}"));
        assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o600, "{suffix}");
    }
    left(&queue, 1).await;

    let gateway = start(queue.url(), &receiver, folder);
    let page = Page::of(&gateway);
    let attempts = page.get("deliveries/1").await["delivery"]["attempts"].clone();
    assert_eq!(attempts[0]["outcome"], json!("interrupted"), "{attempts}");
    lines_when(&page, 1, "delivered").await;
    attempts_when(&page, 1, 2).await;
    let delivery = page.get("deliveries/1").await["delivery"].clone();
    assert_eq!((&delivery["attempts"][1]["outcome"], &delivery["places"][0]["receives"]), (&json!("delivered"), &json!(2)), "{delivery}");
    assert_eq!(page.lines(1).await[0]["message_id"], delivery["message_id"], "the same row");
    left(&queue, 0).await;
    assert_eq!(receiver.counts()["k1"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_was_delivered_but_not_deleted_is_not_shown_as_delivered() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let sqs = Sqs::start();
    let queue = sqs.create_queue("listen").await;
    fill(&queue, &[with_original("k1")]).await;
    let gate = FaultySqs::start(&sqs.endpoint()).await;
    // GetQueueAttributes, ReceiveMessage, then the deletion.
    gate.script([Fault::Pass, Fault::Pass, Fault::RejectEntries { positions: vec![0], sender_fault: true }]);
    let gateway = start(&gate.queue_url(&queue), &receiver, TempDir::new().expect("a folder"));
    let page = Page::of(&gateway);
    lines_when(&page, 1, "retrying").await;
    attempts_when(&page, 1, 1).await;
    let attempt = page.get("deliveries/1").await["delivery"]["attempts"][0].clone();
    assert_eq!((&attempt["outcome"], &attempt["cause"]), (&json!("delivered"), &json!("not_deleted")), "{attempt}");
    lines_when(&page, 1, "delivered").await;
    assert_eq!((counts(&queue).await, receiver.counts()["k1"]), ([0, 0], 2));
    assert!(gateway.written().contains("but not deleted from the queue"), "{}", gateway.written());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_attempt_before_the_dead_letter_queue_is_shown_as_such() {
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let [queue, dead] = Sqs::start().create_queue_with_dead_letters("listen", 1).await;
    fill(&queue, &[with_original("k1")]).await;
    let gateway = start(queue.url(), &receiver, TempDir::new().expect("a folder"));
    assert!(gateway.written().contains("an event that fails 1 time is moved to listen-dead"), "{}", gateway.written());
    let page = Page::of(&gateway);
    lines_when(&page, 1, "dead").await;
    assert!(gateway.delivery().contains("in the last attempt; SQS moves it to the dead-letter queue"));
    left(&dead, 1).await;
    left(&queue, 0).await;
    assert_eq!(page.lines(1).await[0]["state"], json!("dead"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interrupted_in_the_last_attempt_the_row_shows_that_sqs_gives_the_events_up() {
    let receiver = Receiver::start(|_| Reply::Hang).await;
    let [queue, dead] = Sqs::start().create_fifo_queue_with_dead_letters("listen", 1).await;
    fill(&queue, &[with_original("k1"), with_original("k2")]).await;
    let mut gateway = start(queue.url(), &receiver, TempDir::new().expect("a folder"));
    receiver.received(1).await;
    assert!(gateway.end_by("INT").success());
    let gateway = start(queue.url(), &receiver, gateway.kill());
    left(&dead, 2).await;
    let page = Page::of(&gateway);
    for (number, outcome, cause) in [(1, "interrupted", "interrupted"), (2, "dead", "blocked")] {
        lines_when(&page, number, "dead").await;
        let attempts = page.get(&format!("deliveries/{number}")).await["delivery"]["attempts"].clone();
        assert_eq!((&attempts[0]["outcome"], &attempts[0]["cause"]), (&json!(outcome), &json!(cause)), "{attempts}");
    }
    assert_eq!(receiver.counts().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_during_the_last_attempt_the_row_does_not_claim_that_the_event_is_queued() {
    let receiver = Receiver::start(|_| Reply::Hang).await;
    let [queue, dead] = Sqs::start().create_queue_with_dead_letters("listen", 1).await;
    fill(&queue, &[with_original("k1")]).await;
    let gateway = start(queue.url(), &receiver, TempDir::new().expect("a folder"));
    receiver.received(1).await;
    lines_when(&Page::of(&gateway), 1, "delivering").await;
    let gateway = start(queue.url(), &receiver, gateway.kill());
    let page = Page::of(&gateway);
    let line = page.lines(1).await[0].clone();
    assert_eq!((&line["state"], &line["queue"]), (&json!("dead"), &json!(queue.url())), "{line}");
    let delivery = page.get("deliveries/1").await["delivery"].clone();
    assert_eq!((&delivery["attempts"][0]["outcome"], &delivery["places"][0]["cause"]), (&json!("interrupted"), &json!("interrupted")));
    left(&dead, 1).await;
    assert_eq!((page.lines(1).await[0]["state"].as_str(), receiver.counts()["k1"]), (Some("dead"), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_can_send_an_event_again_and_nothing_that_needs_a_gateway() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let queue = queue_of(&[with_original("k1")]).await;
    queue.send("not an event", json!({})).await;
    let gateway = start(queue.url(), &receiver, TempDir::new().expect("a folder"));
    let page = Page::of(&gateway);
    let lines = page.lines(2).await;
    let number = |is_event: bool| {
        let line = lines.iter().find(|line| line["event_id"].is_null() != is_event).expect("a row");
        line["number"].as_u64().expect("a number")
    };
    let (event, other) = (number(true), number(false));
    for line in &lines {
        assert_eq!(line["can_resend"], json!(line["number"] == json!(event)), "{line}");
    }
    lines_when(&page, event, "delivered").await;
    lines_when(&page, other, "retrying").await;
    let setup = page.get("setup").await;
    assert_eq!(setup["can"], json!({"send": false, "retry": false, "resend": true}));
    assert_eq!(setup["parts"], json!(["Body", "Event", "Attempts", "Conversation"]));
    assert_eq!(setup["states"], json!(["queued", "delivering", "delivered", "retrying", "dead"]));

    let (status, resent) = page.post(&format!("deliveries/{event}/resend"), json!({})).await;
    assert_eq!((status, resent), (StatusCode::OK, json!({"status": 200, "error": null})));
    attempts_when(&page, event, 2).await;
    let delivery = page.get(&format!("deliveries/{event}")).await["delivery"].clone();
    assert_eq!((&delivery["attempts"][1]["is_manual"], &delivery["state"]), (&json!(true), &json!("delivered")));
    assert_eq!(page.get(&format!("deliveries/{other}")).await["delivery"]["body"], json!({"text": "not an event"}));
    for (path, body) in [
        (format!("deliveries/{other}/resend"), json!({})),
        (format!("deliveries/{event}/replay"), json!({})),
        (format!("deliveries/{event}/retry"), json!({})),
        (format!("deliveries/{event}/sample"), json!({"name": "mine"})),
        ("webhooks/kommo/example".to_owned(), json!({})),
        ("send".to_owned(), json!({"path": "/kommo/shop", "headers": [], "body": "", "sign": false})),
        ("fault".to_owned(), json!({"sqs": "hang"})),
    ] {
        assert_eq!(page.post(&path, body).await.0, StatusCode::CONFLICT, "{path}");
    }
    assert_eq!(page.webhook("/kommo/shop", ("x-signature", "0"), "{}").await, 404);
    let address = format!("{}/inspector/api/deliveries", gateway.origin);
    assert_eq!(page.client.get(&address).send().await.expect("an answer").status(), 403, "without the token");
    let foreign = page.client.get(format!("{address}?token={}", gateway.token)).header("host", "evil.example");
    assert_eq!(foreign.send().await.expect("an answer").status(), 403, "another host");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_does_not_end_the_attempts_of_the_first_in_its_history() {
    let receiver = Receiver::start(|_| Reply::Hang).await;
    let queue = queue_of(&[with_original("k1")]).await;
    let gateway = start(queue.url(), &receiver, TempDir::new().expect("a folder"));
    receiver.received(1).await;
    let page = Page::of(&gateway);
    lines_when(&page, 1, "delivering").await;
    let folder = gateway.queue_file().parent().expect("a folder").to_owned();
    let second = finish(&mut listen(queue.url(), &receiver, &folder));
    let problem = "another process uses the history in ";
    assert!(second.code == Some(2) && second.stderr.contains(problem), "{}", second.stderr);
    assert!(second.stderr.contains("pass another file with --history-file"), "{}", second.stderr);
    assert_eq!(page.get("deliveries/1").await["delivery"]["attempts"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_history_file_is_reported_once() {
    let receiver = Receiver::start(|_| Reply::Status(200)).await;
    let queue = queue_of(&[with_original("k1")]).await;
    let gateway = start(queue.url(), &receiver, TempDir::new().expect("a folder"));
    let page = Page::of(&gateway);
    lines_when(&page, 1, "delivered").await;
    std::fs::remove_file(gateway.queue_file().with_file_name("listen.sqlite3")).expect("a file");
    for number in [2, 3] {
        fill(&queue, &[with_original(&format!("k{number}"))]).await;
        lines_when(&page, number, "delivered").await;
    }
    let (message, since) = ("was deleted or replaced while it was in use; from now on, what the inspector shows is lost", Instant::now());
    while !gateway.written().contains(message) {
        assert!(since.elapsed() < PATIENCE, "{}", gateway.written());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(gateway.written().matches("was deleted or replaced").count(), 1, "{}", gateway.written());
}
