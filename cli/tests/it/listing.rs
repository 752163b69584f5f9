//! `chathooks queue`, while `chathooks dev` runs and after.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Receiver, Reply};

use crate::forward::{MESSAGE, forwarding, post};
use crate::gateway::{Finished, chathooks, finish};
use crate::rows::rows;

fn queue(file: &Path, arguments: &[&str]) -> Finished {
    finish(chathooks(&["queue", "--queue-file"]).arg(file).args(arguments))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_and_quarantined_messages_are_shown_with_their_reason() {
    let receiver = Receiver::start(|request| {
        let is_held = String::from_utf8_lossy(&request.body).contains("held");
        if is_held { Reply::Hang } else { Reply::Status(500) }
    })
    .await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    assert_eq!(post(&gateway, "{\"message\":\"hush").await, 400);
    assert_eq!(post(&gateway, r#"{"key":"h","groupId":7,"message":"held"}"#).await, 200);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    while !gateway.delivery().contains("dead-lettered") {}

    let file = gateway.queue_file();
    let rows = rows(&file);
    assert!(receiver.counts().keys().all(|id| *id != rows[0].event_id), "what is quarantined is not delivered");
    let check = || {
        let finished = queue(&file, &[]);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
        let lines: Vec<&str> = finished.stdout.lines().collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(lines[0], "0 ready, 1 in flight or waiting, 0 done, 1 quarantined, 1 dead");
        assert!(lines[1].starts_with(&format!("quarantined  {}  kommunicate unknown  received 0 times  ", rows[0].event_id)), "{lines:?}");
        assert!(lines[1].ends_with(" old  not_json"), "{lines:?}");
        assert!(lines[2].starts_with(&format!("dead         {}  kommunicate message  received 5 times  ", rows[2].event_id)), "{lines:?}");
        assert!(lines[2].ends_with(" old  the receiver answered 500"), "{lines:?}");

        let finished = queue(&file, &["--json"]);
        let shown: Value = serde_json::from_str(&finished.stdout).expect("JSON");
        assert_eq!(shown["counts"], json!({"ready": 0, "waiting": 1, "done": 0, "quarantined": 1, "dead": 1}));
        let dead = &shown["stuck"][1];
        assert_eq!((&dead["state"], &dead["event_id"]), (&json!("dead"), &json!(rows[2].event_id)));
        assert_eq!((&dead["receive_count"], &dead["reason"]), (&json!(5), &json!("the receiver answered 500")));
        assert_eq!(shown["stuck"][0]["reason"], "not_json");
    };
    check();
    let _folder = gateway.kill();
    check();
}

#[test]
fn where_there_is_no_queue_none_is_made() {
    let folder = TempDir::new().expect("a folder");
    let finished = queue(&folder.path().join("queue.sqlite3"), &[]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("start `cargo dev`") && finished.stderr.contains("--queue-file"), "{}", finished.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
