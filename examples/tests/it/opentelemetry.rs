//! `opentelemetry-python/`: the consumer's span belongs to the webhook's trace. The spans are read from the wire
//! (OTLP).

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{Queue, Sqs};

use crate::consume::is_left_with;
use crate::feed::{Feed, of_other_versions};
use crate::program::{Program, copy_of, file, folders_python};

const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";
const TRACE: &str = "5759e988bd862e3fe1be46a994272793";
const SPAN: &str = "53995c3f42cd8ad8";

fn python(script: PathBuf) -> Command {
    let mut command = Command::new(folders_python());
    command.arg(script);
    command
}

#[tokio::test]
async fn the_span_of_an_event_belongs_to_the_trace_of_its_webhook() {
    let queue = Sqs::start().create_queue("traces").await;
    let feed = Feed::new(&queue).await;
    let sampled = feed.traced_text("a", "one", Some(&format!("Root={ROOT};Parent={SPAN};Sampled=1"))).await;
    let not_sampled = feed.traced_text("a", "two", Some(&format!("Root={ROOT};Parent={SPAN};Sampled=0"))).await;
    let untraced = feed.traced_text("a", "three", None).await;
    let event = |id: &str| json!({"specversion": "1.0", "dataschema": "urn:chathooks:data:1", "id": id, "type": "com.kommo.notice", "data": {"kind": "notice"}});
    let attribute = |value: String| json!({"MessageAttributes": {"traceparent": {"DataType": "String", "StringValue": value}}});
    queue.send(&event("by-attribute").to_string(), attribute(format!("00-{TRACE}-{SPAN}-01"))).await;
    queue.send(&event("broken").to_string(), attribute("hush".to_owned())).await;

    let spans = consume(&queue, 0).await;
    let of = |id: &str| spans.iter().find(|span| span["attributes"]["cloudevents.event_id"] == id);
    for id in [&sampled, "by-attribute"] {
        let span = of(id).unwrap_or_else(|| panic!("no span of {id}: {spans:#?}"));
        assert_eq!((&span["trace"], &span["parent"]), (&json!(TRACE), &json!(SPAN)));
        assert_eq!(span["links"], json!([format!("{TRACE}-{SPAN}")]));
        assert_eq!((&span["path"], &span["kind"], &span["status"]), (&json!("/v1/traces"), &json!(5), &json!(0)), "{span:#}");
    }
    let own: Vec<&str> = [&untraced, "broken"].iter().map(|id| own_trace(of(id).expect("a span"))).collect();
    assert_ne!(own[0], own[1]);
    // X-Ray did not sample the request, so its trace has no spans: the SDK's sampler follows the parent.
    assert!(of(&not_sampled).is_none() && spans.len() == 4, "{spans:#?}");
}

#[tokio::test]
async fn a_failure_is_in_the_span_without_its_text() {
    let queue = Sqs::start().create_queue("traces").await;
    queue.send("no event: hush", json!({})).await;
    let spans = consume(&queue, 1).await;
    let [span] = spans.as_slice() else { panic!("{spans:#?}") };
    assert_eq!((&span["status"], &span["attributes"]["error.type"]), (&json!(2), &json!("JSONDecodeError")));
    own_trace(span);
    assert_eq!((&span["events"], &span["message"]), (&json!([]), &json!("")));
    assert!(!span.to_string().contains("hush"), "{span:#}");
}

#[tokio::test]
async fn an_event_of_another_version_stays_in_the_queue() {
    let queue = Sqs::start().create_queue("traces").await;
    let elsewhere = Sqs::start().create_queue("traces-other").await;
    Feed::new(&elsewhere).await.text("a", "hush").await;
    for body in of_other_versions(&elsewhere.receive_all().await[0].body) {
        queue.send(&body, json!({})).await;
    }
    let spans = consume(&queue, 3).await;
    assert_eq!(spans.len(), 3);
    assert!(spans.iter().all(|span| span["attributes"]["error.type"] == "OtherVersion"), "{spans:#?}");
}

/// Returns the trace of a span that starts a new one.
fn own_trace(span: &Value) -> &str {
    let trace = span["trace"].as_str().expect("an id");
    assert!(trace.len() == 32 && trace != TRACE, "{span:#}");
    assert_eq!((&span["parent"], &span["links"]), (&json!(""), &json!([])));
    trace
}

/// Runs the consumer until all messages except the failing ones are deleted, and returns its spans.
async fn consume(queue: &Queue, failing: u32) -> Vec<Value> {
    let sink = Program::start(&mut python(file("tests/opentelemetry/sink.py")), &[]);
    let collector = format!("http://127.0.0.1:{}", sink.line());
    let endpoint = Sqs::start().endpoint();
    let env = [("QUEUE_URL", queue.url()), ("AWS_ENDPOINT_URL", &endpoint), ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector)];
    let consumer = Program::start(&mut python(copy_of("opentelemetry-python").join("consume.py")), &env);
    for _ in 0..failing {
        let line = consumer.error_line();
        assert!(line.contains("failed"), "{line}");
    }
    is_left_with(queue, failing).await;
    let (status, errors) = consumer.terminate();
    assert!(status.success() && !errors.contains("Traceback"), "{status} {errors}");
    sink.stop().0.iter().map(|line| serde_json::from_str(line).expect("a span")).collect()
}
