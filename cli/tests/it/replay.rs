//! `chathooks replay`, from a file that `tail --export` wrote.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Fault, FaultySqs, Sqs};

use crate::filled::{Running, by_group, counts, event, fill, ids, with_access};
use crate::gateway::{Finished, Gateway, PATIENCE, chathooks, finish};
use crate::rows::rows;

/// Writes an export of this many events from three conversations, and returns its path.
fn export(folder: &Path, events: usize) -> PathBuf {
    let line = |number: usize| {
        let event = event(&format!("k{number:02}"), ["a", "b", "c"][number % 3], "kommo", "message");
        let attributes = json!({"provider": "kommo", "shop": "berlin"});
        let line =
            json!({"body": event.to_string(), "attributes": attributes, "group_id": event["subject"], "deduplication_id": event["id"]});
        format!("{line}\n")
    };
    let file = folder.join("events.jsonl");
    std::fs::write(&file, (0..events).map(line).collect::<String>()).expect("a file");
    file
}

fn replay(file: &Path, arguments: &[&str]) -> Finished {
    finish(with_access(&["replay"]).arg(file).args(arguments))
}

#[test]
fn an_export_replayed_into_another_embedded_queue_is_identical() {
    let folder = TempDir::new().expect("a folder");
    let (file, target) = (folder.path().join("events.jsonl"), folder.path().join("other.sqlite3"));
    let gateway = Gateway::start();
    for sample in ["kommo/v2-text", "qikchat/text", "kore/callback-text"] {
        assert_eq!(finish(&mut chathooks(&["send", "--to", &gateway.origin, sample])).code, Some(0));
    }
    let source = gateway.queue_file();
    assert_eq!(finish(chathooks(&["tail", "--once", "--export"]).arg(&file).arg("--queue-file").arg(&source)).code, Some(0));
    let to = target.to_str().expect("text");
    let finished = replay(&file, &["--queue-file", to]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.ends_with("nothing was sent; add --execute to send 3\n") && !target.exists(), "{}", finished.stdout);
    let finished = replay(&file, &["--queue-file", to, "--execute"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.ends_with("sent 3 of 3\n"), "{}", finished.stdout);
    assert_eq!(rows(&target), rows(&source));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_sent_to_sqs_in_order() {
    let folder = TempDir::new().expect("a folder");
    let file = export(folder.path(), 25);
    let queue = Sqs::start().create_fifo_queue("replayed").await;
    let finished = replay(&file, &["--queue-url", queue.url(), "--json"]);
    let shown: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!((finished.code, &shown["chosen"], &shown["sent"]), (Some(0), &json!(25), &json!(0)));
    assert_eq!(counts(&queue).await, [0, 0]);

    let finished = replay(&file, &["--queue-url", queue.url(), "--execute", "--from-line", "3", "--kind", "message"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let messages = queue.receive_all().await;
    assert_eq!((messages.len(), messages[0].attributes["shop"].as_str()), (23, "berlin"));
    assert!(by_group(&messages).values().all(|ids| ids.is_sorted()), "{messages:?}");
    assert!(messages.iter().all(|message| message.json()["id"] == message.system["MessageDeduplicationId"].as_str()));
    let none = replay(&file, &["--queue-url", queue.url(), "--execute", "--provider", "kore"]);
    assert!(none.code == Some(0) && none.stdout.ends_with("sent 0 of 0\n"), "{}", none.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failure_it_reports_how_to_continue() {
    let folder = TempDir::new().expect("a folder");
    let (file, sqs) = (export(folder.path(), 15), Sqs::start());
    let queue = sqs.create_fifo_queue("half").await;
    let gate = FaultySqs::start(&sqs.endpoint()).await;
    // GetQueueAttributes, then batches with one event per conversation: lines 1 to 3, then lines 4 to 6.
    gate.script([Fault::Pass, Fault::Pass, Fault::RejectEntries { positions: vec![1], sender_fault: true }]);
    let finished = replay(&file, &["--queue-url", &gate.queue_url(&queue), "--execute"]);
    assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("continue with --from-line 5"), "{}", finished.stdout);
    let finished = replay(&file, &["--queue-url", queue.url(), "--execute", "--from-line", "5"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let messages = queue.receive_all().await;
    assert_eq!(messages.len(), 15, "an event sent twice is stored once");
    assert!(by_group(&messages).values().all(|ids| ids.is_sorted()), "{:?}", ids(&messages));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_stops_it_between_two_batches() {
    let folder = TempDir::new().expect("a folder");
    let (file, queue) = (export(folder.path(), 9), Sqs::start().create_queue("slow").await);
    fill(&queue, &[]).await;
    let mut command = with_access(&["replay", "--queue-url", queue.url(), "--execute", "--rate", "2/m"]);
    let running = Running::start(command.arg(&file));
    let patience = Instant::now() + PATIENCE;
    while counts(&queue).await[0] == 0 {
        assert!(Instant::now() < patience, "nothing was sent in time");
    }
    assert_eq!(running.end_by("INT").code(), Some(1));
    assert_eq!(ids(&queue.peek().await), ["k00"]);
}

#[test]
fn an_invalid_line_or_command_line_is_reported_before_anything_is_sent() {
    let folder = TempDir::new().expect("a folder");
    let file = export(folder.path(), 2);
    let target = folder.path().join("queue.sqlite3");
    let to = target.to_str().expect("text");
    for (arguments, told) in [
        (vec!["--from-line", "0"], "--from-line"),
        (vec!["--rate", "0/s"], "like 20/s or 90/m"),
        (vec!["--provider", "hush"], "kommo, kommunicate, kore, qikchat"),
        (vec!["--queue-url", "hush"], "must be an SQS queue URL"),
    ] {
        let finished = replay(&file, &arguments);
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.stdout);
        assert!(finished.stderr.contains(told), "{arguments:?}: {}", finished.stderr);
    }
    let finished = replay(&folder.path().join("missing.jsonl"), &["--queue-file", to]);
    assert!(finished.code == Some(2) && finished.stderr.contains("missing.jsonl"), "{}", finished.stderr);

    let mut text = std::fs::read_to_string(&file).expect("a file");
    text += "{\"body\":\"hush\"}\n";
    std::fs::write(&file, text).expect("a file");
    let finished = replay(&file, &["--queue-file", to, "--execute"]);
    assert_eq!(finished.code, Some(2), "{}", finished.stdout);
    assert!(finished.stderr.contains("line 3 of ") && finished.stderr.contains("`body` is not an event"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("hush") && !target.exists(), "{}", finished.stderr);
}
