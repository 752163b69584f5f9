//! Sends one batch of received messages to the target.

use std::time::Duration;

use tokio::time::sleep;

use crate::queue::sqs::{Held, NotSent, OrderedSender, SqsQueue};
use crate::queue::{StoredMessage, Summary};

/// A received message and the messages to send in its place.
pub(super) struct Move {
    /// The received message.
    pub(super) held: Held,
    /// Its summary, for the report.
    pub(super) summary: Summary,
    /// The messages to send.
    pub(super) outgoing: Vec<StoredMessage>,
}

/// Sends the outgoing messages of each move. Returns one result per move: `Ok` if all its messages are in the target.
///
/// Keeps the received messages invisible in the source until then.
///
/// # Errors
/// Returns an error if a call fails. Some of the messages can be in the target.
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
            // If this fails, the messages can become visible, and be sent to the target twice.
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
