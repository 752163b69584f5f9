//! One function with queues of its own, and what becomes of the requests that it is sent.

use std::ops::RangeInclusive;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::{Answer, Function, Post, Queue, Sqs, StoredMessage, Subject, demo_env};

/// A running function, its queue and its quarantine queue.
#[derive(Debug)]
pub struct Journey {
    /// The function.
    pub function: Function,
    /// Where events go.
    pub queue: Queue,
    /// Where malformed bodies go.
    pub quarantine: Queue,
}

/// What became of one request.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The answer.
    pub answer: Answer,
    /// What was in the main queue after it, by the events' `part`.
    pub messages: Vec<StoredMessage>,
    /// When it was received, in milliseconds since 1970.
    pub received: RangeInclusive<u64>,
    /// Whether the queue is a FIFO queue.
    pub is_fifo: bool,
}

impl Journey {
    /// Starts the function with the demo secrets, fresh queues, and these settings on top.
    pub async fn start(subject: &Subject, settings: &[(&str, &str)]) -> Self {
        let queue = Sqs::start().create_queue(subject.provider.name).await;
        Self::start_with(subject, queue, settings).await
    }

    /// The same with a main queue of the test's own.
    pub async fn start_with(subject: &Subject, queue: Queue, settings: &[(&str, &str)]) -> Self {
        let quarantine = Sqs::start().create_queue(&format!("{}-quarantine", subject.provider.name)).await;
        let demo = demo_env();
        let mut env: Vec<(&str, &str)> = demo.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // moto on a busy machine is slower than SQS; a test of the budget sets its own.
        env.push(("ACK_BUDGET_MS", "20000"));
        env.push(("QUEUE_URL", queue.url()));
        env.push(("QUARANTINE_QUEUE_URL", quarantine.url()));
        env.extend(settings);
        let function = Function::start(Path::new(subject.binary), &env).await;
        Self { function, queue, quarantine }
    }

    /// Sends a request and takes from the main queue what it put there.
    pub async fn deliver(&self, post: &Post) -> Delivered {
        self.deliver_event(&post.event()).await
    }

    /// The same with a whole Lambda event.
    pub async fn deliver_event(&self, event: &Value) -> Delivered {
        let start = millis();
        let answer = self.function.invoke_http(event).await;
        let received = start..=millis();
        let mut messages = self.queue.receive_all().await;
        messages.sort_by_key(|message| message.json()["data"]["original"]["part"]["index"].as_u64());
        Delivered { answer, messages, received, is_fifo: self.queue.is_fifo() }
    }

    /// Sends a request that has to be queued as one event, and gives its message.
    ///
    /// # Panics
    /// When the answer is not an empty 200, or another number of messages is queued.
    pub async fn accepted(&self, post: &Post) -> StoredMessage {
        let mut delivered = self.deliver(post).await;
        assert_eq!((delivered.answer.status, delivered.answer.text()), (200, ""), "{post:?}");
        assert_eq!(delivered.messages.len(), 1, "{:?}", delivered.messages);
        delivered.messages.remove(0)
    }

    /// The log line of a delivery.
    ///
    /// # Panics
    /// When there is none within 10 s, or it is not JSON.
    pub async fn log(&self, answer: &Answer) -> Value {
        let line = self.function.log_with(&answer.request_id).await;
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("a log line in JSON ({error}): {line}"))
    }

    /// That nothing is in either queue.
    pub async fn assert_nothing_queued(&self) {
        for queue in [&self.queue, &self.quarantine] {
            assert_eq!(queue.receive_all().await.len(), 0, "{}", queue.url());
        }
    }
}

fn millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).expect("a year before 500 million")
}
