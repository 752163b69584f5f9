//! The event source mapping: invokes a worker with the messages of a queue, and deletes those that did not fail.
//!
//! It follows the documentation of Lambda's SQS event source with `ReportBatchItemFailures`. A faithful mapping does nothing
//! with failed messages, as Lambda does: they become visible again after their visibility timeout. An impatient one makes them
//! visible at once, for tests that are not about time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Function, Queue, RuntimeApi, StoredMessage};

/// The most messages of a batch, and of a call.
const BATCH_SIZE: usize = 10;

/// A mapping from one queue to one worker.
#[derive(Debug)]
pub struct Mapping<'m> {
    queue: &'m Queue,
    worker: &'m Function,
    is_faithful: bool,
    batch_size: usize,
    deadline: Duration,
    /// How many messages may be in flight; SQS's limit is 120,000.
    max_in_flight: usize,
    /// By message id.
    receives: HashMap<String, Receives>,
    /// The message ids of those that were deleted.
    done: HashSet<String>,
}

/// What became of one batch.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The messages that the worker got, in their order.
    pub messages: Vec<StoredMessage>,
    /// The message ids of those that failed.
    pub failed: Vec<String>,
    /// How long the worker took.
    pub duration: Duration,
}

/// A message, and how often it was received.
#[derive(Debug, Clone)]
pub struct Receives {
    /// The id of the event in it; empty if it is not an event.
    pub event_id: String,
    /// How often.
    pub times: usize,
}

impl<'m> Mapping<'m> {
    /// An impatient mapping that has received nothing yet.
    pub fn new(queue: &'m Queue, worker: &'m Function) -> Self {
        let (receives, done) = (HashMap::new(), HashSet::new());
        Self {
            queue,
            worker,
            is_faithful: false,
            batch_size: BATCH_SIZE,
            deadline: RuntimeApi::DEADLINE,
            max_in_flight: usize::MAX,
            receives,
            done,
        }
    }

    /// A faithful mapping that has received nothing yet.
    pub fn faithful(queue: &'m Queue, worker: &'m Function) -> Self {
        Self { is_faithful: true, ..Self::new(queue, worker) }
    }

    /// The same with smaller batches.
    #[must_use]
    pub fn with_batch_size(self, batch_size: usize) -> Self {
        Self { batch_size, ..self }
    }

    /// The same with this time limit for the worker's invocations.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The same with this limit of messages in flight.
    #[must_use]
    pub fn with_max_in_flight(self, max_in_flight: usize) -> Self {
        Self { max_in_flight, ..self }
    }

    /// Continues with another worker, as Lambda does when one has died.
    pub fn set_worker(&mut self, worker: &'m Function) {
        self.worker = worker;
    }

    /// Receives a batch and invokes the worker with it; `None` if no message is visible, or the limit in flight is reached.
    ///
    /// # Panics
    /// When the worker answers an error or names a message that is not in the batch, or a deleted message is received again.
    pub async fn poll(&mut self) -> Option<Batch> {
        let messages = self.receive().await;
        if messages.is_empty() {
            return None;
        }
        let event = sqs_event(&self.queue.arn(), &messages).to_string().into_bytes();
        let invocation = self.worker.invoke_within(event, self.deadline).await;
        let failed = failures(&invocation.outcome);
        assert!(failed.iter().all(|id| messages.iter().any(|message| message.message_id == *id)), "{failed:?} of {messages:?}");
        let (back, done): (Vec<_>, Vec<_>) = messages.iter().cloned().partition(|message| failed.contains(&message.message_id));
        self.entries("DeleteMessageBatch", &done, json!({})).await;
        self.done.extend(done.into_iter().map(|message| message.message_id));
        if !self.is_faithful {
            self.entries("ChangeMessageVisibilityBatch", &back, json!({"VisibilityTimeout": 0})).await;
        }
        Some(Batch { messages, failed, duration: invocation.duration })
    }

    /// Receives a batch and invokes a worker that dies before it answers: `die` gets the number of messages, and ends when the
    /// worker is dead. Returns the messages, which stay in flight until their visibility timeout ends; none if none is visible.
    ///
    /// # Panics
    /// When the worker answers.
    pub async fn poll_and_die(&mut self, die: impl AsyncFnOnce(usize)) -> Vec<StoredMessage> {
        let messages = self.receive().await;
        if messages.is_empty() {
            return messages;
        }
        let event = sqs_event(&self.queue.arn(), &messages).to_string().into_bytes();
        tokio::select! {
            biased;
            () = die(messages.len()) => {}
            invocation = self.worker.api().invoke(event) => panic!("answered: {invocation:?}"),
        }
        messages
    }

    async fn receive(&mut self) -> Vec<StoredMessage> {
        let mut count = self.batch_size;
        if self.max_in_flight < usize::MAX {
            let [_, in_flight] = self.queue.counts().await;
            count = count.min(self.max_in_flight.saturating_sub(in_flight));
        }
        if count == 0 {
            return Vec::new();
        }
        let messages = self.queue.receive_up_to(count).await;
        for message in &messages {
            assert!(!self.done.contains(&message.message_id), "deleted, and here again: {message:?}");
            let event_id = || {
                let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
                body["id"].as_str().unwrap_or_default().to_owned()
            };
            let entry = self.receives.entry(message.message_id.clone());
            entry.or_insert_with(|| Receives { event_id: event_id(), times: 0 }).times += 1;
        }
        messages
    }

    /// Each message that was received.
    pub fn receives(&self) -> impl Iterator<Item = &Receives> {
        self.receives.values()
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
        let mut attributes: BTreeMap<_, _> = message.attributes.iter().map(|(name, value)| (name, attribute("String", value))).collect();
        attributes.extend(message.typed.iter().map(|(name, value)| (name, typed(value))));
        json!({
            "messageId": message.message_id, "receiptHandle": message.receipt_handle, "body": message.body,
            "attributes": message.system, "messageAttributes": attributes,
            "eventSource": "aws:sqs", "eventSourceARN": queue_arn, "awsRegion": "us-east-1",
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// An attribute in Lambda's form.
fn attribute(data_type: &str, text: &str) -> Value {
    let none: [&str; 0] = [];
    json!({"stringValue": text, "stringListValues": none, "binaryListValues": none, "dataType": data_type})
}

/// The same, made from SQS's form.
fn typed(value: &Value) -> Value {
    let data_type = value["DataType"].as_str().expect("a type");
    match value["BinaryValue"].as_str() {
        Some(binary) if data_type.starts_with("Binary") => {
            let mut attribute = attribute(data_type, "");
            attribute.as_object_mut().expect("an object").remove("stringValue");
            attribute["binaryValue"] = binary.into();
            attribute
        }
        _ => attribute(data_type, value["StringValue"].as_str().expect("a text")),
    }
}

/// The message ids in an answer's `batchItemFailures`, in their order.
///
/// # Panics
/// When the answer is an error, or not of that form: Lambda then treats the whole batch as failed.
pub fn failures(outcome: &Result<Value, Value>) -> Vec<String> {
    let answer = outcome.as_ref().unwrap_or_else(|error| panic!("the worker answered an error: {error}"));
    let failures = answer["batchItemFailures"].as_array().unwrap_or_else(|| panic!("no batchItemFailures: {answer}"));
    let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap_or_else(|| panic!("no itemIdentifier: {answer}")).to_owned();
    failures.iter().map(id).collect()
}
