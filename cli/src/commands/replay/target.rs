//! The queue that receives the events.

use crate::queue::sqlite::Mover;
use crate::queue::sqs::{Access, NotSent, OrderedSender};
use crate::queue::{QueueLocation, StoredMessage};
use crate::settings::Sources;

/// An open queue.
pub(super) enum Target {
    /// An SQS queue.
    Sqs(OrderedSender),
    /// The embedded queue.
    File(Mover),
}

impl Target {
    /// Opens a queue. Creates the file of an embedded queue if it is missing.
    ///
    /// # Errors
    /// Returns an error if the queue cannot be used.
    pub(super) async fn open(location: &QueueLocation, sources: &Sources) -> anyhow::Result<Self> {
        match location {
            QueueLocation::File(file) => Ok(Self::File(Mover::create(file)?)),
            QueueLocation::Sqs(url) => {
                let queue = Access::find(sources).await.queue(url)?;
                // Fails before anything is sent if the queue does not exist.
                queue.attributes().await?;
                Ok(Self::Sqs(OrderedSender::new(queue)))
            }
        }
    }

    /// Sends messages in order.
    ///
    /// # Errors
    /// Returns an error for the first message that is not in the queue. Later messages can be in it.
    pub(super) async fn send(&mut self, messages: &[(u64, StoredMessage)]) -> Result<(), Incomplete> {
        let failed = |cause| Incomplete { sent: 0, cause };
        match self {
            Self::File(mover) => {
                let messages: Vec<StoredMessage> = messages.iter().map(|(_, message)| message.clone()).collect();
                mover.put(&messages).map_err(failed)
            }
            Self::Sqs(sender) => {
                let messages: Vec<&StoredMessage> = messages.iter().map(|(_, message)| message).collect();
                let outcomes = sender.send(&messages).await.map_err(failed)?;
                let not_sent =
                    |(sent, outcome): (usize, Result<(), NotSent>)| outcome.map_err(|error| Incomplete { sent, cause: error.into() });
                outcomes.into_iter().enumerate().try_for_each(not_sent)
            }
        }
    }
}

/// The error if not all messages were sent.
pub(super) struct Incomplete {
    /// How many messages, counted from the first, are in the queue.
    pub(super) sent: usize,
    /// Why the next message is not in the queue.
    pub(super) cause: anyhow::Error,
}
