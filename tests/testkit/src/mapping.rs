//! The event source mapping: invokes a worker with a queue's messages and deletes those that did not fail.
//!
//! It follows the documentation of Lambda's SQS event source with `ReportBatchItemFailures`. A faithful mapping leaves
//! failed messages alone, as Lambda does: they become visible after their visibility timeout. An impatient mapping
//! makes them visible immediately, for tests in which time does not matter.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Function, Queue, RuntimeApi, StoredMessage};

/// The largest number of messages in a batch, and in one SQS call.
const BATCH_SIZE: usize = 10;

/// A mapping from one queue to one worker.
#[derive(Debug)]
pub struct Mapping<'m> {
    queue: &'m Queue,
    worker: &'m Function,
    is_faithful: bool,
    batch_size: usize,
    deadline: Duration,
    /// The limit of messages in flight; SQS allows 120,000.
    max_in_flight: usize,
    /// The received messages, by message id.
    receives: HashMap<String, Receives>,
    /// The message ids of deleted messages.
    done: HashSet<String>,
}

/// The outcome of one batch.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The messages that the worker received, in order.
    pub messages: Vec<StoredMessage>,
    /// The message ids of the failed messages.
    pub failed: Vec<String>,
    /// How long the invocation took.
    pub duration: Duration,
}

/// A message, and how many times it was received.
#[derive(Debug, Clone)]
pub struct Receives {
    /// The id of the event in the message; empty if the message is not an event.
    pub event_id: String,
    /// The number of receives.
    pub times: usize,
}

impl<'m> Mapping<'m> {
    /// Returns an impatient mapping that has received nothing.
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

    /// Returns a faithful mapping that has received nothing.
    pub fn faithful(queue: &'m Queue, worker: &'m Function) -> Self {
        Self { is_faithful: true, ..Self::new(queue, worker) }
    }

    /// Sets the batch size.
    #[must_use]
    pub fn with_batch_size(self, batch_size: usize) -> Self {
        Self { batch_size, ..self }
    }

    /// Sets the time limit of the worker's invocations.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Sets the limit of messages in flight.
    #[must_use]
    pub fn with_max_in_flight(self, max_in_flight: usize) -> Self {
        Self { max_in_flight, ..self }
    }

    /// Continues with another worker, as Lambda does after a worker dies.
    pub fn set_worker(&mut self, worker: &'m Function) {
        self.worker = worker;
    }

    /// Receives a batch and invokes the worker with it. Returns `None` if no message is visible or the in-flight limit
    /// is reached.
    ///
    /// # Panics
    /// If the worker returns an error or names a message that is not in the batch, or if a deleted message is received
    /// again.
    pub async fn poll(&mut self) -> Option<Batch> {
        let messages = self.receive().await;
        if messages.is_empty() {
            return None;
        }
        let event = sqs_event(&self.queue.arn(), &messages).to_string().into_bytes();
        let invocation = self.worker.invoke_within(event, self.deadline).await;
        let failed = failures(&invocation.outcome);
        assert!(failed.iter().all(|id| messages.iter().any(|message| message.message_id == *id)), "{failed:?} of {messages:?}");
        let (retained, done): (Vec<_>, Vec<_>) = messages.iter().cloned().partition(|message| failed.contains(&message.message_id));
        self.entries("DeleteMessageBatch", &done, json!({})).await;
        self.done.extend(done.into_iter().map(|message| message.message_id));
        if !self.is_faithful {
            self.entries("ChangeMessageVisibilityBatch", &retained, json!({"VisibilityTimeout": 0})).await;
        }
        Some(Batch { messages, failed, duration: invocation.duration })
    }

    /// Receives a batch and invokes a worker that dies before it responds. `die` gets the number of messages and
    /// finishes when the worker is dead. Returns the messages, which stay in flight until their visibility timeout
    /// ends; empty if no message is visible.
    ///
    /// # Panics
    /// If the worker responds.
    pub async fn poll_and_die(&mut self, die: impl AsyncFnOnce(usize)) -> Vec<StoredMessage> {
        let messages = self.receive().await;
        if messages.is_empty() {
            return messages;
        }
        let event = sqs_event(&self.queue.arn(), &messages).to_string().into_bytes();
        tokio::select! {
            biased;
            () = die(messages.len()) => {}
            invocation = self.worker.api().invoke(event) => panic!("the worker responded: {invocation:?}"),
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
            assert!(!self.done.contains(&message.message_id), "received after its deletion: {message:?}");
            let event_id = || {
                let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
                body["id"].as_str().unwrap_or_default().to_owned()
            };
            let entry = self.receives.entry(message.message_id.clone());
            entry.or_insert_with(|| Receives { event_id: event_id(), times: 0 }).times += 1;
        }
        messages
    }

    /// Returns every message that was received.
    pub fn receives(&self) -> impl Iterator<Item = &Receives> {
        self.receives.values()
    }

    async fn entries(&self, action: &str, messages: &[StoredMessage], more: Value) {
        for messages in messages.chunks(BATCH_SIZE) {
            let entries = messages.iter().enumerate().map(|(index, message)| {
                let mut entry = json!({"Id": index.to_string(), "ReceiptHandle": message.receipt_handle});
                entry.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
                entry
            });
            let answer = self.queue.call(action, json!({"Entries": entries.collect::<Vec<_>>()})).await;
            assert!(answer["Failed"].as_array().is_none_or(Vec::is_empty), "{action}: {answer}");
        }
    }
}

/// Returns the event in which Lambda passes a batch of messages.
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

/// Returns an attribute in Lambda's form.
fn attribute(data_type: &str, text: &str) -> Value {
    let none: [&str; 0] = [];
    json!({"stringValue": text, "stringListValues": none, "binaryListValues": none, "dataType": data_type})
}

/// Converts an attribute from SQS's form to Lambda's.
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

/// Returns the message ids in a response's `batchItemFailures`, in order.
///
/// # Panics
/// If the response is an error or has another form: Lambda then treats the whole batch as failed.
pub fn failures(outcome: &Result<Value, Value>) -> Vec<String> {
    let answer = outcome.as_ref().unwrap_or_else(|error| panic!("the worker returned an error: {error}"));
    let failures = answer["batchItemFailures"].as_array().unwrap_or_else(|| panic!("no batchItemFailures: {answer}"));
    let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap_or_else(|| panic!("no itemIdentifier: {answer}")).to_owned();
    failures.iter().map(id).collect()
}
