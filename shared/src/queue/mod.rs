//! The queue: what goes in, and what an acknowledgement is.

pub mod sqs;

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use crate::event::Kind;

/// The most bytes that SQS takes in one message, its attributes included, and in one batch: 1 MiB.
pub const MAX_BYTES: usize = 1_048_576;

/// What a receipt calls the main queue.
pub const MAIN: &str = "main";
/// What a receipt calls the fallback queue.
pub const FALLBACK: &str = "fallback";
/// What a receipt calls the quarantine queue.
pub const QUARANTINE: &str = "quarantine";

/// The media type of a message's body.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// One message for the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event's id: the deduplication id on a FIFO queue.
    pub id: String,
    /// The group within which a FIFO queue keeps the order: the conversation, or the event itself.
    pub group: String,
    /// The group that a standard queue is fair to: the channel.
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
    /// The W3C trace that it belongs to.
    pub traceparent: Option<String>,
    /// The X-Ray trace header.
    pub trace: Option<String>,
}

impl Message {
    /// The message's attributes, all of type String: a consumer can filter without reading the body.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let always = [("provider", self.provider), ("type", &self.event_type), ("content-type", CONTENT_TYPE)];
        let traceparent = self.traceparent.as_deref().map(|traceparent| ("traceparent", traceparent));
        always.into_iter().chain(traceparent).chain(self.reason.map(|reason| ("reason", reason)))
    }

    /// The message's size as SQS counts it: the body, and each attribute's name, type and value.
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

/// By when messages have to be in a queue.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// When the request was received.
    pub started: Instant,
    /// How long after that a queue may still take its messages.
    pub length: Duration,
}

impl Budget {
    /// The last moment of the enqueue.
    #[must_use]
    pub fn end(self) -> Instant {
        self.started + self.length
    }
}

/// That a queue has acknowledged every message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Which queue: [`MAIN`], [`FALLBACK`] or [`QUARANTINE`].
    pub queue: &'static str,
}

/// That no queue has acknowledged every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotQueued {
    /// The last error's code, as SQS names it, or `timeout`, `connection`, `unacknowledged`.
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
