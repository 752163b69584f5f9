//! Which of a function's queues is asked when.
//!
//! The next queue in line starts when those before it have not answered after a third of the budget, or at once when one
//! refuses for good. It is given what no queue has acknowledged by then. What was started goes on: each message counts as
//! queued with its first acknowledgement, and may stand in two queues, under one id.

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Notify;
use tokio::time::sleep_until;

use super::acknowledged::Acknowledged;
use super::sending::Sending;
use super::sink::Sink;
use super::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};

/// A main queue, with the others that a function may have.
pub struct Hedged<S> {
    /// Where events go.
    pub main: S,
    /// Where they go when the main queue does not answer.
    pub fallback: Option<S>,
    /// Where malformed bodies go; the main queue where there is none.
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
                    // Without a queue to start, a timer would only cost a system call.
                    () = sleep_until(next_start), if waiting.peek().is_some() => break,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
