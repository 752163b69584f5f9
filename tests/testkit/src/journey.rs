//! One function with its own queues, and the outcome of the requests sent to it.

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
    /// The queue that events go to.
    pub queue: Queue,
    /// The queue that malformed bodies go to.
    pub quarantine: Queue,
}

/// The outcome of one request.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The response.
    pub answer: Answer,
    /// The messages in the main queue after the request, sorted by the events' `part`.
    pub messages: Vec<StoredMessage>,
    /// When the request was received, in milliseconds since 1970.
    pub received: RangeInclusive<u64>,
    /// Whether the queue is a FIFO queue.
    pub is_fifo: bool,
}

impl Journey {
    /// Starts the function with the demo secrets, fresh queues, and these additional settings.
    pub async fn start(subject: &Subject, settings: &[(&str, &str)]) -> Self {
        let queue = Sqs::start().create_queue(subject.provider.name).await;
        Self::start_with(subject, queue, settings).await
    }

    /// Like [`Journey::start`], with a main queue that the test supplies.
    pub async fn start_with(subject: &Subject, queue: Queue, settings: &[(&str, &str)]) -> Self {
        let quarantine = Sqs::start().create_queue(&format!("{}-quarantine", subject.provider.name)).await;
        let demo = demo_env();
        let mut env: Vec<(&str, &str)> = demo.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // moto on a busy machine is slower than SQS. A test of the budget sets another one in `settings`.
        env.push(("ACK_BUDGET_MS", "20000"));
        env.push(("QUEUE_URL", queue.url()));
        env.push(("QUARANTINE_QUEUE_URL", quarantine.url()));
        env.extend(settings);
        let function = Function::start(Path::new(subject.binary), &env).await;
        Self { function, queue, quarantine }
    }

    /// Sends a request and takes the resulting messages from the main queue.
    pub async fn deliver(&self, post: &Post) -> Delivered {
        self.deliver_event(&post.event()).await
    }

    /// Like [`Journey::deliver`], with a complete Lambda event.
    pub async fn deliver_event(&self, event: &Value) -> Delivered {
        let start = millis();
        let answer = self.function.invoke_http(event).await;
        let received = start..=millis();
        let mut messages = self.queue.receive_all().await;
        messages.sort_by_key(|message| message.json()["data"]["original"]["part"]["index"].as_u64());
        Delivered { answer, messages, received, is_fifo: self.queue.is_fifo() }
    }

    /// Sends a request that must be queued as one event, and returns its message.
    ///
    /// # Panics
    /// If the response is not an empty 200, or if the number of queued messages is not one.
    pub async fn accepted(&self, post: &Post) -> StoredMessage {
        let mut delivered = self.deliver(post).await;
        assert_eq!((delivered.answer.status, delivered.answer.text()), (200, ""), "{post:?}");
        assert_eq!(delivered.messages.len(), 1, "{:?}", delivered.messages);
        delivered.messages.remove(0)
    }

    /// Returns the log line of a delivery.
    ///
    /// # Panics
    /// If there is none within 10 s, or if it is not JSON.
    pub async fn log(&self, answer: &Answer) -> Value {
        let line = self.function.log_with(&answer.request_id).await;
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("a log line in JSON ({error}): {line}"))
    }

    /// Asserts that both queues are empty.
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
