//! Reads the queue file without changing it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rusqlite::{Connection, Row, params};
use shared::queue::CONTENT_TYPE;

use super::file;
use crate::queue::message::{Attribute, StoredMessage};

/// The maximum number of messages to read per query.
const MOST: i64 = 500;

/// Reads messages in order, even while the file is in use: first those that are not done, then those that arrive.
pub(crate) struct Reader {
    path: PathBuf,
    connection: Connection,
    /// The number of the last message at the time of opening.
    first_end: i64,
    /// The number of the last message that was read.
    last: i64,
}

impl Reader {
    /// Opens a queue file.
    ///
    /// # Errors
    /// Returns an error if there is no such file, or if it cannot be read.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let connection = file::open_existing(path)?;
        let first_end = connection.query_row("SELECT coalesce(max(number), 0) FROM message", [], |row| row.get(0));
        let first_end = first_end.with_context(|| format!("cannot read the queue in {}", path.display()))?;
        Ok(Self { path: path.to_owned(), connection, first_end, last: 0 })
    }

    /// Returns the next messages, or an empty list if there are no new ones yet.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(crate) fn next(&mut self) -> anyhow::Result<Vec<StoredMessage>> {
        let messages = read(&self.connection, self.last, self.first_end);
        let messages = messages.with_context(|| format!("cannot read the queue in {}", self.path.display()))?;
        self.last = messages.last().map_or(self.last, |(number, _)| *number);
        Ok(messages.into_iter().map(|(_, message)| message).collect())
    }
}

fn read(connection: &Connection, last: i64, first_end: i64) -> rusqlite::Result<Vec<(i64, StoredMessage)>> {
    let sql = "SELECT number, event_id, group_id, provider, type, reason, traceparent, trace, body FROM message
               WHERE number > ?1 AND (queue <> 'done' OR number > ?2) ORDER BY number LIMIT ?3";
    connection.prepare(sql)?.query_map(params![last, first_end, MOST], |row| Ok((row.get(0)?, message(row)?)))?.collect()
}

/// Returns the message in a row, by the names of its columns.
pub(super) fn message(row: &Row<'_>) -> rusqlite::Result<StoredMessage> {
    let mut attributes = BTreeMap::from([("content-type".to_owned(), Attribute::Text(CONTENT_TYPE.to_owned()))]);
    for name in ["provider", "type", "reason", "traceparent"] {
        let value: Option<String> = row.get(name)?;
        attributes.extend(value.map(|value| (name.to_owned(), Attribute::Text(value))));
    }
    Ok(StoredMessage {
        body: row.get("body")?,
        attributes,
        group_id: Some(row.get("group_id")?),
        deduplication_id: Some(row.get("event_id")?),
        trace: row.get("trace")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::sqlite::queue::tests::{budget, message};
    use crate::queue::sqlite::{Settlement, SqliteQueue};
    use shared::queue::{Destination, Message, Queue};
    use std::time::Duration;

    #[tokio::test]
    async fn a_message_that_was_done_at_opening_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        let send = async |id: &str| {
            let message = Message { group: id.to_owned(), ..message(id) };
            queue.send(Destination::Main, &[message], budget()).await.expect("a receipt");
        };
        let finish = async || {
            for message in queue.receive(10, Duration::from_secs(60)).await.expect("a batch").messages {
                queue.settle(message.receipt, Settlement::Done).await.expect("a file");
            }
        };
        send("a").await;
        finish().await;
        send("b").await;
        let mut reader = Reader::open(&file).expect("a queue");
        let ids = |reader: &mut Reader| -> Vec<String> {
            reader.next().expect("messages").into_iter().filter_map(|message| message.deduplication_id).collect()
        };
        assert_eq!(ids(&mut reader), ["b"]);
        assert!(ids(&mut reader).is_empty());
        send("c").await;
        finish().await;
        assert_eq!(ids(&mut reader), ["c"]);
    }
}
