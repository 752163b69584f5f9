//! `chathooks redrive` inside the embedded queue.

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Receiver, Reply};

use crate::forward::{forwarding, post};
use crate::gateway::{Finished, Gateway, chathooks, finish};
use crate::rows::rows;

fn redrive(gateway: &Gateway, arguments: &[&str]) -> Finished {
    finish(chathooks(&["redrive", "--from", "dead-letter", "--queue-file"]).arg(gateway.queue_file()).args(arguments))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redriven_messages_are_delivered() {
    let (broken, works) = (std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true)), Reply::Status(200));
    let is_broken = std::sync::Arc::clone(&broken);
    let receiver = Receiver::start(move |_| match is_broken.load(std::sync::atomic::Ordering::SeqCst) {
        true => Reply::Status(500),
        false => works.clone(),
    })
    .await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    for body in [r#"{"key":"a","groupId":1,"message":"x"}"#, r#"{"key":"b","groupId":1,"message":"y"}"#] {
        assert_eq!(post(&gateway, body).await, 200);
        while !gateway.delivery().contains("dead-lettered") {}
    }
    broken.store(false, std::sync::atomic::Ordering::SeqCst);
    let states = || rows(&gateway.queue_file()).iter().map(|row| row.queue.clone()).collect::<Vec<_>>();

    let finished = redrive(&gateway, &["--json"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let shown: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!((&shown["would_move"], &shown["messages"][0]["reason"]), (&json!(2), &json!("the receiver answered 500")));
    assert_eq!(states(), ["dead", "dead"]);
    for wrong in [["--reason", "other"], ["--provider", "kommo"], ["--older-than", "1h"]] {
        let finished = redrive(&gateway, &[&wrong[..], &["--execute"]].concat());
        assert!(finished.code == Some(0) && finished.stdout.contains("2  not selected"), "{}{}", finished.stdout, finished.stderr);
        assert_eq!(states(), ["dead", "dead"], "{wrong:?}");
    }

    let finished = redrive(&gateway, &["--reason", "the receiver answered 500", "--execute"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.ends_with("moved 2, left 0, failed 0\n"), "{}", finished.stdout);
    let ids: Vec<String> = rows(&gateway.queue_file()).into_iter().map(|row| row.event_id).collect();
    for id in &ids {
        let delivery = gateway.delivery();
        assert!(delivery.contains(" delivered in ") && delivery.contains(id), "{delivery}");
    }
    assert_eq!(states(), ["done", "done"]);
}
