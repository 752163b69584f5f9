//! The queue: what goes in, and what an acknowledgement is.
//!
//! ```text
//! hedge        which sink is asked when: the quarantine, the main queue, the fallback
//!   sending    the calls to one sink: how many at once, and which are made again
//!     plan     which messages may go next, so that order within a group holds
//!   sink       what a service has to offer for that
//! sqs          the one sink that exists
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

/// The most bytes that SQS takes in one message, its attributes included, and in one batch: 1 MiB.
pub const MAX_BYTES: usize = 1_048_576;

/// The media type of a message's body.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// One message for the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event's id: the deduplication id on a FIFO queue.
    pub id: String,
    /// The group within which a FIFO queue keeps the order: the event's subject, or its id where there is none.
    pub group: String,
    /// The group between which a standard queue is fair: one for each source.
    pub tenant: String,
    /// The CloudEvent as JSON.
    pub body: String,
    /// The provider's name.
    pub provider: &'static str,
    /// What the event is about.
    pub kind: Kind,
    /// The event's type.
    pub event_type: String,
    /// Why it is quarantined, if it is.
    pub reason: Option<&'static str>,
    /// The X-Ray trace header.
    pub trace: Option<String>,
    /// The same trace in W3C's form.
    pub traceparent: Option<String>,
}

impl Message {
    /// Returns the message's attributes, all of type String: a consumer can filter without parsing the body.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let always = [("provider", self.provider), ("type", &self.event_type), ("content-type", CONTENT_TYPE)];
        let traceparent = self.traceparent.as_deref().map(|traceparent| ("traceparent", traceparent));
        always.into_iter().chain(traceparent).chain(self.reason.map(|reason| ("reason", reason)))
    }

    /// Returns the message's size as SQS counts it: the body, and each attribute's name, type and value.
    #[must_use]
    pub fn size(&self) -> usize {
        let attributes = self.attributes().map(|(name, value)| name.len() + "String".len() + value.len());
        self.body.len() + attributes.sum::<usize>()
    }
}

/// Which queue a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The main queue.
    Main,
    /// The quarantine queue, or the main one where there is none.
    Quarantine,
}

/// The time within which messages have to be in a queue.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// When the request was received.
    pub started: Instant,
    /// How long after that a queue may still take its messages.
    pub length: Duration,
}

impl Budget {
    /// Returns the last moment of the enqueue.
    #[must_use]
    pub fn end(self) -> Instant {
        self.started + self.length
    }
}

/// One of a function's queues, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueName {
    /// The queue of malformed bodies.
    Quarantine,
    /// The main queue.
    Main,
    /// The queue that is tried when those before it do not answer.
    Fallback,
}

impl QueueName {
    /// Returns the name that logs use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Main => "main",
            Self::Fallback => "fallback",
        }
    }
}

/// That every message has been acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The last queue in line that took a message which those before it had not acknowledged.
    pub queue: QueueName,
}

/// That not every message has been acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotQueued {
    /// The last error's code, as SQS names it, or `timeout`, `connection`, `unknown_issuer`, `certificate`, `unacknowledged`.
    pub code: String,
}

/// Something that holds messages durably.
pub trait Queue: Send + Sync {
    /// Whether it keeps the order within a conversation, and so takes its messages one after the other.
    fn is_ordered(&self) -> bool;

    /// Puts all messages, which belong to one request, into a queue, and returns once they are there.
    ///
    /// A message may get there twice, with one id. None is larger than [`MAX_BYTES`].
    ///
    /// The caller drops the future at the budget's end, so there is no need to watch for it.
    ///
    /// # Errors
    /// A queue refused, and no other is left to ask.
    fn send(&self, to: Destination, messages: &[Message], budget: Budget) -> impl Future<Output = Result<Receipt, NotQueued>> + Send;
}
