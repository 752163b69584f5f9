//! What a service has to offer so that messages can be sent to it.

use std::future::Future;

use super::Message;

/// A service that takes messages in batches and acknowledges each message of its own.
///
/// An implementation makes calls and reads answers. How many calls there are, which are made again, and which other sink
/// takes over, is decided for all sinks alike.
pub trait Sink: Send + Sync {
    /// The most messages that a call may hold.
    const MAX_BATCH: usize;
    /// The most bytes that a call may hold, as [`Message::size`] counts them.
    const MAX_BATCH_BYTES: usize;

    /// Returns whether the messages of a group come out in the order in which they were acknowledged.
    fn is_ordered(&self) -> bool;

    /// Makes one call, and returns what became of each message, in the order of the batch.
    ///
    /// The caller bounds the time by dropping the future.
    ///
    /// # Errors
    /// The call failed as a whole.
    fn send(&self, batch: &[&Message]) -> impl Future<Output = Result<Vec<Outcome>, Failure>> + Send;
}

/// What became of one message: an acknowledgement says that the service holds this very body.
pub type Outcome = Result<(), Failure>;

/// Why a call or a message was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The error's code as the service names it, or our own word.
    pub code: String,
    /// Whether sending it again may help.
    pub is_retriable: bool,
}

impl Failure {
    /// A failure by our own word.
    #[must_use]
    pub fn new(code: &str, is_retriable: bool) -> Self {
        Self { code: code.to_owned(), is_retriable }
    }
}
