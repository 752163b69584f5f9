//! When each of a function's queues is tried.
//!
//! The next queue is tried when the previous ones have not finished after a third of the budget, or immediately when one fails
//! permanently. It gets the messages that no queue has acknowledged yet. Earlier attempts continue: a message counts as queued
//! at its first acknowledgment, and may end up in two queues with the same id.

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Notify;
use tokio::time::sleep_until;

use super::acknowledged::Acknowledged;
use super::sending::Sending;
use super::sink::Sink;
use super::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};

/// The queues of a function: the main queue, and optionally a fallback queue and a quarantine.
pub struct Hedged<S> {
    /// The queue for events.
    pub main: S,
    /// The queue that is tried when the main queue is slow or fails.
    pub fallback: Option<S>,
    /// The queue for malformed bodies. If it is `None`, they go to the main queue.
    pub quarantine: Option<S>,
}

impl<S> Hedged<S> {
    /// Returns the queues for this destination, in the order in which they are tried.
    fn line(&self, to: Destination) -> impl Iterator<Item = (QueueName, &S)> {
        let quarantine = self.quarantine.as_ref().filter(|_| to == Destination::Quarantine);
        let quarantine = quarantine.map(|sink| (QueueName::Quarantine, sink));
        let fallback = self.fallback.as_ref().map(|sink| (QueueName::Fallback, sink));
        [quarantine, Some((QueueName::Main, &self.main)), fallback].into_iter().flatten()
    }
}

impl<S: Sink> Queue for Hedged<S> {
    fn is_ordered(&self) -> bool {
        self.main.is_ordered() || self.fallback.as_ref().is_some_and(S::is_ordered)
    }

    async fn send(&self, to: Destination, messages: &[Message], budget: Budget) -> Result<Receipt, NotQueued> {
        let (acknowledged, given_up) = (Acknowledged::none_of(messages.len()), Notify::new());
        let mut waiting = self.line(to).peekable();
        let mut running = FuturesUnordered::new();
        let stagger = budget.length / 3;
        let mut next_start = budget.started;
        loop {
            let next = waiting.next();
            running.extend(next.map(|(name, sink)| Sending::new(sink, name, messages, &acknowledged, &given_up, budget.end()).run()));
            next_start += stagger;
            loop {
                tokio::select! {
                    biased;
                    Some(outcome) = running.next() => match outcome {
                        Ok(()) => return Ok(Receipt { queue: acknowledged.last_queue().unwrap_or(QueueName::Main) }),
                        Err(error) if running.is_empty() && waiting.peek().is_none() => return Err(error),
                        Err(_) => {}
                    },
                    () = given_up.notified(), if waiting.peek().is_some() => break,
                    // With no queue left to start, a timer would only cost a system call.
                    () = sleep_until(next_start), if waiting.peek().is_some() => break,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
