//! The event source mapping: hands what is in a queue to a worker, and deletes what did not fail.
//!
//! After the documentation of Lambda's SQS event source with `ReportBatchItemFailures`. What failed is given back to
//! the queue at once, where Lambda would let its visibility time out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Function, Queue, StoredMessage};

/// The most messages of a batch.
const BATCH_SIZE: usize = 10;

/// A mapping from one queue to one worker.
#[derive(Debug)]
pub struct Mapping<'m> {
    queue: &'m Queue,
    worker: &'m Function,
    /// By message id.
    handings: HashMap<String, Handing>,
    /// The message ids of those that were deleted.
    done: HashSet<String>,
}

/// What became of one batch.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The messages that were handed over, in their order.
    pub messages: Vec<StoredMessage>,
    /// The message ids of those that failed.
    pub failed: Vec<String>,
    /// How long the worker took.
    pub duration: Duration,
}

/// A message and how often it was handed over.
#[derive(Debug, Clone)]
pub struct Handing {
    /// The id of the event in it; empty where it is none.
    pub event_id: String,
    /// How often.
    pub times: usize,
}

impl<'m> Mapping<'m> {
    /// A mapping that has handed over nothing yet.
    pub fn new(queue: &'m Queue, worker: &'m Function) -> Self {
        Self { queue, worker, handings: HashMap::new(), done: HashSet::new() }
    }

    /// Hands over at most ten messages; `None` where none is visible.
    ///
    /// # Panics
    /// When the worker answers an error or names a message that it was not given, or a deleted message comes again.
    pub async fn poll(&mut self) -> Option<Batch> {
        let messages = self.queue.receive().await;
        if messages.is_empty() {
            return None;
        }
        for message in &messages {
            assert!(!self.done.contains(&message.message_id), "deleted, and here again: {message:?}");
            let event_id = || {
                let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
                body["id"].as_str().unwrap_or_default().to_owned()
            };
            let handing = self.handings.entry(message.message_id.clone());
            handing.or_insert_with(|| Handing { event_id: event_id(), times: 0 }).times += 1;
        }
        let invocation = self.worker.invoke(sqs_event(&self.queue.arn(), &messages).to_string().into_bytes()).await;
        let failed = failures(&invocation.outcome);
        assert!(failed.iter().all(|id| messages.iter().any(|message| message.message_id == *id)), "{failed:?} of {messages:?}");
        let (back, done): (Vec<_>, Vec<_>) = messages.iter().cloned().partition(|message| failed.contains(&message.message_id));
        self.entries("DeleteMessageBatch", &done, json!({})).await;
        self.done.extend(done.into_iter().map(|message| message.message_id));
        self.entries("ChangeMessageVisibilityBatch", &back, json!({"VisibilityTimeout": 0})).await;
        Some(Batch { messages, failed, duration: invocation.duration })
    }

    /// Each message that was handed over.
    pub fn handings(&self) -> impl Iterator<Item = &Handing> {
        self.handings.values()
    }

    async fn entries(&self, action: &str, messages: &[StoredMessage], more: Value) {
        for messages in messages.chunks(BATCH_SIZE) {
            let entries = messages.iter().enumerate().map(|(place, message)| {
                let mut entry = json!({"Id": place.to_string(), "ReceiptHandle": message.receipt_handle});
                entry.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
                entry
            });
            let answer = self.queue.call(action, json!({"Entries": entries.collect::<Vec<_>>()})).await;
            assert!(answer["Failed"].as_array().is_none_or(Vec::is_empty), "{action}: {answer}");
        }
    }
}

/// The event that Lambda makes of a batch of messages.
pub fn sqs_event(queue_arn: &str, messages: &[StoredMessage]) -> Value {
    let records = messages.iter().map(|message| {
        let attributes = message.attributes.iter();
        let attributes: BTreeMap<_, _> =
            attributes.map(|(name, value)| (name, json!({"stringValue": value, "dataType": "String"}))).collect();
        json!({
            "messageId": message.message_id, "receiptHandle": message.receipt_handle, "body": message.body,
            "attributes": message.system, "messageAttributes": attributes,
            "eventSource": "aws:sqs", "eventSourceARN": queue_arn, "awsRegion": "us-east-1",
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// The message ids in an answer's `batchItemFailures`, in their order.
///
/// # Panics
/// When the answer is an error, or not of that form: Lambda then takes the whole batch for failed.
pub fn failures(outcome: &Result<Value, Value>) -> Vec<String> {
    let answer = outcome.as_ref().unwrap_or_else(|error| panic!("the worker answered an error: {error}"));
    let failures = answer["batchItemFailures"].as_array().unwrap_or_else(|| panic!("no batchItemFailures: {answer}"));
    let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap_or_else(|| panic!("no itemIdentifier: {answer}")).to_owned();
    failures.iter().map(id).collect()
}
