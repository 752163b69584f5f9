//! Events from an SQS queue. The history has a copy of each message, without its body, so that its state and attempts are read like
//! those of a message in the embedded queue.

use base64::{Engine, engine::general_purpose::STANDARD};
use rusqlite::{Connection, OptionalExtension, params};
use shared::event::{CloudEvent, Encoding, Original};
use shared::timestamp::Timestamp;

use super::record::MAX_BYTES;
use super::row::Row;
use crate::queue::sqlite::{self, ReceiptHandle, Settlement};

/// The error of an attempt that the program did not finish.
pub(crate) const INTERRUPTED: &str = "the program ended first: the receiver may have handled the event";

/// A message as SQS returned it.
#[derive(Debug)]
pub(crate) struct SqsMessage {
    /// The URL of its queue.
    pub(crate) queue: String,
    /// SQS's message id, which is the same for every receive.
    pub(crate) id: String,
    /// When it was sent, in milliseconds since 1970.
    pub(crate) sent_at: i64,
    /// How many times it was received, including this time.
    pub(crate) receives: u32,
    /// Its body.
    pub(crate) body: String,
}

impl SqsMessage {
    /// Returns the least number of bytes that the message uses in memory until it is written.
    pub(super) fn size(&self) -> usize {
        2 * self.body.len()
    }

    /// Records that the message was received. Returns the receipt handle of the copy, and the size of the delivery in bytes, or 0 if the
    /// delivery is known.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<(ReceiptHandle, i64)> {
        let known = "SELECT message FROM delivery_message JOIN delivery ON number = delivery WHERE message_id = ?1";
        let known: Option<i64> = connection.prepare(known)?.query_row([&self.id], |row| row.get(0)).optional()?;
        let receipt = |number| ReceiptHandle { number, count: self.receives };
        if let Some(number) = known {
            let sql = "UPDATE message SET queue = 'main', visible_at = ?2, next_attempt_at = NULL, receive_count = ?3 WHERE number = ?1";
            connection.prepare(sql)?.execute(params![number, Timestamp::now().millis(), self.receives])?;
            return Ok((receipt(number), 0));
        }
        let event = serde_json::from_str::<CloudEvent>(&self.body).ok();
        let number = self.insert_copy(connection, event.as_ref())?;
        let (_, size) = self.insert_delivery(connection, event.as_ref(), number)?;
        Ok((receipt(number), size))
    }

    fn insert_copy(&self, connection: &Connection, event: Option<&CloudEvent>) -> rusqlite::Result<i64> {
        let sql = "INSERT INTO message (queue, event_id, group_id, provider, kind, type, sent_at, visible_at, receive_count, body)
                   VALUES ('main', ?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, '')";
        let text = |text: fn(&CloudEvent) -> &str| event.map_or("-", text);
        connection.prepare(sql)?.execute(params![
            event.map_or(self.id.as_str(), |event| &event.id),
            text(|event| &event.data.provider),
            text(|event| event.data.kind.as_str()),
            text(|event| &event.event_type),
            self.sent_at,
            Timestamp::now().millis(),
            self.receives,
        ])?;
        Ok(connection.last_insert_rowid())
    }

    fn insert_delivery(&self, connection: &Connection, event: Option<&CloudEvent>, copy: i64) -> rusqlite::Result<(i64, i64)> {
        let body = event.and_then(|event| original(&event.data.original)).unwrap_or_else(|| self.body.clone().into_bytes());
        let ids: Vec<String> = event.map(|event| event.id.clone()).into_iter().collect();
        let events: Vec<String> = event.map(|_| self.body.clone()).into_iter().collect();
        let row = Row {
            received_at: Timestamp::now().millis(),
            provider: event.map(|event| event.data.provider.as_str()),
            kind: event.map(|event| event.data.kind.as_str()),
            channel: event.and_then(|event| event.data.channel.as_deref()),
            verdict: "from_queue",
            bytes: body.len(),
            event_ids: &ids,
            queue: Some(&self.queue),
            message_id: Some(&self.id),
            events: Some(&events),
            body: Some(body.as_slice()).filter(|body| body.len() <= MAX_BYTES),
            messages: &[copy],
            ..Row::default()
        };
        row.insert(connection)
    }
}

