//! A queue of the test's own, read as a consumer reads it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::StoredMessage;
use crate::sqs::sqs_call;

/// How long a queue may take to give or to lose its messages.
const PATIENCE: Duration = Duration::from_secs(30);

/// A queue. Its messages are nobody else's: every name is made unique.
#[derive(Debug, Clone)]
pub struct Queue {
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) url: String,
}

impl Queue {
    /// The value of `QUEUE_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The endpoint of its server.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same queue behind another endpoint (`http://host:port`).
    pub fn url_at(&self, endpoint: &str) -> String {
        let own = format!("http://{}", self.address);
        self.url.replacen(&own, endpoint, 1)
    }

    /// Whether it is a FIFO queue.
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    /// The queue's ARN.
    pub fn arn(&self) -> String {
        format!("arn:aws:sqs:us-east-1:123456789012:{}", self.name)
    }

    /// Puts a message in, as a test's own. `more` is merged into the call: `MessageAttributes`, `MessageGroupId` …
    pub async fn send(&self, body: &str, more: Value) {
        let mut call = json!({"MessageBody": body});
        for (name, value) in more.as_object().into_iter().flatten() {
            call[name] = value.clone();
        }
        self.call("SendMessage", call).await;
    }

    /// At most ten visible messages; they stay in the queue, in flight.
    pub async fn receive(&self) -> Vec<StoredMessage> {
        self.receive_up_to(10).await
    }

    /// At most so many visible messages, and no more than ten.
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

    /// All visible messages; they stay in the queue, in flight.
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

    /// Receives and deletes all visible messages, until there are none.
    ///
    /// # Panics
    /// When there are still some after 30 s.
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
            assert!(start.elapsed() < PATIENCE, "{} never empties", self.name);
        }
    }

    /// Receives and deletes until at least `count` messages came: for what arrives late.
    ///
    /// # Panics
    /// When they did not after 30 s.
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

    /// How many messages are in it: visible, and in flight.
    ///
    /// # Panics
    /// When the server does not tell.
    pub async fn counts(&self) -> [usize; 2] {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        let answer = self.call("GetQueueAttributes", json!({"AttributeNames": names})).await;
        names.map(|name| answer["Attributes"][name].as_str().and_then(|count| count.parse().ok()).expect("a count"))
    }

    /// Any other call on this queue: `QueueUrl` is added, the answer's JSON comes back.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn call(&self, action: &str, mut input: Value) -> Value {
        input["QueueUrl"] = self.url.clone().into();
        sqs_call(&self.address, action, input).await
    }

    /// The `RedrivePolicy` of a queue whose dead letters come here.
    pub(crate) fn redrive_policy(&self, receives: u32) -> String {
        json!({"deadLetterTargetArn": self.arn(), "maxReceiveCount": receives}).to_string()
    }
}
