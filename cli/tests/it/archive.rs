//! `examples/templates/export.py`: an archive in S3 becomes what `chathooks replay` sends again.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Sqs, workspace};

use crate::filled::{event, with_access};
use crate::gateway::finish;

/// Puts objects into a new bucket: their keys and their lines.
const UPLOAD: &str = "import boto3, gzip, json, sys
s3 = boto3.client('s3')
bucket, objects = json.load(sys.stdin)
s3.create_bucket(Bucket=bucket)
for key, text in objects.items():
    s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(text.encode()))";

fn python(arguments: &[&str]) -> Command {
    let mut command = Command::new(workspace().join(".venv/bin/python"));
    let access = [("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test")];
    command.args(arguments).env_clear().envs(access).env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_ENDPOINT_URL", Sqs::start().endpoint());
    command
}

fn upload(bucket: &str, objects: &Value) {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("objects.json");
    std::fs::write(&file, json!([bucket, objects]).to_string()).expect("a file");
    let input = Stdio::from(std::fs::File::open(&file).expect("the file"));
    let output = python(&["-c", UPLOAD]).stdin(input).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn export(place: &str) -> (Option<i32>, String, String) {
    let script = workspace().join("examples/templates/export.py");
    let output = python(&[script.to_str().expect("text"), place]).output().expect("Python runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archived_event_is_replayed_as_it_was() {
    let mut events: Vec<Value> = ["k1", "k2", "k3", "k4"].iter().map(|id| event(id, "a", "kommo", "message")).collect();
    events[0]["traceparent"] = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01".into();
    // Python takes both for the end of a line, and JSON does not.
    events[1]["data"]["message"] = json!({"text": "one\u{2028}two\u{85}three"});
    let line = |at: usize| format!("{}\n", events[at]);
    upload(
        "archive",
        &json!({
            "events/2026/11/26/23/1.jsonl.gz": line(3),
            "events/2026/11/27/08/1.jsonl.gz": line(0) + &line(1),
            "events/2026/11/27/09/1.jsonl.gz": line(1) + &line(2),
        }),
    );
    let (code, lines, errors) = export("s3://archive/events/2026/11/27/");
    assert_eq!((code, errors.as_str(), lines.lines().count()), (Some(0), "", 3));
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines).expect("a file");

    let queue = Sqs::start().create_fifo_queue("archive").await;
    let finished = finish(with_access(&["replay"]).arg(&file).args(["--queue-url", queue.url(), "--execute"]));
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let messages = queue.receive_all().await;
    let bodies: Vec<Value> = messages.iter().map(testkit::StoredMessage::json).collect();
    assert_eq!(bodies, events[..3]);
    for (message, event) in messages.iter().zip(&events) {
        assert_eq!(json!(message.system["MessageGroupId"]), event["subject"]);
        assert_eq!(json!(message.system["MessageDeduplicationId"]), event["id"]);
        assert_eq!(message.attributes.get("traceparent").map(|value| json!(value)), event.get("traceparent").cloned());
        assert_eq!(json!(message.attributes["type"]), event["type"]);
    }
}

#[test]
fn a_wrong_place_is_told() {
    for place in ["", "events/2026", "https://archive/events"] {
        let (code, lines, errors) = export(place);
        assert!(code == Some(1) && lines.is_empty() && errors.starts_with("usage: "), "{errors}");
    }
}
