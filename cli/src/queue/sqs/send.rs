//! Sends messages in order.
//!
//! A batch is not a transaction: SQS can accept an entry and refuse the one before it. On a FIFO queue, a batch therefore
//! has at most one message of a group. If a message is not sent, its group is blocked, and no later message of the group is
//! sent.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use anyhow::Context;
use shared::queue::MAX_BYTES;
use shared::queue::sqs::is_acknowledged;
use shared::retry::{Backoff, is_retriable};
use tokio::time::sleep;

use super::entry::entry;
use super::failure;
use super::queue::{MAX_BATCH, SqsQueue};
use crate::queue::message::StoredMessage;

/// The maximum number of attempts for a message.
const ATTEMPTS: u32 = 4;
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(400), 2, 0.2);

/// Why a message is not in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// SQS refused the message, with this code.
    Refused(String),
    /// An earlier message of its group was not sent.
    Blocked,
    /// The call failed for this reason. The message can be in the queue nevertheless.
    Unknown(String),
}

impl Error for NotSent {}

impl fmt::Display for NotSent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(code) => write!(out, "SQS refused it ({code})"),
            Self::Blocked => out.write_str("an earlier message of its group was not sent"),
            Self::Unknown(reason) => out.write_str(reason),
        }
    }
}

/// A sender to one queue that remembers blocked groups.
#[derive(Debug)]
pub(crate) struct OrderedSender {
    queue: SqsQueue,
    blocked: HashSet<String>,
}

impl OrderedSender {
    /// Creates a sender without blocked groups.
    pub(crate) fn new(queue: SqsQueue) -> Self {
        Self { queue, blocked: HashSet::new() }
    }

    /// Sends messages. Returns one result per message, in order: `Ok` if the message is in the queue.
    ///
    /// # Errors
    /// Returns an error if a call fails despite the SDK's retries. Some of the messages can be in the queue.
    pub(crate) async fn send(&mut self, messages: &[&StoredMessage]) -> anyhow::Result<Vec<Result<(), NotSent>>> {
        let groups: Vec<Option<String>> = messages.iter().map(|message| message.group(self.queue.is_fifo())).collect();
        let group = |index: usize| groups.get(index).and_then(Option::as_ref).filter(|_| self.queue.is_fifo());
        let mut outcomes: Vec<Result<(), NotSent>> = vec![Err(NotSent::Blocked); messages.len()];
        let mut waiting: Vec<usize> = (0..messages.len()).collect();
        loop {
            waiting.retain(|index| group(*index).is_none_or(|group| !self.blocked.contains(group)));
            let wave =
                wave(&waiting, |index| group(index).map(String::as_str), |index| messages.get(index).map_or(0, |message| message.size()));
            if wave.is_empty() {
                return Ok(outcomes);
            }
            waiting.retain(|index| !wave.contains(index));
            for (index, outcome) in self.send_wave(messages, &groups, wave).await? {
                if outcome.is_err() {
                    self.blocked.extend(group(index).cloned());
                }
                if let Some(slot) = outcomes.get_mut(index) {
                    *slot = outcome;
                }
            }
        }
    }

    /// Sends a batch, and retries the entries whose errors are retriable.
    async fn send_wave(
        &self,
        messages: &[&StoredMessage],
        groups: &[Option<String>],
        mut wave: Vec<usize>,
    ) -> anyhow::Result<Vec<(usize, Result<(), NotSent>)>> {
        let mut outcomes = Vec::new();
        for attempt in 1..=ATTEMPTS {
            let refused = self.send_once(messages, groups, &wave).await?;
            let is_refused = |index: usize| refused.iter().find(|refusal| refusal.index == index);
            outcomes.extend(wave.iter().filter(|index| is_refused(**index).is_none()).map(|index| (*index, Ok(()))));
            let (last, again): (Vec<_>, Vec<_>) = refused.into_iter().partition(|refusal| !refusal.is_retriable || attempt == ATTEMPTS);
            outcomes.extend(last.into_iter().map(|refusal| (refusal.index, Err(NotSent::Refused(refusal.code)))));
            if again.is_empty() {
                break;
            }
            wave = again.into_iter().map(|refusal| refusal.index).collect();
            sleep(BACKOFF.pause(attempt)).await;
        }
        Ok(outcomes)
    }

