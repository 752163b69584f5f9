//! The queue that events are sent to.

use crate::queue::sqlite::Mover;
use crate::queue::sqs::{Access, NotSent, OrderedSender};
use crate::queue::{QueueLocation, StoredMessage};
use crate::settings::Sources;

/// The queue, opened.
pub(super) enum Target {
    /// On SQS.
    Sqs(OrderedSender),
    /// In a file.
    File(Mover),
}

impl Target {
    /// Opens a queue.
    ///
    /// # Errors
    /// It cannot be used.
    pub(super) async fn open(location: &QueueLocation, sources: &Sources) -> anyhow::Result<Self> {
        match location {
            QueueLocation::File(file) => Ok(Self::File(Mover::make(file)?)),
            QueueLocation::Sqs(url) => {
                let queue = Access::find(sources).await.queue(url)?;
                // Whether there is such a queue is better known before anything is sent.
                queue.attributes().await?;
                Ok(Self::Sqs(OrderedSender::new(queue)))
            }
        }
    }

    /// Sends messages in their order.
    ///
    /// # Errors
    /// One of them is not in the queue. The error tells of the first such one; later ones may be in.
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

/// Not all of some messages were sent.
pub(super) struct Incomplete {
    /// How many of them, from the first on, are in the queue.
    pub(super) sent: usize,
    /// Why the next one is not.
    pub(super) cause: anyhow::Error,
}