/// Returns the provider's body, or `None` if the event does not contain it.
fn original(original: &Original) -> Option<Vec<u8>> {
    match original.encoding {
        Encoding::Utf8 => Some(original.body.clone().into_bytes()).filter(|body| !body.is_empty()),
        Encoding::Base64 => STANDARD.decode(&original.body).ok(),
        _ => None,
    }
}

/// Records that an attempt to deliver the message begins. `end` is the latest time of its end, in milliseconds since 1970.
///
/// # Errors
/// The file cannot be written.
pub(super) fn begin(connection: &Connection, receipt: ReceiptHandle, end: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE message SET visible_at = ?2 WHERE number = ?1 AND queue = 'main'";
    connection.prepare(sql)?.execute([receipt.number, end]).map(drop)
}

/// Records how an attempt ended. A message that was returned to the queue still counts as received, because SQS counts it.
///
/// # Errors
/// The file cannot be written.
pub(super) fn settle(connection: &Connection, receipt: ReceiptHandle, settlement: &Settlement) -> rusqlite::Result<()> {
    match settlement {
        Settlement::Untouched => begin(connection, receipt, Timestamp::now().millis()),
        settlement => sqlite::settle(connection, receipt, settlement),
    }
}

/// Ends the attempts that were running when an earlier process was killed, and marks their messages as back in the queue.
///
/// # Errors
/// The file cannot be written.
pub(super) fn interrupt(connection: &Connection) -> rusqlite::Result<()> {
    let under_way = "queue = 'main' AND next_attempt_at IS NULL AND visible_at > ?1";
    let attempts = format!(
        "INSERT INTO attempt (event_id, ended_at, micros, outcome, cause, error, message)
         SELECT event_id, ?1, 0, 'interrupted', 'interrupted', ?2, number
         FROM message WHERE {under_way}"
    );
    let now = Timestamp::now().millis();
    connection.execute(&attempts, params![now, INTERRUPTED])?;
    connection.execute(&format!("UPDATE message SET visible_at = ?1 WHERE {under_way}"), [now]).map(drop)
}

/// Marks messages of a queue as dead if an earlier process was killed after it received them for the last time: SQS moves them to the
/// dead-letter queue. Called before an attempt begins.
///
/// # Errors
/// The file cannot be written.
pub(super) fn give_up(connection: &Connection, queue: &str, max_receives: u32) -> rusqlite::Result<()> {
    let sql = "UPDATE message SET queue = 'dead', last_cause = 'interrupted', last_error = ?3
               WHERE queue = 'main' AND next_attempt_at IS NULL AND receive_count >= ?2 AND number IN
                   (SELECT message FROM delivery_message JOIN delivery ON number = delivery WHERE delivery.queue = ?1)";
    connection.execute(sql, params![queue, max_receives, INTERRUPTED]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::schema;
    use crate::queue::sqlite::file::{self, Kind};

    #[test]
    fn only_the_last_receipt_from_the_same_queue_is_given_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = file::open_as(&folder.path().join("listen.sqlite3"), Kind::History).expect("a file");
        schema::prepare(&connection, Kind::History).expect("tables");
        for (id, queue, receives) in [("last", "a", 2), ("earlier", "a", 1), ("elsewhere", "b", 2)] {
            let message = SqsMessage { queue: queue.to_owned(), id: id.to_owned(), sent_at: 0, receives, body: String::new() };
            message.insert(&connection).expect("a copy");
        }
        give_up(&connection, "a", 2).expect("it is written");
        let dead = "SELECT group_concat(event_id) FROM message WHERE queue = 'dead' AND last_cause = 'interrupted'";
        assert_eq!(connection.query_row(dead, [], |row| row.get::<_, String>(0)).expect("a row"), "last");
    }
}
