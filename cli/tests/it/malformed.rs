//! Malformed messages are not delivered, unless explicitly requested.

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::Sqs;

use crate::filled::{counts, event, with, with_access};
use crate::gateway::{Gateway, chathooks, finish};

#[test]
fn a_replay_leaves_out_quarantined_messages() {
    let (gateway, folder) = (Gateway::start(), TempDir::new().expect("a folder"));
    let (body, export) = (folder.path().join("body"), folder.path().join("events.jsonl"));
    std::fs::write(&body, "no JSON").expect("a file");
    let send = |arguments: &[&str]| finish(chathooks(&["send", "--to", &gateway.origin]).args(arguments)).code;
    assert_eq!(
        send(&["--path", "/kommo/shop", "--body-file", body.to_str().expect("a path")]),
        Some(1),
        "a 400 means that it is quarantined"
    );
    assert_eq!(send(&["kommo/v2-text"]), Some(0));
    let tail = finish(chathooks(&["tail", "--once", "--queue-file"]).arg(gateway.queue_file()).arg("--export").arg(&export));
    assert_eq!(tail.code, Some(0), "{}", tail.stderr);
    for (arguments, sent) in [(&[][..], 1), (&["--malformed"], 2)] {
        let file = folder.path().join(format!("{sent}.sqlite3"));
        let replay = |input: bool| {
            let mut command = chathooks(&["replay", "--json", "--execute", "--queue-file"]);
            command.arg(&file).args(arguments).arg(if input { "-".as_ref() } else { export.as_os_str() });
            if input {
                command.stdin(std::fs::File::open(&export).expect("a file"));
            }
            let finished = finish(&mut command);
            assert_eq!(finished.code, Some(0), "{}", finished.stderr);
            serde_json::from_str::<Value>(&finished.stdout).expect("JSON")
        };
        for report in [replay(false), replay(true)] {
            assert_eq!([&report["sent"], &report["left_out"]], [&json!(sent), &json!(2 - sent)], "{report}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redrive_leaves_malformed_messages_in_the_dead_letter_queue() {
    let sqs = Sqs::start();
    let (main, dead) = (sqs.create_queue("main").await, sqs.create_queue("dead").await);
    let good = event("k1", "chat", "kommo", "message");
    let send = async |body: &str, reason: Option<&str>| {
        let mut entry = with(&good, false);
        if let Some(reason) = reason {
            entry["MessageAttributes"]["reason"] = json!({"DataType": "String", "StringValue": reason});
        }
        dead.send(body, entry).await;
    };
    send(&good.to_string(), None).await;
    send(&good.to_string(), Some("refused")).await;
    send(&good.to_string(), Some("not_json")).await;
    send("hush", Some("invalid")).await;
    send("hush", None).await;
    let redrive = |arguments: &[&str]| {
        let mut command = with_access(&["redrive", "--from", "dead-letter", "--from-url", dead.url(), "--to-url", main.url(), "--execute"]);
        finish(command.args(arguments))
    };
    let first = redrive(&[]);
    assert_eq!(first.code, Some(1), "{}", first.stderr);
    assert!(first.stdout.contains("moved 2, left 3, failed 0") && first.stdout.contains("--malformed moves it"), "{}", first.stdout);
    assert!(!first.stdout.contains("hush"), "{}", first.stdout);
    assert_eq!([counts(&main).await, counts(&dead).await], [[2, 0], [3, 0]]);
    let second = redrive(&["--malformed"]);
    assert_eq!(second.code, Some(0), "{}{}", second.stdout, second.stderr);
    assert_eq!([counts(&main).await, counts(&dead).await], [[5, 0], [0, 0]]);
}
