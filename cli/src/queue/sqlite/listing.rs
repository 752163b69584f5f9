//! Lists a queue file: counts, and the messages that failed or will not be delivered.

use std::path::Path;

use anyhow::Context;
use rusqlite::{Connection, Row};
use serde::Serialize;
use shared::timestamp::Timestamp;

use super::file;

/// The content of a queue file at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    /// The number of messages in each state.
    pub(crate) counts: Counts,
    /// Messages that failed and wait for a retry, oldest first.
    pub(crate) waiting: Vec<ListedMessage>,
    /// Dead and quarantined messages, oldest first.
    pub(crate) stuck: Vec<ListedMessage>,
}

/// The number of messages in each state.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Messages that are ready to be delivered.
    pub(crate) ready: i64,
    /// Messages that are in flight or wait for a retry.
    pub(crate) waiting: i64,
    /// Messages that were delivered.
    pub(crate) done: i64,
    /// Messages that were verified but are malformed. They are not delivered.
    pub(crate) quarantined: i64,
    /// Messages that were given up.
    pub(crate) dead: i64,
}

/// A message that was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedMessage {
    /// `waiting`, `dead` or `quarantined`.
    pub(crate) state: String,
    /// The event's id.
    pub(crate) event_id: String,
    /// The provider's name.
    pub(crate) provider: String,
    /// The event's kind.
    pub(crate) kind: String,
    /// The number of delivery attempts.
    pub(crate) receives: u32,
    /// When the message was stored, in milliseconds since 1970.
    pub(crate) sent_at: i64,
    /// The time of the next attempt, in milliseconds since 1970.
    pub(crate) next_attempt_at: Option<i64>,
    /// The error of the last delivery, or what is malformed.
    pub(crate) reason: String,
    /// The error of the last delivery, in one word.
    pub(crate) cause: Option<String>,
    /// The status with which the receiver permanently refused the message.
    pub(crate) status: Option<u16>,
}

/// The state of an event's message.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MessageState {
    /// The event's id.
    event_id: String,
    /// `ready`, `in flight`, `waiting` (for a retry), `done`, `quarantined` or `dead`.
    state: String,
    /// The number of delivery attempts.
    receives: u32,
    /// The time of the next attempt, in milliseconds since 1970.
    next_attempt_at: Option<i64>,
    /// The error of the last delivery, in one word.
    cause: Option<String>,
}

/// Returns the states of some messages, oldest first. `numbers` is a JSON array of their numbers.
///
/// # Errors
/// Returns an error if the file cannot be read.
pub(crate) fn message_states(connection: &Connection, numbers: &str) -> rusqlite::Result<Vec<MessageState>> {
    let sql = "SELECT event_id,
                   CASE queue WHEN 'main' THEN iif(visible_at <= ?2, 'ready', iif(next_attempt_at IS NULL, 'in flight', 'waiting')) WHEN 'quarantine' THEN 'quarantined' ELSE queue END,
                   receive_count, next_attempt_at, iif(queue IN ('main', 'dead'), last_cause, NULL)
               FROM message WHERE number IN (SELECT value FROM json_each(?1)) ORDER BY number";
    let state = |row: &Row<'_>| {
        Ok(MessageState {
            event_id: row.get(0)?,
            state: row.get(1)?,
            receives: row.get(2)?,
            next_attempt_at: row.get(3)?,
            cause: row.get(4)?,
        })
    };
    connection.prepare(sql)?.query_map((numbers, Timestamp::now().millis()), state)?.collect()
}

/// Reads a queue file, even while it is in use.
///
/// # Errors
/// Returns an error if there is no such file, or if it cannot be read.
pub(crate) fn read(path: &Path) -> anyhow::Result<Listing> {
    let mut connection = file::open_existing(path)?;
    let listing = connection.transaction().and_then(|moment| {
        Ok(Listing { counts: counts(&moment)?, waiting: messages(&moment, WAITING)?, stuck: messages(&moment, STUCK)? })
    });
    listing.with_context(|| format!("cannot read the queue in {}", path.display()))
}

