//! `templates/`: a filter passes what its consumer wants and every event of another version, and the archive has all.

use std::fs::File;
use std::process::Stdio;

use serde_json::{Value, json};
use testkit::Sqs;

use crate::program::{file, python};

fn event(provider: &str, kind: &str) -> Value {
    let id = format!("{provider}-{kind}");
    json!({"specversion": "1.0", "dataschema": "urn:chathooks:data:1", "id": id, "data": {"provider": provider, "kind": kind}})
}

fn with(mut event: Value, member: &str, value: &str) -> Value {
    event[member] = json!(value);
    event
}

#[test]
fn only_a_consumer_filters() {
    let events = json!([
        event("kommo", "message"),
        event("kommo", "typing"),
        event("kore", "message"),
        event("kommo", "status"),
        event("kommo", "kind-of-tomorrow"),
        with(event("kore", "typing"), "dataschema", "urn:chathooks:data:2"),
        with(event("kore", "typing"), "specversion", "2.0"),
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.json");
    std::fs::write(&path, events.to_string()).expect("written");
    let mut command = python();
    let access = [("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
    command.arg(file("tests/templates/filters.py")).env_clear().envs(access).env("AWS_ENDPOINT_URL", Sqs::start().endpoint());
    let output = command.stdin(Stdio::from(File::open(&path).expect("the file"))).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let passed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let all = [0, 1, 2, 3, 4, 5, 6];
    let expected = json!({
        "archive-to-s3 Subscription": all,
        "archive-to-s3 Rule": all,
        "pipes-to-eventbridge Pipe": all,
        "pipes-to-eventbridge MessagesRule": [0, 2, 5, 6],
        "sns-fan-out Pipe": all,
        "sns-fan-out MessagesSubscription": [0, 2, 5, 6],
        "sns-fan-out ReportsSubscription": [0, 3, 4, 5, 6],
    });
    assert_eq!(passed, expected);
}