    /// Makes one call. Returns the entries that SQS did not acknowledge.
    async fn send_once(&self, messages: &[&StoredMessage], groups: &[Option<String>], wave: &[usize]) -> anyhow::Result<Vec<Refusal>> {
        let chosen = || wave.iter().filter_map(|index| Some((*index, *messages.get(*index)?)));
        let group = |index: usize| groups.get(index).and_then(Option::as_deref);
        let entries = chosen().map(|(index, message)| entry(index, message, group(index), self.queue.is_fifo()));
        let entries = entries.collect::<Result<Vec<_>, _>>();
        let entries = entries.context("a message has attributes that cannot be sent")?;
        let request = self.queue.client.send_message_batch().queue_url(&self.queue.url).set_entries(Some(entries));
        let answer = request.send().await.map_err(|error| failure::explain(&error, "SendMessage", &self.queue.url))?;
        let is_in = |index: usize, body: &str| {
            let result = answer.successful().iter().find(|result| result.id() == index.to_string());
            result.is_some_and(|result| is_acknowledged(body, Some(result.message_id()), Some(result.md5_of_message_body())))
        };
        let refusals = chosen().filter(|(index, message)| !is_in(*index, &message.body)).map(|(index, _)| {
            let error = answer.failed().iter().find(|error| error.id() == index.to_string());
            let (code, status) =
                error.map_or(("unacknowledged", 500), |error| (error.code(), if error.sender_fault() { 400 } else { 500 }));
            let message = error.and_then(|error| error.message()).unwrap_or_default();
            let advised = failure::group_refused(code, message, &self.queue.url).map(|advice| format!("{code}; {advice}"));
            Refusal { index, code: advised.unwrap_or_else(|| code.to_owned()), is_retriable: is_retriable(status, code) }
        });
        Ok(refusals.collect())
    }
}

/// An entry that SQS did not acknowledge.
struct Refusal {
    index: usize,
    code: String,
    is_retriable: bool,
}

/// Returns the indices of the next batch: at most ten waiting messages and 1 MiB, and only the first message of each group.
fn wave<'g>(waiting: &[usize], group: impl Fn(usize) -> Option<&'g str>, size: impl Fn(usize) -> usize) -> Vec<usize> {
    let (mut wave, mut groups, mut bytes) = (Vec::new(), HashSet::new(), 0);
    for &index in waiting {
        let is_first = group(index).is_none_or(|group| groups.insert(group));
        let fits = wave.is_empty() || bytes + size(index) <= MAX_BYTES;
        if wave.len() < MAX_BATCH && is_first && fits {
            bytes += size(index);
            wave.push(index);
        }
    }
    wave
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns all batches of messages, each given as its group and its size in KiB.
    fn waves(messages: &[(&str, usize)]) -> Vec<Vec<usize>> {
        let mut waiting: Vec<usize> = (0..messages.len()).collect();
        let mut waves = Vec::new();
        while !waiting.is_empty() {
            let wave = wave(&waiting, |index| Some(messages[index].0).filter(|group| !group.is_empty()), |index| messages[index].1 * 1024);
            waiting.retain(|index| !wave.contains(index));
            waves.push(wave);
        }
        waves
    }

    #[test]
    fn a_batch_has_one_message_per_group() {
        assert_eq!(waves(&[("a", 1), ("a", 1), ("b", 1), ("a", 1), ("c", 1), ("b", 1)]), [vec![0, 2, 4], vec![1, 5], vec![3]]);
    }

    #[test]
    fn a_batch_without_groups_has_ten_messages() {
        assert_eq!(waves(&[("", 1); 12]), [(0..10).collect::<Vec<_>>(), vec![10, 11]]);
    }

    #[test]
    fn a_batch_has_at_most_one_mebibyte_and_keeps_the_order_of_groups() {
        assert_eq!(waves(&[("a", 600), ("b", 600), ("b", 1), ("c", 1)]), [vec![0, 3], vec![1], vec![2]]);
        assert_eq!(waves(&[("", 1024), ("", 1)]), [vec![0], vec![1]]);
    }
}
