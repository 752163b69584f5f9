//! `chathooks tail` on the embedded queue and on SQS.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use testkit::Sqs;

use crate::filled::{counts, event, fill, with_access};
use crate::gateway::{Gateway, chathooks, finish};
use crate::rows::rows;

fn send(gateway: &Gateway, sample: &str) {
    assert_eq!(finish(&mut chathooks(&["send", "--to", &gateway.origin, sample])).code, Some(0), "{sample}");
}

#[test]
fn the_embedded_queue_is_shown_and_not_changed() {
    let gateway = Gateway::start();
    for sample in ["kommo/v2-text", "qikchat/text", "kommo/v2-text"] {
        send(&gateway, sample);
    }
    let file = gateway.queue_file();
    let before = rows(&file);
    let tail = |arguments: &[&str]| {
        let finished = finish(chathooks(&["tail", "--once", "--queue-file"]).arg(&file).args(arguments));
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        finished.stdout
    };
    let shown = tail(&[]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 2, "the second Kommo event is a duplicate of the first: {shown}");
    let data = &before[0].event["data"];
    for part in ["  kommo ", "  message ", &before[0].event_id, before[0].event["time"].as_str().expect("a time")] {
        assert!(lines[0].contains(part), "{part}: {shown}");
    }
    assert!(lines[0].ends_with(data["conversation"].as_str().expect("a conversation")), "{shown}");
    let text = data["message"]["text"].as_str().expect("a text");
    assert!(!shown.contains(text) && tail(&["--text"]).contains(text));
    assert!(!tail(&["--json"]).contains(text) && tail(&["--json", "--text"]).contains(text));

    let json: Value = serde_json::from_str(tail(&["--json", "--provider", "qikchat"]).trim_end()).expect("one line of JSON");
    assert_eq!((&json["id"], &json["kind"]), (&before[1].event["id"], &before[1].event["data"]["kind"]));
    assert_eq!(tail(&["--kind", "status"]), "");
    assert_eq!(tail(&["--conversation", data["conversation"].as_str().expect("a conversation")]).lines().count(), 1);
    assert_eq!(rows(&file), before);
}

#[test]
fn new_events_are_shown_until_it_is_stopped() {
    let gateway = Gateway::start();
    send(&gateway, "kommo/v2-text");
    let mut command = chathooks(&["tail", "--follow", "--queue-file"]);
    let mut child = command.arg(gateway.queue_file()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines().map_while(Result::ok);
    assert!(lines.next().is_some_and(|line| line.contains("  kommo ")));
    send(&gateway, "qikchat/text");
    assert!(lines.next().is_some_and(|line| line.contains("  qikchat ")));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
    assert_eq!(child.wait().expect("it ended").code(), Some(0));
    assert_eq!(lines.next(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_shown_from_sqs_are_released() {
    let queue = Sqs::start().create_queue("tail").await;
    let mut events: Vec<Value> = (0..25).map(|number| event(&format!("k{number:02}"), "chat", "kommo", "message")).collect();
    events.push(events[0].clone());
    fill(&queue, &events).await;
    let folder = TempDir::new().expect("a folder");
    let export = folder.path().join("events.jsonl");
    let tail = || finish(with_access(&["tail", "--once", "--queue-url", queue.url(), "--export"]).arg(&export));
    let finished = tail();
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    assert_eq!(finished.stdout.lines().count(), 25, "{}", finished.stdout);
    assert!(!finished.stdout.contains("hush"), "{}", finished.stdout);
    assert_eq!(counts(&queue).await, [26, 0]);

    let exported = std::fs::read_to_string(&export).expect("a file");
    let line: Value = serde_json::from_str(exported.lines().next().expect("a line")).expect("JSON");
    assert_eq!(line["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok()).as_ref(), Some(&events[0]));
    assert_eq!((line["attributes"]["shop"].as_str(), line["group_id"].as_str()), (Some("berlin"), events[0]["subject"].as_str()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&export).expect("a file").permissions().mode() & 0o777, 0o600);
    }
    let again = tail();
    assert_eq!(again.code, Some(2), "{}", again.stdout);
    assert!(again.stderr.contains("events.jsonl exists already"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&export).expect("a file"), exported);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_with_a_redrive_policy_is_read_only_with_force() {
    let [main, dead] = Sqs::start().create_queue_with_dead_letters("tailed", 5).await;
    fill(&main, &[event("k1", "chat", "kommo", "message")]).await;
    let tail = |arguments: &[&str]| finish(with_access(&["tail", "--once"]).args(arguments).env("QUEUE_URL", main.url()));
    let finished = tail(&[]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
    assert!(finished.stderr.contains("has a RedrivePolicy") && finished.stderr.contains("--force"), "{}", finished.stderr);
    assert_eq!(main.peek().await[0].system["ApproximateReceiveCount"], "1", "tail did not receive it");

    fill(&main, &[event("k2", "chat", "kommo", "message")]).await;
    let finished = tail(&["--force"]);
    assert!(finished.code == Some(0) && finished.stdout.contains("k2"), "{}{}", finished.stdout, finished.stderr);
    assert_eq!(counts(&dead).await, [0, 0]);
}

#[test]
fn an_invalid_command_line_reports_what_to_do() {
    let folder = TempDir::new().expect("a folder");
    let missing = folder.path().join("queue.sqlite3");
    let missing = missing.to_str().expect("text");
    for (arguments, told) in [
        (vec!["--follow", "--once"], "cannot be used with"),
        (vec!["--queue-url", "hush"], "must be an SQS queue URL"),
        (vec!["--queue-url", "https://sqs.eu-west-1.amazonaws.com/1/q", "--queue-file", missing], "cannot be used with"),
        (vec!["--queue-file", missing], "there is no queue in"),
        (vec!["--provider", "hush"], "kommo, kommunicate, kore, qikchat"),
        (vec!["--kind", "hush"], "message, status"),
        (vec!["--env-file", "missing.env"], "missing.env"),
    ] {
        let finished = finish(chathooks(&["tail"]).args(&arguments));
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.stdout);
        assert!(finished.stderr.contains(told), "{arguments:?}: {}", finished.stderr);
    }
    assert!(!std::path::Path::new(missing).exists());
}
