//! `consume.*`: each event is handled once, failed events stay in the queue, and FIFO order is
//! kept.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Queue, Sqs};

use crate::feed::{Feed, of_other_versions};
use crate::program::{Program, failing_script, script};

fn rust() -> Command {
    Command::new(env!("CARGO_BIN_EXE_consume"))
}

fn start(command: &mut Command, queue_url: &str) -> Program {
    Program::start(command, &[("QUEUE_URL", queue_url), ("AWS_ENDPOINT_URL", &Sqs::start().endpoint())])
}

/// Shortens the visibility timeout, so that messages that were not deleted become visible again soon.
async fn be_impatient(queue: &Queue) {
    queue.call("SetQueueAttributes", json!({"Attributes": {"VisibilityTimeout": "1"}})).await;
}

/// Waits until the queue has no visible message and this many messages in flight.
pub(crate) async fn is_left_with(queue: &Queue, in_flight: u32) {
    let start = Instant::now();
    loop {
        let counts = queue.call("GetQueueAttributes", json!({"AttributeNames": ["All"]})).await;
        let count = |name: &str| counts["Attributes"][name].as_str().expect("a count").to_owned();
        let counts = [count("ApproximateNumberOfMessages"), count("ApproximateNumberOfMessagesNotVisible")];
        if counts == ["0".to_owned(), in_flight.to_string()] {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "still {counts:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn each_event_once(name: &str, mut command: Command) {
    let [queue, dead] = Sqs::start().create_queue_with_dead_letters(name, 3).await;
    be_impatient(&queue).await;
    let feed = Feed::new(&queue).await;
    let text = feed.sample("v2-text").await;
    assert_eq!(feed.sample("v2-text").await, text);
    let typing = feed.sample("v2-typing").await;
    let mut failing = vec!["no event: hush".to_owned()];
    failing.extend(of_other_versions(&other_event(&format!("{name}-other")).await));
    for body in &failing {
        queue.send(body, json!({})).await;
    }

    let program = start(&mut command, queue.url());
    // A standard queue does not guarantee order.
    let mut lines = [program.line(), program.line()];
    lines.sort_by_key(|line| line.contains("typing"));
    assert_eq!(
        lines[0],
        format!("{text} com.kommo.message \"Good morning! Your wheel is true again, you can pick up the bike any time.\"")
    );
    assert_eq!(lines[1], format!("{typing} com.kommo.typing null"));
    is_left_with(&queue, 0).await;

    // The duplicate was skipped. Everything that is not an event of version 1 was attempted three times, and is alone
    // in the dead-letter queue.
    let (lines, errors) = program.stop();
    assert_eq!(lines, [""; 0]);
    assert_eq!(errors.len(), 3 * failing.len(), "{errors:?}");
    assert!(errors.iter().all(|line| line.contains("failed") && !line.contains("hush")), "{errors:?}");
    let mut dead: Vec<String> = dead.receive_all().await.into_iter().map(|message| message.body).collect();
    dead.sort();
    failing.sort();
    assert_eq!(dead, failing);
}

/// Returns an event that is in no queue, with a text that must not appear in any error.
async fn other_event(name: &str) -> String {
    let queue = Sqs::start().create_queue(name).await;
    Feed::new(&queue).await.text("a", "hush").await;
    queue.receive_all().await.remove(0).body
}

/// Checks that the events that follow a failed one in its group stay with it. Redelivering both in order is up to SQS;
/// moto redelivers only the second.
async fn order_through_a_failure(name: &str, mut command: Command) {
    let queue = Sqs::start().create_fifo_queue(name).await;
    let feed = Feed::new(&queue).await;
    feed.text("a", "one").await;
    feed.text("a", "two").await;
    let three = feed.text("b", "three").await;

    let program = start(&mut command, queue.url());
    assert_eq!(program.line(), format!("{three} com.kommo.message \"three\""));
    is_left_with(&queue, 2).await;
    let (lines, errors) = program.stop();
    assert_eq!(lines, [""; 0]);
    assert!(errors.len() == 1 && errors[0].contains("failed"), "{errors:?}");
}

async fn order(name: &str, mut command: Command) {
    let queue = Sqs::start().create_fifo_queue(name).await;
    let feed = Feed::new(&queue).await;
    let mut expected = Vec::new();
    for text in ["one", "two", "three"] {
        expected.push(format!("{} com.kommo.message \"{text}\"", feed.text("a", text).await));
    }
    let program = start(&mut command, queue.url());
    assert_eq!([program.line(), program.line(), program.line()].as_slice(), expected);
    is_left_with(&queue, 0).await;
    assert_eq!(program.stop(), (vec![], vec![]));
}

fn clear_errors(mut command: impl FnMut() -> Command) {
    let (status, errors) = Program::start(&mut command(), &[]).end();
    assert!(status.code() == Some(1) && errors.contains("QUEUE_URL is not set"), "{status} {errors}");
    let missing = format!("{}/123456789012/missing", Sqs::start().endpoint());
    let (status, errors) = start(&mut command(), &missing).end();
    assert!(status.code() == Some(1) && errors.contains(&format!("cannot read {missing}")), "{status} {errors}");
    assert!(!errors.contains("Traceback") && !errors.contains("region"), "{errors}");
}

#[tokio::test]
async fn python_handles_each_event_once() {
    each_event_once("consume-py", script("consume.py")).await;
}

#[tokio::test]
async fn node_handles_each_event_once() {
    each_event_once("consume-mjs", script("consume.mjs")).await;
}

#[tokio::test]
async fn rust_handles_each_event_once() {
    each_event_once("consume-rs", rust()).await;
}

#[tokio::test]
async fn python_keeps_order_through_a_failure() {
    order_through_a_failure("consume-py", failing_script("consume.py", "one")).await;
}

#[tokio::test]
async fn node_keeps_order_through_a_failure() {
    order_through_a_failure("consume-mjs", failing_script("consume.mjs", "one")).await;
}

#[tokio::test]
async fn rust_keeps_order() {
    order("consume-rs", rust()).await;
}

#[test]
fn errors_are_clear() {
    clear_errors(|| script("consume.py"));
    clear_errors(|| script("consume.mjs"));
    clear_errors(rust);
}
