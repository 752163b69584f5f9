//! The event stream that keeps an open inspector up to date.

use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use testkit::{Receiver, Reply};

use super::delivery::attempts_when;
use super::page::{Page, Stream};
use super::{KOMMUNICATE, TOKEN};
use crate::client::client;
use crate::forward::MESSAGE;
use crate::gateway::Gateway;
use crate::rows::rows;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_reports_changes_and_resumes() {
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let gateway = Gateway::start_by(TempDir::new().expect("a folder"), &[], &["--first-retry-ms", "5", "--forward-to", &receiver.url()]);
    let page = Page::of(&gateway);
    let mut stream = page.stream(None).await;
    let (name, id, hello) = stream.next().await;
    assert_eq!(
        (name.as_str(), id.as_str(), hello),
        ("hello", "0.0", json!({"resumed": false, "newest": 0, "oldest": 1, "fault": "off", "left_out": 0}))
    );
    assert_eq!(page.webhook(KOMMUNICATE, TOKEN, MESSAGE).await, 200);
    let (name, _, deliveries) = stream.next().await;
    assert_eq!((name.as_str(), &deliveries[0]["status"], &deliveries[0]["number"]), ("deliveries", &json!(200), &json!(1)));
    loop {
        let (name, _, fates) = stream.next().await;
        match (name.as_str(), fates[0]["state"].as_str()) {
            ("states", Some("dead")) => break,
            ("states", Some(state)) => assert!(matches!(state, "retrying" | "queued" | "delivering"), "{fates}"),
            (other, _) => assert_eq!(other, "oldest"),
        }
    }
    attempts_when(&page, 1, 5).await;
    let details = page.get("deliveries/1").await;
    let outcomes: Vec<_> = details["delivery"]["attempts"].as_array().into_iter().flatten().map(|attempt| &attempt["outcome"]).collect();
    assert_eq!(outcomes, ["failed", "failed", "failed", "failed", "dead"]);
    assert_eq!(details["delivery"]["places"][0]["state"], json!("dead"));
    assert_eq!(page.post("fault", json!({"sqs": "slow"})).await.0, 204);
    let (name, _, fault) = stream.next().await;
    assert_eq!((name.as_str(), fault), ("fault", json!("slow")));
    drop(stream);

    assert_eq!(page.webhook("/nobody", TOKEN, "").await, 404);
    page.lines(2).await;
    let mut again = page.stream(Some("1.2")).await;
    assert_eq!(again.next().await.2["resumed"], json!(true));
    let (name, _, deliveries) = again.next().await;
    assert_eq!((name.as_str(), &deliveries[0]["number"]), ("deliveries", &json!(2)));
    let (name, id, fates) = again.next().await;
    assert_eq!((name.as_str(), id.as_str(), fates), ("states", "2.15", json!([{"number": 1, "state": "dead", "next_attempt_at": null}])));
    assert_eq!(page.stream(Some("77.0")).await.next().await.2["resumed"], json!(false), "a page of another file starts over");

    assert_eq!(page.post("clear", json!({})).await.0, 204);
    assert_eq!(page.get("deliveries").await, json!([]));
    let (name, _, oldest) = again.next().await;
    assert_eq!((name.as_str(), oldest), ("oldest", json!(3)));
    assert_eq!(rows(&gateway.queue_file()).len(), 1, "events stay in the queue");
}

#[tokio::test]
async fn an_open_inspector_does_not_delay_shutdown() {
    let mut gateway = Gateway::start();
    let url = format!("{}/inspector/api/stream?token={}", gateway.origin, gateway.token);
    let mut stream = Stream { answer: client().get(url).send().await.expect("a stream"), read: String::new() };
    stream.next().await;
    let start = Instant::now();
    assert!(gateway.end_by("INT").success());
    assert!(start.elapsed() < Duration::from_secs(4), "shutdown waits only for requests in progress");
}
