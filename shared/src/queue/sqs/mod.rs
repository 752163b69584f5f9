//! SQS: one queue, its fallback and its quarantine.
//!
//! The next queue in line starts when those before it have not answered after a third of the budget, or
//! at once when they all refused for good. What was started goes on: whichever acknowledges first wins.

mod attempt;
mod queue;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::sleep_until;

use super::{Budget, Destination, FALLBACK, MAIN, Message, NotQueued, QUARANTINE, Queue, Receipt};
use crate::connection::Connection;
use crate::settings::{FALLBACK_QUEUE_URL, QUARANTINE_QUEUE_URL, QUEUE_URL, SettingError, Settings};
use queue::SqsQueue;

pub use attempt::is_acknowledged;
pub use queue::region_of;

/// The queues of one function.
pub struct Sqs {
    main: SqsQueue,
    fallback: Option<SqsQueue>,
    quarantine: Option<SqsQueue>,
}

impl Sqs {
    /// Reads the queues from the settings, and opens a connection to each so that the first delivery
    /// finds one. A queue that does not answer now is no error: it may answer then.
    ///
    /// # Errors
    /// A setting is missing or wrong.
    pub async fn connect(connection: &Connection, settings: &Settings<'_>) -> Result<Self, SettingError> {
        let main = settings.required(QUEUE_URL, "the URL of the SQS queue that events go to")?;
        let queue = |name, setting: &str, url: String| SqsQueue::new(name, setting, url, connection, settings);
        let optional = |name, setting: &str| settings.optional(setting).map(|url| queue(name, setting, url)).transpose();
        let sqs = Self {
            main: queue(MAIN, QUEUE_URL, main)?,
            fallback: optional(FALLBACK, FALLBACK_QUEUE_URL)?,
            quarantine: optional(QUARANTINE, QUARANTINE_QUEUE_URL)?,
        };
        let endpoints = [Some(&sqs.main), sqs.fallback.as_ref()].into_iter().flatten().map(SqsQueue::endpoint);
        connection.warm(endpoints).await;
        Ok(sqs)
    }

    /// The queues to try, in their order.
    fn line(&self, to: Destination) -> impl Iterator<Item = &SqsQueue> {
        let quarantine = self.quarantine.as_ref().filter(|_| to == Destination::Quarantine);
        quarantine.into_iter().chain([&self.main]).chain(&self.fallback)
    }
}

impl Queue for Sqs {
    fn is_ordered(&self) -> bool {
        self.main.is_fifo() || self.fallback.as_ref().is_some_and(SqsQueue::is_fifo)
    }

    async fn send(&self, to: Destination, messages: &[Message], budget: Budget) -> Result<Receipt, NotQueued> {
        let mut waiting = self.line(to).peekable();
        let mut running = FuturesUnordered::new();
        let stagger = budget.length / 3;
        let mut next_start = budget.started;
        loop {
            running.extend(waiting.next().map(|queue| queue.send(messages, budget.end())));
            next_start += stagger;
            tokio::select! {
                Some(outcome) = running.next() => match outcome {
                    Ok(receipt) => return Ok(receipt),
                    Err(error) if running.is_empty() && waiting.peek().is_none() => return Err(error),
                    Err(_) => {}
                },
                // Without a queue to start, a timer would only cost a system call.
                () = sleep_until(next_start), if waiting.peek().is_some() => {}
            }
        }
    }
}
