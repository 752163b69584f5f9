//! Moves messages within the queue file, and into it. Each call is one transaction.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use shared::timestamp::Timestamp;

use super::file;
use super::reader::message;
use crate::queue::message::{Attribute, StoredMessage};

/// The maximum number of messages to read per query.
const MOST: i64 = 500;

/// The queues whose messages are not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SideQueue {
    /// Messages whose delivery was given up.
    DeadLetters,
    /// Messages whose bodies were verified but are malformed.
    Quarantine,
}

/// A message of a side queue.
#[derive(Debug)]
pub(crate) struct NumberedMessage {
    /// The message's number, which gives the order.
    pub(crate) number: i64,
    /// When the message was stored, in milliseconds since 1970.
    pub(crate) sent_at: i64,
    /// Why the last delivery failed.
    pub(crate) last_error: Option<String>,
    /// Why the last delivery failed, in one word.
    pub(crate) last_cause: Option<String>,
    /// The message.
    pub(crate) message: StoredMessage,
}

/// A queue file, opened for changes.
pub(crate) struct Mover {
    path: PathBuf,
    connection: Connection,
}

impl Mover {
    /// Opens a queue file.
    ///
    /// # Errors
    /// Returns an error if there is no such file, or if it cannot be opened.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { path: path.to_owned(), connection: file::open_existing(path)? })
    }

    /// Opens a queue file, or creates it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { path: path.to_owned(), connection: file::open(path)? })
    }

    /// Returns the number of messages in a side queue.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(crate) fn count(&self, side: SideQueue) -> anyhow::Result<usize> {
        let sql = "SELECT count(*) FROM message WHERE queue = ?1";
        let count: rusqlite::Result<i64> = self.connection.query_row(sql, [queue(side)], |row| row.get(0));
        Ok(usize::try_from(count.with_context(|| self.problem())?)?)
    }

    /// Returns the next messages of a side queue after that number, oldest first.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(crate) fn messages(&self, side: SideQueue, after: i64) -> anyhow::Result<Vec<NumberedMessage>> {
        messages(&self.connection, side, after).with_context(|| self.problem())
    }

    /// Resets dead messages to ready. They keep their numbers, so they are delivered before later messages of their
    /// conversation.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written. In that case, no message is changed.
    pub(crate) fn make_ready(&mut self, numbers: &[i64]) -> anyhow::Result<()> {
        self.transaction(|transaction| {
            let sql = "UPDATE message SET queue = 'main', visible_at = ?2, receive_count = 0, next_attempt_at = NULL,
                           last_error = NULL, last_cause = NULL, refused_status = NULL
                       WHERE number = ?1 AND queue = 'dead'";
            let mut statement = transaction.prepare(sql)?;
            let now = Timestamp::now().millis();
            numbers.iter().try_for_each(|number| statement.execute(params![number, now]).map(drop))
        })
    }

    /// Replaces a quarantined message with other messages. Does nothing if the message is no longer quarantined.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written. In that case, nothing is changed.
    pub(crate) fn replace(&mut self, number: i64, messages: &[StoredMessage]) -> anyhow::Result<()> {
        self.transaction(|transaction| {
            let sql = "DELETE FROM message WHERE number = ?1 AND queue = 'quarantine' RETURNING number";
            let removed: Option<i64> = transaction.query_row(sql, [number], |row| row.get(0)).optional()?;
            if removed.is_some() { insert(transaction, messages) } else { Ok(()) }
        })
    }

    /// Appends messages to the queue.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written. In that case, no message is stored.
    pub(crate) fn put(&mut self, messages: &[StoredMessage]) -> anyhow::Result<()> {
        self.transaction(|transaction| insert(transaction, messages))
    }

    fn transaction(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> anyhow::Result<()> {
        let problem = self.problem();
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate);
        transaction.and_then(|transaction| work(&transaction).and_then(|()| transaction.commit())).context(problem)
    }

    fn problem(&self) -> String {
        format!("cannot use the queue in {}", self.path.display())
    }
}

