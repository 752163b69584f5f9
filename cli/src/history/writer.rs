//! The thread that writes to the store, and how much is kept.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::attempt::Attempt;
use super::record::Record;
use crate::terminal::output;

/// How many deliveries are kept.
pub(crate) const MAX_DELIVERIES: i64 = 20_000;

/// How many bytes of them: bodies, headers and events.
const MAX_BYTES: i64 = 256 * 1024 * 1024;

/// How many attempts of the worker: each delivery may have five.
const MAX_ATTEMPTS: i64 = 5 * MAX_DELIVERIES;

/// How many answers of receivers: each has up to 12 kB.
const MAX_ANSWERS: i64 = 5_000;

/// How much may wait to be written.
pub(super) const MAX_WAITING: usize = 256;

/// What the thread writes.
pub(super) enum Entry {
    Delivery(Box<Record>, oneshot::Sender<i64>),
    Attempt(Attempt),
}

/// The thread that writes.
pub(super) struct Writer {
    pub(super) connection: Arc<Mutex<Connection>>,
    pub(super) changes: watch::Sender<u64>,
    /// How many bytes of deliveries are kept, or more.
    pub(super) kept: i64,
}

impl Writer {
    /// Writes until nobody is left who could send more.
    pub(super) fn run(mut self, waiting: &Receiver<Entry>) {
        while let Ok(first) = waiting.recv() {
            let entries: Vec<Entry> = std::iter::once(first).chain(waiting.try_iter().take(MAX_WAITING)).collect();
            match self.write(entries) {
                Ok(numbers) => {
                    self.changes.send_modify(|count| *count += 1);
                    for (told, number) in numbers {
                        // Mostly nobody asks.
                        let _ = told.send(number);
                    }
                }
                Err(error) => output::error(&anyhow::Error::from(error).context("the inspector left out what it could not write")),
            }
        }
    }

    /// Writes all of them at once, and makes room.
    fn write(&mut self, entries: Vec<Entry>) -> rusqlite::Result<Vec<(oneshot::Sender<i64>, i64)>> {
        let mut connection = lock(&self.connection);
        let transaction = connection.transaction()?;
        let mut numbers = Vec::new();
        let mut kept = self.kept;
        for entry in entries {
            match entry {
                Entry::Delivery(record, told) => {
                    kept += record.insert(&transaction)?;
                    numbers.push((told, transaction.last_insert_rowid()));
                }
                Entry::Attempt(attempt) => attempt.insert(&transaction)?,
            }
        }
        transaction.execute("DELETE FROM attempt WHERE number <= (SELECT max(number) FROM attempt) - ?1", [MAX_ATTEMPTS])?;
        transaction.execute("DELETE FROM attempt_answer WHERE attempt <= (SELECT max(number) FROM attempt) - ?1", [MAX_ANSWERS])?;
        kept -= deleted(&transaction, "number <= (SELECT max(number) FROM delivery) - ?1", MAX_DELIVERIES)?;
        while kept > MAX_BYTES {
            let freed = deleted(&transaction, "number IN (SELECT number FROM delivery ORDER BY number LIMIT ?1)", 100)?;
            // Somebody cleared it.
            kept = if freed == 0 { 0 } else { kept - freed };
        }
        transaction.commit()?;
        self.kept = kept;
        Ok(numbers)
    }
}

/// Deletes deliveries; gives their bytes.
fn deleted(connection: &Connection, which: &str, limit: i64) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare(&format!("DELETE FROM delivery WHERE {which} RETURNING size"))?;
    statement.query_map([limit], |row| row.get::<_, i64>(0))?.sum()
}

/// Locks the connection: a panic of another thread does not end the store.
pub(super) fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::schema::SCHEMA;
    use crate::queue::sqlite::file;
    use shared::ingest::{Delivery, Details};
    use shared::problem::Rejection;
    use shared::received::Received;
    use std::time::Duration;

    fn record() -> Record {
        let rejection = Rejection::NotFound;
        Record {
            request: Received { method: "POST".to_owned(), path: "/".to_owned(), ..Received::default() },
            bytes: 0,
            received_at: 0,
            took: Duration::ZERO,
            sender: None,
            delivery: Delivery { answer: rejection.answer("id"), rejection: Some(rejection), details: Details::default() },
            events: Vec::new(),
            replay_of: None,
        }
    }

    /// What writes to a store that has three deliveries.
    fn writer() -> (tempfile::TempDir, Writer) {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = file::open(&folder.path().join("queue.sqlite3")).expect("a file");
        connection.execute_batch(SCHEMA).expect("tables");
        let mut writer = Writer { connection: Arc::new(Mutex::new(connection)), changes: watch::Sender::new(0), kept: 0 };
        for _ in 0..3 {
            write(&mut writer);
        }
        (folder, writer)
    }

    fn write(writer: &mut Writer) {
        writer.write(vec![Entry::Delivery(Box::new(record()), oneshot::channel().0)]).expect("a file");
    }

    fn bounds(writer: &Writer) -> (i64, i64) {
        let (oldest, newest, _) = crate::history::store::bounds(&lock(&writer.connection)).expect("a file");
        (oldest, newest)
    }

    #[test]
    fn the_oldest_make_room_by_their_number() {
        let (_folder, mut writer) = writer();
        assert_eq!(bounds(&writer), (1, 3));
        let last = format!("UPDATE sqlite_sequence SET seq = {} WHERE name = 'delivery'", MAX_DELIVERIES + 1);
        lock(&writer.connection).execute_batch(&last).expect("a file");
        write(&mut writer);
        assert_eq!(bounds(&writer), (3, MAX_DELIVERIES + 2));
    }

    #[test]
    fn the_oldest_make_room_by_their_bytes() {
        let (_folder, mut writer) = writer();
        writer.kept = MAX_BYTES;
        write(&mut writer);
        assert_eq!(bounds(&writer), (5, 4), "a hundred at once, and here there are no more");
        write(&mut writer);
        assert_eq!(bounds(&writer), (5, 5));
    }
}
