//! The trait that a service must implement to receive messages.

use std::future::Future;

use super::Message;

/// A service that accepts messages in batches and acknowledges each message.
///
/// An implementation only makes calls and interprets the responses. Concurrency, retries and fallback are common to all sinks.
pub trait Sink: Send + Sync {
    /// The maximum number of messages per call.
    const MAX_BATCH: usize;
    /// The maximum size of a call in bytes, as counted by [`Message::size`].
    const MAX_BATCH_BYTES: usize;

    /// Returns whether the messages of a group are delivered in the order in which they were acknowledged.
    fn is_ordered(&self) -> bool;

    /// Makes one call, and returns the outcome of each message, in the order of the batch.
    ///
    /// The caller limits the time by dropping the future.
    ///
    /// # Errors
    /// The call failed as a whole.
    fn send(&self, batch: &[&Message]) -> impl Future<Output = Result<Vec<Outcome>, Failure>> + Send;
}

/// The outcome of one message. `Ok` is an acknowledgment: the service has stored this exact body.
pub type Outcome = Result<(), Failure>;

/// Why a call or a message was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The error code of the service, or a code of this crate.
    pub code: String,
    /// Whether a retry may succeed.
    pub is_retriable: bool,
}

impl Failure {
    /// Returns a failure with this code.
    #[must_use]
    pub fn new(code: &str, is_retriable: bool) -> Self {
        Self { code: code.to_owned(), is_retriable }
    }
}