fn queue(side: SideQueue) -> &'static str {
    match side {
        SideQueue::DeadLetters => "dead",
        SideQueue::Quarantine => "quarantine",
    }
}

fn messages(connection: &Connection, side: SideQueue, after: i64) -> rusqlite::Result<Vec<NumberedMessage>> {
    let sql =
        "SELECT number, sent_at, last_error, last_cause, event_id, group_id, provider, type, reason, traceparent, trace, body FROM message
               WHERE queue = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
    let row = |row: &rusqlite::Row<'_>| {
        let (number, sent_at) = (row.get(0)?, row.get(1)?);
        Ok(NumberedMessage { number, sent_at, last_error: row.get(2)?, last_cause: row.get(3)?, message: message(row)? })
    };
    connection.prepare(sql)?.query_map(params![queue(side), after, MOST], row)?.collect()
}

/// Inserts messages. The columns come from each message's event.
fn insert(transaction: &Transaction<'_>, messages: &[StoredMessage]) -> rusqlite::Result<()> {
    let now = Timestamp::now().millis();
    let sql = "INSERT INTO message (queue, event_id, group_id, provider, kind, type, reason, traceparent, trace, body, sent_at, visible_at)
               VALUES ('main', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)";
    let mut statement = transaction.prepare(sql)?;
    for message in messages {
        let event = message.event().ok_or(rusqlite::Error::InvalidQuery)?;
        let text = |name: &str| match message.attributes.get(name) {
            Some(Attribute::Text(text)) => Some(text),
            _ => None,
        };
        let (group, kind, provider) = (message.group(true), event.data.kind.as_str(), &event.data.provider);
        let (reason, traceparent, StoredMessage { trace, body, .. }) = (text("reason"), text("traceparent"), message);
        statement.execute(params![event.id, group, provider, kind, event.event_type, reason, traceparent, trace, body, now])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::message::tests::stored_message as event;
    use crate::queue::sqlite::in_flight::tests::failure;
    use crate::queue::sqlite::queue::tests::{budget, message};
    use crate::queue::sqlite::{Settlement, SqliteQueue};
    use shared::queue::{Destination, Message, Queue};
    use std::time::Duration;

    const LONG: Duration = Duration::from_secs(60);

    async fn received(queue: &SqliteQueue) -> Vec<(String, u32)> {
        let batch = queue.receive(10, LONG).await.expect("a batch").messages;
        batch.into_iter().map(|message| (message.event_id, message.receipt.count)).collect()
    }

    #[tokio::test]
    async fn a_redriven_message_comes_before_later_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        queue.send(Destination::Main, &[message("a"), message("b")], budget()).await.expect("a receipt");
        let first = queue.receive(10, LONG).await.expect("a batch").messages.remove(0);
        queue.settle(first.receipt, Settlement::Dead(failure("refused"))).await.expect("a file");

        let mut mover = Mover::open(&file).expect("a queue");
        let messages = mover.messages(SideQueue::DeadLetters, 0).expect("messages");
        assert_eq!((messages.len(), messages[0].last_error.as_deref()), (1, Some("refused")));
        mover.make_ready(&[messages[0].number]).expect("a file");
        mover.make_ready(&[messages[0].number]).expect("a file");
        assert_eq!(received(&queue).await, [("a".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn a_quarantined_message_is_replaced_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        let malformed = Message { reason: Some("not_json"), ..message("q") };
        queue.send(Destination::Quarantine, &[malformed], budget()).await.expect("a receipt");
        let mut mover = Mover::open(&file).expect("a queue");
        let number = mover.messages(SideQueue::Quarantine, 0).expect("messages")[0].number;
        for _ in 0..2 {
            mover.replace(number, &[event("a", "g", "kommo"), event("b", "h", "kommo")]).expect("a file");
        }
        assert_eq!(mover.count(SideQueue::Quarantine).expect("a count"), 0);
        assert_eq!(received(&queue).await, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    }
}
