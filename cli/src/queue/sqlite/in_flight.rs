//! Receives messages, as from SQS: a received message is invisible for a while, and becomes visible again unless it is
//! settled.
//!
//! The order within a group is kept, as on a FIFO queue. Only the oldest message of each group can be received. The others
//! wait while it is in flight or waits for its retry, until it is done or dead.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::Context;
use rusqlite::{Connection, Row, params};
use shared::timestamp::Timestamp;

use super::queue::SqliteQueue;

/// Selects the visible messages without an older message in their group. The query reads two indexes and stops at the
/// limit. It is fast regardless of the number of waiting messages, because only received messages are invisible.
const NEXT: &str = "
    SELECT number FROM message AS own
    WHERE queue = 'main' AND visible_at <= ?1 AND NOT EXISTS (
        SELECT 1 FROM message AS older WHERE older.queue = 'main' AND older.group_id = own.group_id AND older.number < own.number
    )
    ORDER BY visible_at, number LIMIT ?3";

/// A message in flight.
#[derive(Debug)]
pub(crate) struct InFlight {
    /// The receipt handle of this receive.
    pub(crate) receipt: ReceiptHandle,
    /// The event's id.
    pub(crate) event_id: String,
    /// The provider's name.
    pub(crate) provider: String,
    /// The event's kind.
    pub(crate) kind: String,
    /// The CloudEvent.
    pub(crate) body: String,
}

/// A handle to one receive of a message. Handles of earlier receives are void.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReceiptHandle {
    /// The message's number.
    pub(crate) number: i64,
    /// How many times the message was received, including this time.
    pub(crate) count: u32,
}

/// How a received message is settled.
#[derive(Debug)]
pub(crate) enum Settlement {
    /// The message was delivered.
    Done,
    /// The message becomes visible again after this time.
    Again(Duration, Failure),
    /// The message is given up.
    Dead(Failure),
    /// The message becomes visible again immediately, and the receive does not count.
    Untouched,
}

/// Why a message was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The worker's one-word reason.
    pub(crate) cause: &'static str,
    /// The error message.
    pub(crate) error: String,
    /// The status with which the receiver permanently refused the message.
    pub(crate) status: Option<u16>,
}

/// The result of a receive.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The messages, oldest first.
    pub(crate) messages: Vec<InFlight>,
    /// The time until the next invisible message becomes visible, if there is one.
    pub(crate) next: Option<Duration>,
}

impl SqliteQueue {
    /// Receives up to `limit` messages, which are then invisible for `visibility`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written.
    pub(crate) async fn receive(&self, limit: usize, visibility: Duration) -> anyhow::Result<Batch> {
        self.work(move |connection| receive(connection, limit, visibility)).await
    }

    /// Settles a message. Does nothing if the message was received again in the meantime.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written. The message then becomes visible again when its visibility timeout ends.
    pub(crate) async fn settle(&self, receipt: ReceiptHandle, settlement: Settlement) -> anyhow::Result<()> {
        self.work(move |connection| settle(connection, receipt, &settlement)).await
    }

    /// Waits until a message is sent. Returns immediately if one was sent since the last call.
    pub(crate) async fn sent(&self) {
        self.sent.notified().await;
    }

    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let connection = Arc::clone(&self.connection);
        // A sync takes milliseconds, and much longer on some disks.
        let work = tokio::task::spawn_blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner)));
        work.await.context("the queue's thread ended")?.with_context(|| format!("cannot use the queue in {}", self.path.display()))
    }
}

fn receive(connection: &Connection, limit: usize, visibility: Duration) -> rusqlite::Result<Batch> {
    let now = Timestamp::now().millis();
    let mut statement = connection.prepare(&format!(
        "UPDATE message SET visible_at = ?1 + ?2, receive_count = receive_count + 1, next_attempt_at = NULL
         WHERE number IN ({NEXT})
         RETURNING number, receive_count, event_id, provider, kind, body"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut messages: Vec<InFlight> =
        statement.query_map(params![now, millis(visibility), limit], received)?.collect::<rusqlite::Result<_>>()?;
    // `RETURNING` does not define the order of rows.
    messages.sort_unstable_by_key(|message| message.receipt.number);
    let next: Option<i64> = connection
        .prepare("SELECT min(visible_at) FROM message WHERE queue = 'main' AND visible_at > ?1")?
        .query_row([now], |row| row.get(0))?;
    let next = next.map(|at| Duration::from_millis(u64::try_from(at - now).unwrap_or_default()));
    Ok(Batch { messages, next })
}

fn received(row: &Row<'_>) -> rusqlite::Result<InFlight> {
    let receipt = ReceiptHandle { number: row.get(0)?, count: row.get(1)? };
    Ok(InFlight { receipt, event_id: row.get(2)?, provider: row.get(3)?, kind: row.get(4)?, body: row.get(5)? })
}

/// Applies a settlement to a message, unless the message was received again in the meantime.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn settle(connection: &Connection, receipt: ReceiptHandle, settlement: &Settlement) -> rusqlite::Result<()> {
    let now = Timestamp::now().millis();
    let (queue, visible_at, count, failure) = match settlement {
        Settlement::Done => ("done", now, receipt.count, None),
        Settlement::Again(after, failure) => ("main", now.saturating_add(millis(*after)), receipt.count, Some(failure)),
        Settlement::Dead(failure) => ("dead", now, receipt.count, Some(failure)),
        Settlement::Untouched => ("main", now, receipt.count.saturating_sub(1), None),
    };
    let next = Some(visible_at).filter(|_| matches!(settlement, Settlement::Again(..)));
    let (error, cause, status) = failure.map_or((None, None, None), |Failure { cause, error, status }| (Some(error), Some(cause), *status));
    connection
        .prepare(
            "UPDATE message SET queue = ?3, visible_at = ?4, receive_count = ?5, next_attempt_at = ?6, refused_status = ?7,
                 last_error = coalesce(?8, last_error), last_cause = coalesce(?9, last_cause)
             WHERE number = ?1 AND queue = 'main' AND receive_count = ?2",
        )?
        .execute(params![receipt.number, receipt.count, queue, visible_at, count, next, status, error, cause])
        .map(drop)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
pub(super) mod tests;
