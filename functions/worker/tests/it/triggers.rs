//! Events of other triggers: the invocation fails with an error that names the expected event, and the worker continues.

use serde_json::{Value, json};
use testkit::{Reply, sqs_event};

use crate::bench::{Bench, STANDARD, messages};

/// A number that must be neither in an error nor in a log line.
const CANARY: &str = "482915730648217";

const EXPECTED: &str = "expected a batch of messages from an Amazon SQS queue, sent by an event source mapping";

/// Returns a batch of another service.
fn of(source: &str) -> Value {
    let mut event = sqs_event(STANDARD, &messages(&["a1"]));
    event["Records"][0]["eventSource"] = source.into();
    event["Records"][0]["messageId"] = CANARY.into();
    event
}

#[tokio::test]
async fn an_event_of_another_trigger_is_an_error() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let mut events = vec![
        json!({"source": CANARY, "detail-type": "in.qikchat.message", "detail": {"specversion": "1.0", "id": "qikchat-0"}}).to_string(),
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": CANARY, "Message": "{}"}}]}).to_string(),
        json!({"Records": {"0": CANARY}}).to_string(),
        json!({"version": "2.0", "rawPath": CANARY, "requestContext": {"http": {"method": "POST"}}}).to_string(),
        // Invalid from the repeated member on, so it is not parsed to its end.
        format!("{{\"Records\":[],\"Records\":[{CANARY}]}}"),
        deep,
    ];
    events.extend(["aws:s3", "aws:kinesis", "aws:dynamodb"].map(|source| of(source).to_string()));
    events.extend(["{}", "null", "[]", "1", "\"text\"", r#"{"Records":null}"#, r#"{"Records":[{}]}"#].map(str::to_owned));
    let invocations = events.len();
    for event in events {
        let invocation = bench.worker.invoke(event.clone().into_bytes()).await;
        assert_eq!(invocation.outcome, Err(json!({"errorType": "Trigger.Unsupported", "errorMessage": EXPECTED})), "{event}");
        let line: Value = serde_json::from_str(&bench.worker.log_with(&invocation.request_id).await).expect("a line in JSON");
        let fields = ["level", "message", "reason"].map(|name| line[name].as_str());
        assert_eq!(fields, [Some("ERROR"), Some(EXPECTED), Some("unsupported_trigger")], "{event}");
        assert_eq!(line.get("_aws"), None);
    }
    assert!(bench.deliver(STANDARD, &messages(&["a2"])).await.is_empty());
    assert_eq!(bench.arrived(), ["kommo-a2"]);
    let lines = bench.worker.stop();
    assert_eq!(lines.len(), invocations + 1, "{lines:#?}");
    assert!(!lines.join("\n").contains(CANARY), "{lines:#?}");
}

#[tokio::test]
async fn unused_members_of_a_batch_are_skipped() {
    let bench = Bench::start(|_| Reply::Status(200)).await;
    let mut event = sqs_event(STANDARD, &messages(&["a1"]));
    event["Records"][0]["attributes"]["SentTimestamp"] = json!(1);
    event["Records"][0]["messageAttributes"] = json!(null);
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let event = event.to_string().replacen("\"awsRegion\":", &format!("\"new\":{deep},\"awsRegion\":"), 1);
    let outcome = bench.worker.invoke(event.into_bytes()).await.outcome;
    assert_eq!(outcome, Ok(json!({"batchItemFailures": []})));
    assert_eq!(bench.arrived(), ["kommo-a1"]);
}
