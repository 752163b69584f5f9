//! Reads an SQS queue without removing messages: receives them, holds them for a while, and returns them to the queue.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::bail;

use super::held::Held;
use super::queue::{MAX_BATCH, SqsQueue};
use crate::terminal::Stop;

/// The maximum number of messages to hold. SQS allows 120,000 messages in flight, and 20,000 on a FIFO queue.
pub(crate) const MAX_HELD: usize = 19_000;

/// Refuses a queue with a RedrivePolicy, because reading it could move messages to its dead-letter queue.
///
/// # Errors
/// Returns an error if the queue has a RedrivePolicy and `force` is false, or if it cannot be read.
pub(crate) async fn refuse_redrive_policy(queue: &SqsQueue, force: bool) -> anyhow::Result<()> {
    let attributes = queue.attributes().await?;
    if !force && let Some(dead_letters) = attributes.dead_letter_queue {
        bail!(
            "{} has a RedrivePolicy: each read raises the messages' receive counts, and messages that exceed maxReceiveCount go \
             to {dead_letters}; add --force to read it nevertheless",
            queue.url()
        );
    }
    Ok(())
}

/// Returns how long to hold the messages of a queue with that many: longer than a pass takes.
pub(crate) fn visibility(messages: usize) -> Duration {
    let millis = u64::try_from(messages).unwrap_or(u64::MAX).saturating_mul(20);
    Duration::from_millis(millis).clamp(Duration::ZERO, Duration::from_secs(6 * 3_600)) + Duration::from_secs(30)
}

/// Calls `look` once for each message that can be received, then returns all messages to the queue. Waits up to `wait` for
/// the first message. Returns the number of messages.
///
/// # Errors
/// Returns an error if the queue cannot be read, or if `look` fails. Received messages are returned to the queue.
pub(crate) async fn pass(
    queue: &SqsQueue,
    wait: Duration,
    stop: &Stop,
    mut look: impl FnMut(&Held) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let mut held: HashMap<String, Held> = HashMap::new();
    let outcome = receive_all(queue, wait, stop, &mut held, &mut look).await;
    let given_back = queue.give_back(&held.values().collect::<Vec<_>>()).await;
    outcome?;
    given_back?;
    Ok(held.len())
}

async fn receive_all(
    queue: &SqsQueue,
    wait: Duration,
    stop: &Stop,
    held: &mut HashMap<String, Held>,
    look: &mut impl FnMut(&Held) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let visibility = visibility(queue.attributes().await?.visible);
    let mut seen = HashSet::new();
    while !stop.is_told() && held.len() < MAX_HELD {
        // Waits only briefly while messages are held, because no consumer can receive those.
        let wait = if held.is_empty() { wait } else { wait.min(Duration::from_secs(1)) };
        let batch = queue.receive(MAX_BATCH, visibility, wait).await?;
        let known = seen.len();
        // Records the whole batch first, so that all messages are returned even if `look` fails. The newest receipt handle
        // replaces older ones.
        for message in &batch {
            held.insert(message.message_id.clone(), message.to_give_back());
        }
        for message in &batch {
            if seen.insert(message.message_id.clone()) {
                look(message)?;
            }
        }
        if seen.len() == known {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_queue_is_held_longer() {
        assert_eq!(visibility(0), Duration::from_secs(30));
        assert_eq!(visibility(5_000), Duration::from_secs(130));
        assert!(visibility(usize::MAX) < Duration::from_secs(12 * 3_600));
    }
}