fn counts(connection: &Connection) -> rusqlite::Result<Counts> {
    let sql = "SELECT queue, visible_at <= ?1, count(*) FROM message GROUP BY 1, 2";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([Timestamp::now().millis()])?;
    let mut counts = Counts::default();
    while let Some(row) = rows.next()? {
        let queue: String = row.get(0)?;
        let count = match (queue.as_str(), row.get(1)?) {
            ("main", true) => &mut counts.ready,
            ("main", false) => &mut counts.waiting,
            ("done", _) => &mut counts.done,
            ("quarantine", _) => &mut counts.quarantined,
            _ => &mut counts.dead,
        };
        *count += row.get::<_, i64>(2)?;
    }
    Ok(counts)
}

/// Selects messages that failed and wait for the next attempt, including those whose attempt is due.
const WAITING: &str = "queue = 'main' AND next_attempt_at IS NOT NULL";
const STUCK: &str = "queue IN ('dead', 'quarantine')";

fn messages(connection: &Connection, which: &str) -> rusqlite::Result<Vec<ListedMessage>> {
    let sql = format!(
        "SELECT CASE queue WHEN 'main' THEN 'waiting' WHEN 'quarantine' THEN 'quarantined' ELSE queue END,
             event_id, provider, kind, receive_count, sent_at, next_attempt_at, coalesce(last_error, reason, ''), last_cause, refused_status
         FROM message WHERE {which} ORDER BY number"
    );
    let row = |row: &Row<'_>| {
        Ok(ListedMessage {
            state: row.get(0)?,
            event_id: row.get(1)?,
            provider: row.get(2)?,
            kind: row.get(3)?,
            receives: row.get(4)?,
            sent_at: row.get(5)?,
            next_attempt_at: row.get(6)?,
            reason: row.get(7)?,
            cause: row.get(8)?,
            status: row.get(9)?,
        })
    };
    connection.prepare(&sql)?.query_map([], row)?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::sqlite::in_flight::tests::failure;
    use crate::queue::sqlite::queue::tests::{budget, message};
    use crate::queue::sqlite::{Settlement, SqliteQueue};
    use shared::queue::{Destination, Message, Queue};
    use std::time::Duration;

    #[tokio::test]
    async fn each_message_is_counted_once_while_the_file_is_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        let messages: Vec<Message> = ["a", "b", "c", "d", "e"].map(|id| Message { group: id.to_owned(), ..message(id) }).into();
        queue.send(Destination::Main, &messages, budget()).await.expect("a receipt");
        let malformed = Message { reason: Some("not_json"), ..message("f") };
        queue.send(Destination::Quarantine, &[malformed], budget()).await.expect("a receipt");
        let batch = queue.receive(4, Duration::from_secs(60)).await.expect("a batch").messages;
        let settlements =
            [Settlement::Done, Settlement::Dead(failure("refused")), Settlement::Again(Duration::from_secs(60), failure("x"))];
        for (message, settlement) in batch.iter().zip(settlements) {
            queue.settle(message.receipt, settlement).await.expect("a file");
        }

        let listing = read(&file).expect("a listing");
        assert_eq!(listing.counts, Counts { ready: 1, waiting: 2, done: 1, quarantined: 1, dead: 1 });
        let shown: Vec<_> = listing
            .stuck
            .iter()
            .map(|stuck| (stuck.state.as_str(), stuck.event_id.as_str(), stuck.receives, stuck.reason.as_str()))
            .collect();
        assert_eq!(shown, [("dead", "b", 1, "refused"), ("quarantined", "f", 0, "not_json")]);
        let [waiting] = &listing.waiting[..] else { panic!("{:?}", listing.waiting) };
        assert_eq!((waiting.state.as_str(), waiting.event_id.as_str(), waiting.cause.as_deref()), ("waiting", "c", Some("status_5xx")));
        let wait = waiting.next_attempt_at.expect("a time") - Timestamp::now().millis();
        assert!((50_000..=60_000).contains(&wait), "{wait} ms");
    }
}
