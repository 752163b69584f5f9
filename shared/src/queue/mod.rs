//! The queue: its messages, and what counts as an acknowledgment.
//!
//! ```text
//! hedge        when each sink is tried: the quarantine, the main queue, the fallback queue
//!   sending    the calls to one sink: concurrency and retries
//!     plan     which messages may be sent next, so that the order within a group is kept
//!   sink       the trait that a service must implement
//! sqs          SQS, the only sink
//! ```

mod acknowledged;
#[cfg(test)]
mod fake_sink;
pub mod hedge;
mod plan;
mod sending;
pub mod sink;
pub mod sqs;

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::event::Kind;

/// The maximum size in bytes of an SQS message, including its attributes, and of an SQS batch: 1 MiB.
pub const MAX_BYTES: usize = 1_048_576;

/// The media type of a message body.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// One message for the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event's id. It is the deduplication id on a FIFO queue.
    pub id: String,
    /// The group within which a FIFO queue keeps the order: the event's subject, or its id if it has no subject.
    pub group: String,
    /// The group for fairness on a standard queue: one per source.
    pub tenant: String,
    /// The CloudEvent as JSON.
    pub body: String,
    /// The provider's name.
    pub provider: &'static str,
    /// What the event is about.
    pub kind: Kind,
    /// The event's type.
    pub event_type: String,
    /// Why the message is quarantined, if it is.
    pub reason: Option<&'static str>,
    /// The X-Ray trace header.
    pub trace: Option<String>,
    /// The trace in the W3C format.
    pub traceparent: Option<String>,
}

impl Message {
    /// Returns the message attributes, all of type String, by which consumers can filter without parsing the body.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let always = [("provider", self.provider), ("type", &self.event_type), ("content-type", CONTENT_TYPE)];
        let traceparent = self.traceparent.as_deref().map(|traceparent| ("traceparent", traceparent));
        always.into_iter().chain(traceparent).chain(self.reason.map(|reason| ("reason", reason)))
    }

    /// Returns the size of the message as SQS counts it: the body, and the name, type and value of each attribute.
    #[must_use]
    pub fn size(&self) -> usize {
        let attributes = self.attributes().map(|(name, value)| name.len() + "String".len() + value.len());
        self.body.len() + attributes.sum::<usize>()
    }
}

/// The queue that a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The main queue.
    Main,
    /// The quarantine queue, or the main queue if there is none.
    Quarantine,
}

/// The time within which messages must be in a queue.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// The time of receipt of the request.
    pub started: Instant,
    /// The time after the receipt within which a queue must acknowledge the messages.
    pub length: Duration,
}

impl Budget {
    /// Returns the deadline of the enqueue.
    #[must_use]
    pub fn end(self) -> Instant {
        self.started + self.length
    }
}

/// The queues of a function, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueName {
    /// The queue for malformed bodies.
    Quarantine,
    /// The main queue.
    Main,
    /// The queue that is tried when the previous ones are slow or fail.
    Fallback,
}

impl QueueName {
    /// Returns the name used in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Main => "main",
            Self::Fallback => "fallback",
        }
    }
}

/// The confirmation that every message has been acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Among the queues that were the first to acknowledge a message, the one tried last.
    pub queue: QueueName,
}

/// The error if not every message has been acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotQueued {
    /// The code of the last error: an SQS error code, or `timeout`, `connection`, `unknown_issuer`, `certificate` or
    /// `unacknowledged`.
    pub code: String,
}

/// A durable store for messages.
pub trait Queue: Send + Sync {
    /// Returns whether the queue keeps the order within a conversation and therefore accepts its messages one at a time.
    fn is_ordered(&self) -> bool;

    /// Sends all messages of one request, and returns when every message has been acknowledged.
    ///
    /// A message may be stored twice, with the same id. No message is larger than [`MAX_BYTES`].
    ///
    /// The caller drops the future at the end of the budget, so implementations need not watch the time.
    ///
    /// # Errors
    /// A queue failed, and no other queue is left to try.
    fn send(&self, to: Destination, messages: &[Message], budget: Budget) -> impl Future<Output = Result<Receipt, NotQueued>> + Send;
}
