//! `chathooks queue`, while `chathooks dev` runs and afterwards.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::wire::Response;
use testkit::{Receiver, Reply};

use crate::forward::{MESSAGE, forwarding, post};
use crate::gateway::{Finished, chathooks, finish};
use crate::rows::rows;

fn queue(file: &Path, arguments: &[&str]) -> Finished {
    finish(chathooks(&["queue", "--queue-file"]).arg(file).args(arguments))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_and_quarantined_messages_are_shown_with_their_reason() {
    let receiver = Receiver::start(|request| {
        if String::from_utf8_lossy(&request.body).contains("later") {
            return Reply::Response(Response::new(503, "text/plain", "").with("retry-after", "3600"));
        }
        let is_held = String::from_utf8_lossy(&request.body).contains("held");
        if is_held { Reply::Hang } else { Reply::Status(500) }
    })
    .await;
    let gateway = forwarding(TempDir::new().expect("a folder"), &receiver);
    assert_eq!(post(&gateway, "{\"message\":\"hush").await, 400);
    assert_eq!(post(&gateway, r#"{"key":"h","groupId":7,"message":"held"}"#).await, 200);
    assert_eq!(post(&gateway, MESSAGE).await, 200);
    assert_eq!(post(&gateway, r#"{"key":"l","groupId":8,"message":"later"}"#).await, 200);
    let (mut is_dead, mut waits) = (false, false);
    while !(is_dead && waits) {
        let line = gateway.delivery();
        is_dead |= line.contains("dead-lettered");
        waits |= line.contains("(the receiver answered 503), retry in 60 min (attempt 2 of 5)");
    }

    let file = gateway.queue_file();
    let rows = rows(&file);
    assert!(receiver.counts().keys().all(|id| *id != rows[0].event_id), "a quarantined message is not delivered");
    let check = || {
        let finished = queue(&file, &[]);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
        let lines: Vec<&str> = finished.stdout.lines().collect();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert_eq!(lines[0], "0 ready, 2 in flight or waiting, 0 done, 1 quarantined, 1 dead");
        assert!(lines[1].starts_with(&format!("waiting      {}  kommunicate message  received once  ", rows[3].event_id)), "{lines:?}");
        let next = [" old  next attempt ", "Z (in ", ")  status_5xx: the receiver answered 503"];
        assert!(next.iter().all(|part| lines[1].contains(part)), "{lines:?}");
        let lines = &lines[1..];
        assert!(lines[1].starts_with(&format!("quarantined  {}  kommunicate unknown  received 0 times  ", rows[0].event_id)), "{lines:?}");
        assert!(lines[1].ends_with(" old  not_json"), "{lines:?}");
        assert!(lines[2].starts_with(&format!("dead         {}  kommunicate message  received 5 times  ", rows[2].event_id)), "{lines:?}");
        assert!(lines[2].ends_with(" old  status_5xx: the receiver answered 500"), "{lines:?}");

        let finished = queue(&file, &["--json"]);
        let shown: Value = serde_json::from_str(&finished.stdout).expect("JSON");
        assert_eq!(shown["counts"], json!({"ready": 0, "waiting": 2, "done": 0, "quarantined": 1, "dead": 1}));
        let dead = &shown["stuck"][1];
        assert_eq!((&dead["state"], &dead["event_id"]), (&json!("dead"), &json!(rows[2].event_id)));
        assert_eq!((&dead["receive_count"], &dead["reason"]), (&json!(5), &json!("the receiver answered 500")));
        assert_eq!((&dead["cause"], &dead["status"], &dead["next_attempt_at"]), (&json!("status_5xx"), &json!(null), &json!(null)));
        assert_eq!(shown["stuck"][0]["reason"], "not_json");
        let waiting = &shown["waiting"][0];
        assert_eq!((&waiting["event_id"], &waiting["cause"]), (&json!(rows[3].event_id), &json!("status_5xx")));
        let seconds = waiting["next_attempt_in_s"].as_i64().expect("a number");
        assert!((3_500..=3_600).contains(&seconds) && waiting["next_attempt_at"].is_string(), "{waiting}");
    };
    check();
    let _folder = gateway.kill();
    check();
}

#[test]
fn a_missing_queue_file_is_not_created() {
    let folder = TempDir::new().expect("a folder");
    let finished = queue(&folder.path().join("queue.sqlite3"), &[]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("start `chathooks dev`") && finished.stderr.contains("--queue-file"), "{}", finished.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
