//! Looking at an SQS queue's messages without taking them: they are received, held for a while, and given
//! back.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::bail;

use super::held::Held;
use super::queue::{MAX_BATCH, SqsQueue};
use crate::terminal::Stop;

/// What a pass may hold: SQS allows 120,000 messages in flight, 20,000 on a FIFO queue.
pub(crate) const MAX_HELD: usize = 19_000;

/// Refuses a queue whose messages could become dead letters by being looked at.
///
/// # Errors
/// It has a RedrivePolicy and nobody insists, or it cannot be read.
pub(crate) async fn refuse_redrive_policy(queue: &SqsQueue, force: bool) -> anyhow::Result<()> {
    let attributes = queue.attributes().await?;
    if !force && let Some(dead_letters) = attributes.dead_letter_queue {
        bail!(
            "{} has a RedrivePolicy: each look raises the messages' receive counts, and those that pass maxReceiveCount go to \
             {dead_letters}; add --force to look all the same",
            queue.url()
        );
    }
    Ok(())
}

/// For how long messages are held of a queue with so many: a pass over it takes less.
pub(crate) fn visibility(messages: usize) -> Duration {
    let millis = u64::try_from(messages).unwrap_or(u64::MAX).saturating_mul(20);
    Duration::from_millis(millis).clamp(Duration::ZERO, Duration::from_secs(6 * 3_600)) + Duration::from_secs(30)
}

/// Looks at all messages that can be received, each once, and gives them back. It waits for the first one,
/// and says how many there were.
///
/// # Errors
/// The queue cannot be read, or `look` failed. What was received is given back.
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
        // With something in hand nobody waits for long: what is held, others cannot get.
        let wait = if held.is_empty() { wait } else { wait.min(Duration::from_secs(1)) };
        let batch = queue.receive(MAX_BATCH, visibility, wait).await?;
        let known = seen.len();
        // All of them are given back, also where a look fails; the newest receipt counts.
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
