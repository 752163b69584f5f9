//! One batch of received messages: each is sent, and then deleted.

use std::time::Duration;

use tokio::time::sleep;

use crate::queue::sqs::{Held, NotSent, OrderedSender, SqsQueue};
use crate::queue::{StoredMessage, Summary};

/// A message and what goes out in its place.
pub(super) struct Move {
    /// The message.
    pub(super) held: Held,
    /// What it is about.
    pub(super) summary: Summary,
    /// What is sent.
    pub(super) outgoing: Vec<StoredMessage>,
}

/// Sends what goes out; says of each message whether all of it is in the target, or why not.
///
/// Meanwhile the messages stay invisible in the source.
///
/// # Errors
/// A call failed. Some of the messages may be in the target.
pub(super) async fn send(
    source: &SqsQueue,
    sender: &mut OrderedSender,
    moves: &[Move],
    visibility: Duration,
) -> anyhow::Result<Vec<Result<(), NotSent>>> {
    let outgoing: Vec<&StoredMessage> = moves.iter().flat_map(|step| &step.outgoing).collect();
    let held: Vec<&Held> = moves.iter().map(|step| &step.held).collect();
    let sending = sender.send(&outgoing);
    tokio::pin!(sending);
    let outcomes = loop {
        tokio::select! {
            outcomes = &mut sending => break outcomes?,
            // Where that fails, they may become visible, and go to the target twice.
            () = sleep(visibility / 2) => drop(source.hide(&held, visibility).await),
        }
    };
    let mut outcomes = outcomes.into_iter();
    let outcome = |step: &Move| {
        let parts: Vec<_> = outcomes.by_ref().take(step.outgoing.len()).collect();
        parts.into_iter().collect::<Result<(), _>>()
    };
    Ok(moves.iter().map(outcome).collect())
}
