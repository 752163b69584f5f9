//! A queue that belongs to one test, read as a consumer reads it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::StoredMessage;
use crate::sqs::{ACCOUNT, sqs_call};

/// How long a queue can take to deliver its messages or to become empty.
const PATIENCE: Duration = Duration::from_secs(30);

/// A queue with a unique name, so that no other test sends messages to it.
#[derive(Debug, Clone)]
pub struct Queue {
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) url: String,
}

impl Queue {
    /// Returns the value for `QUEUE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns its server's endpoint.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the queue's URL behind another endpoint (`http://host:port`).
    pub fn url_at(&self, endpoint: &str) -> String {
        let own = format!("http://{}", self.address);
        self.url.replacen(&own, endpoint, 1)
    }

    /// Returns whether this is a FIFO queue.
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    /// Returns the queue ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{}", self.name)
    }

    /// Sends a message. `more` is merged into the call: `MessageAttributes`, `MessageGroupId` …
    pub async fn send(&self, body: &str, more: Value) {
        let mut call = json!({"MessageBody": body});
        for (name, value) in more.as_object().into_iter().flatten() {
            call[name] = value.clone();
        }
        self.call("SendMessage", call).await;
    }

    /// Receives up to ten visible messages. They stay in the queue, in flight.
    pub async fn receive(&self) -> Vec<StoredMessage> {
        self.receive_up_to(10).await
    }

    /// Receives up to `count` visible messages; `count` is at most ten.
    pub async fn receive_up_to(&self, count: usize) -> Vec<StoredMessage> {
        let received = self
            .call(
                "ReceiveMessage",
                json!({
                    "MaxNumberOfMessages": count,
                    "AttributeNames": ["All"],
                    "MessageSystemAttributeNames": ["All"],
                    "MessageAttributeNames": ["All"],
                }),
            )
            .await;
        let messages = received["Messages"].as_array().into_iter().flatten();
        messages.map(StoredMessage::read).collect()
    }

    /// Receives all visible messages. They stay in the queue, in flight.
    pub async fn peek(&self) -> Vec<StoredMessage> {
        let mut all = Vec::new();
        loop {
            let messages = self.receive().await;
            if messages.is_empty() {
                return all;
            }
            all.extend(messages);
        }
    }

    /// Deletes received messages.
    pub async fn delete(&self, messages: &[StoredMessage]) {
        for message in messages {
            let handle = json!({"ReceiptHandle": message.receipt_handle});
            self.call("DeleteMessage", handle).await;
        }
    }

    /// Receives and deletes all visible messages until none is left.
    ///
    /// # Panics
    /// If messages are still left after 30 s.
    pub async fn receive_all(&self) -> Vec<StoredMessage> {
        let start = Instant::now();
        let mut all = Vec::new();
        loop {
            let messages = self.receive().await;
            if messages.is_empty() {
                return all;
            }
            self.delete(&messages).await;
            all.extend(messages);
            assert!(start.elapsed() < PATIENCE, "{} did not become empty within 30 s", self.name);
        }
    }

    /// Receives and deletes until at least `count` messages have arrived, including late ones.
    ///
    /// # Panics
    /// If fewer have arrived after 30 s.
    pub async fn receive_at_least(&self, count: usize) -> Vec<StoredMessage> {
        let start = Instant::now();
        let mut all = self.receive_all().await;
        while all.len() < count {
            assert!(start.elapsed() < PATIENCE, "{} of {count} messages in {}", all.len(), self.name);
            tokio::time::sleep(Duration::from_millis(10)).await;
            all.extend(self.receive_all().await);
        }
        all
    }

    /// Returns the number of messages that are visible, and the number in flight.
    ///
    /// # Panics
    /// If the server does not report the counts.
    pub async fn counts(&self) -> [usize; 2] {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        let answer = self.call("GetQueueAttributes", json!({"AttributeNames": names})).await;
        names.map(|name| answer["Attributes"][name].as_str().and_then(|count| count.parse().ok()).expect("a count"))
    }

    /// Makes any other call on this queue: adds `QueueUrl` and returns the response as JSON.
    ///
    /// # Panics
    /// If the call is rejected.
    pub async fn call(&self, action: &str, mut input: Value) -> Value {
        input["QueueUrl"] = self.url.clone().into();
        sqs_call(&self.address, action, input).await
    }

    /// Returns the `RedrivePolicy` for a queue that uses this one as its dead-letter queue.
    pub(crate) fn redrive_policy(&self, receives: u32) -> String {
        json!({"deadLetterTargetArn": self.arn(), "maxReceiveCount": receives}).to_string()
    }
}
