//! `templates/`: a filter passes what its consumer wants and every event of another version, and the archive receives
//! everything.

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

/// Returns the names and texts of the templates in this folder.
fn templates() -> Vec<(String, String)> {
    let paths = std::fs::read_dir(file("templates")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    found.map(|path| (path.display().to_string(), std::fs::read_to_string(path).expect("text"))).collect()
}

/// Every resource that stores messages is listed under this name on the page about personal data.
#[test]
fn the_page_on_personal_data_lists_every_resource_that_stores_messages() {
    let names = [
        ("SQS::Queue", "fan-out](fan-out.md): the consumers' queues"),
        ("SNS::Topic", "fan-out: SNS topic"),
        ("Events::EventBus", "event bus"),
        ("Pipes::Pipe", "pipe |"),
        ("Events::Archive", "fan-out: EventBridge's archive"),
        ("S3::Bucket", "fan-out: S3 archive"),
        ("KinesisFirehose::DeliveryStream", "fan-out: Firehose"),
    ];
    let stores_nothing = ["IAM::Role", "S3::BucketPolicy", "SQS::QueuePolicy", "SNS::Subscription", "Events::Rule", "CloudWatch::Alarm"];
    let page = std::fs::read_to_string(file("../docs/privacy.md")).expect("the page");
    let mut found = Vec::new();
    for (path, text) in templates() {
        for kind in text.lines().filter_map(|line| line.strip_prefix("    Type: AWS::")).filter(|kind| !stores_nothing.contains(kind)) {
            let (kind, name) =
                names.iter().find(|(known, _)| *known == kind).unwrap_or_else(|| panic!("{path}: does {kind} store messages?"));
            assert!(page.contains(name), "docs/privacy.md has no row \"{name}\" for {kind} of {path}");
            found.push(*kind);
        }
    }
    assert!(names.iter().all(|(kind, _)| found.contains(kind)), "{found:?}");
    assert!(page.contains("queue `Undelivered`"));
}

/// Every queue accepts whatever the Chathooks queue can hold, and an alarm reports what the archive's stream rejects.
#[test]
fn nothing_is_lost_silently() {
    for (path, text) in templates() {
        let queues = text.matches("Type: AWS::SQS::Queue\n").count();
        assert_eq!(text.matches("MaximumMessageSize: 1048576\n").count(), queues, "{path}");
        if text.contains("AWS::KinesisFirehose::DeliveryStream") {
            assert!(
                text.contains("Value: !GetAtt Undelivered.QueueName") && text.contains("MetricName: DeliveryToS3.DataFreshness"),
                "{path}"
            );
        }
        for target in ["Type: AWS::SNS::Subscription\n", "Type: AWS::Events::Rule\n"] {
            for rest in text.split(target).skip(1) {
                let resource = rest.split("\n\n").next().expect("a resource");
                assert!(resource.contains("deadLetterTargetArn") || resource.contains("DeadLetterConfig"), "{path}: {resource}");
            }
        }
    }
}
