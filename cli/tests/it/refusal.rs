//! An event that can never be delivered is given up immediately, and a redrive recovers it; the inspector shows the
//! receiver's response.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::wire::Response;
use testkit::{Receiver, Reply};

use crate::client::client;
use crate::forward::{DEMO_SECRET, MESSAGE, forwarding, post};
use crate::gateway::{Gateway, chathooks, finish};
use crate::rows::rows;

async fn details(gateway: &Gateway) -> Value {
    let answer = client()
        .get(format!("{}/inspector/api/deliveries/1", gateway.origin))
        .header("x-chathooks-token", &gateway.token)
        .send()
        .await
        .expect("a response");
    serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON")
}

/// Returns the first delivery once it has `count` attempts.
async fn attempts(gateway: &Gateway, count: usize) -> Value {
    loop {
        // The gateway prints its line before it records the attempt; each request takes long enough to wait.
        let details = details(gateway).await;
        if details["delivery"]["attempts"].as_array().map(Vec::len) == Some(count) {
            return details["delivery"].clone();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_event_is_dead_immediately_and_a_redrive_recovers_it() {
    let refuses = Arc::new(AtomicBool::new(true));
    let is_refused = Arc::clone(&refuses);
    let receiver = Receiver::start(move |_| match is_refused.load(Ordering::SeqCst) {
        true => Reply::Response(Response::new(422, "application/json", r#"{"why":"no such customer"}"#).with("chathooks-refuse", "true")),
        false => Reply::Status(204),
    })
    .await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let line = gateway.delivery();
    assert!(line.contains(" dead-lettered after 1 attempt (the receiver answered 422 and permanently refused the event)"), "{line}");
    let finished = finish(chathooks(&["queue", "--json", "--queue-file"]).arg(gateway.queue_file()));
    let shown: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    let dead = &shown["stuck"][0];
    assert_eq!((&dead["cause"], &dead["status"], &dead["receive_count"]), (&json!("refused"), &json!(422), &json!(1)));

    let delivery = attempts(&gateway, 1).await;
    let attempt = &delivery["attempts"][0];
    assert_eq!((&attempt["outcome"], &attempt["cause"]), (&json!("dead"), &json!("refused")));
    assert_eq!(
        (&attempt["answer"]["status"], &attempt["answer"]["body"]),
        (&json!(422), &json!({"text": r#"{"why":"no such customer"}"#}))
    );
    assert_eq!((&delivery["places"][0]["state"], &delivery["places"][0]["cause"]), (&json!("dead"), &json!("refused")));

    refuses.store(false, Ordering::SeqCst);
    let redrive = |reason: &str| {
        let arguments = ["redrive", "--from", "dead-letter", "--execute", "--reason", reason, "--queue-file"];
        finish(chathooks(&arguments).arg(gateway.queue_file())).stdout
    };
    assert!(redrive("dns").contains("moved 0"));
    assert!(redrive("refused").contains("moved 1"));
    let line = gateway.delivery();
    assert!(line.contains(" delivered in "), "{line}");
    let delivery = attempts(&gateway, 2).await;
    assert_eq!((&delivery["places"][0]["state"], &delivery["places"][0]["cause"]), (&json!("done"), &json!(null)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_not_an_event_is_dead_immediately() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let gateway = Gateway::start();
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let file = gateway.queue_file();
    let folder = gateway.kill();
    let connection = rusqlite::Connection::open(&file).expect("the queue's file");
    connection.execute(r#"UPDATE message SET body = '{"specversion":"0.3"}'"#, []).expect("a row");
    let gateway = forwarding(folder, &receiver);
    let line = gateway.delivery();
    assert!(line.contains(" dead-lettered after 1 attempt (the message is not an event)"), "{line}");
    assert_eq!((rows(&file)[0].queue.as_str(), receiver.arrivals().len()), ("dead", 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_whose_members_have_other_types_is_delivered() {
    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let gateway = Gateway::start();
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let file = gateway.queue_file();
    let folder = gateway.kill();
    let body = r#"{"specversion":"1.0","id":"a","time":null,"data":{"status":"paid","kind":5}}"#;
    rusqlite::Connection::open(&file).expect("the queue's file").execute("UPDATE message SET body = ?1", [body]).expect("a row");
    let gateway = forwarding(folder, &receiver);
    let line = gateway.delivery();
    assert!(line.contains(" delivered in "), "{line}");
    assert_eq!(receiver.arrivals()[0].request.body, body.as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_is_shown_up_to_4_kilobytes_and_without_secrets() {
    let receiver = Receiver::start(|request| {
        let secret = DEMO_SECRET.trim_start_matches("whsec_");
        let echo = format!("Cannot POST {} with {secret} {}", request.target, "\u{fc}".repeat(5_000));
        let answer = Response::new(404, "text/html; charset=utf-8", echo);
        Reply::Response(answer.with("location", request.target.as_str()).with("set-cookie", "hush-hush-hush-hush=1"))
    })
    .await;
    let url = format!("{}&token=hush-token", receiver.url());
    let arguments = ["--first-retry-ms", "60000", "--forward-to", &url];
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &arguments);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    let line = gateway.delivery();
    assert!(line.contains("retry in "), "{line}");
    let delivery = attempts(&gateway, 1).await;
    let answer = &delivery["attempts"][0]["answer"];
    let body = answer["body"]["text"].as_str().expect("a text");
    let shown = "Cannot POST /events?from=…&token=… with … \u{fc}\u{fc}";
    assert!(body.starts_with(shown) && body.len() <= 4_096 && !body.contains('\u{fffd}'), "{body}");
    let headers = answer["headers"].as_array().expect("headers");
    assert!(headers.contains(&json!(["location", "/events?from=…&token=…"])), "{headers:?}");
    assert!(headers.contains(&json!(["content-type", "text/html; charset=utf-8"])), "{headers:?}");
    assert!(!answer.to_string().contains("hush-token") && !answer.to_string().contains("hush-hush-hush-hush"), "{answer}");

    let place = &delivery["places"][0];
    assert_eq!((&place["state"], &place["cause"]), (&json!("waiting"), &json!("status_4xx")));
    let attempt = &delivery["attempts"][0];
    let next = attempt["at"].as_i64().expect("a time") + attempt["again_ms"].as_i64().expect("a wait");
    assert!((place["next_attempt_at"].as_i64().expect("a time") - next).abs() < 1_000, "{delivery}");
}
