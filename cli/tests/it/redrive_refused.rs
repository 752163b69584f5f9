//! `chathooks redrive` of events that a receiver refused permanently.

use serde_json::json;
use testkit::Sqs;

use crate::filled::{event, subject, with, with_access};
use crate::gateway::finish;
use crate::redrive::redrive;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_workers_attributes_on_a_dead_letter_message_are_removed() {
    let sqs = Sqs::start();
    let (dead, main) = (sqs.create_queue("dead").await, sqs.create_queue("main").await);
    let event = event("k1", "a", "kommo", "message");
    let text = |value: &str| json!({"DataType": "String", "StringValue": value});
    let mut more = with(&event, false);
    more["MessageAttributes"]["reason"] = text("refused");
    more["MessageAttributes"]["status"] = text("422");
    dead.send(&event.to_string(), more).await;
    let command = ["redrive", "--from-url", dead.url(), "--to-url", main.url(), "--reason", "refused", "--execute"];
    let finished = finish(&mut with_access(&command));
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let message = &main.peek().await[0];
    assert_eq!(message.json(), event);
    assert_eq!(message.attributes.keys().collect::<Vec<_>>(), ["provider", "shop", "type"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_event_returns_to_a_fifo_queue_under_its_dead_letter_deduplication_id() {
    let [main, dead] = Sqs::start().create_fifo_queue_with_dead_letters("refused", 5).await;
    let event = event("k1", "a", "kommo", "message");
    let text = |value: &str| json!({"DataType": "String", "StringValue": value});
    let mut more = with(&event, true);
    more["MessageAttributes"]["reason"] = text("refused");
    more["MessageAttributes"]["status"] = text("422");
    // With the event ID, the main queue could drop the message as a duplicate of one from a few minutes ago.
    more["MessageDeduplicationId"] = "59d1ccbd-7fc2-4c8a-a68a-5e4d6bd1c1a2".into();
    dead.send(&event.to_string(), more).await;
    let finished = redrive(&main, &["--from", "dead-letter", "--execute"]);
    assert!(finished.stdout.ends_with("moved 1, left 0, failed 0\n"), "{}{}", finished.stdout, finished.stderr);
    let message = &main.peek().await[0];
    assert_eq!((message.json(), &message.system["MessageGroupId"]), (event.clone(), &subject("kommo", "a")));
    assert_eq!(message.system["MessageDeduplicationId"], "59d1ccbd-7fc2-4c8a-a68a-5e4d6bd1c1a2");
    assert_eq!(message.attributes.keys().collect::<Vec<_>>(), ["provider", "shop", "type"]);
}
