//! The thread that writes to the store, and how much is kept.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::{Connection, ErrorCode, Transaction};
use tokio::sync::{oneshot, watch};

use super::attempt::Attempt;
use super::backlog::{Backlog, OVERHEAD};
use super::record::Record;
use crate::queue::sqlite::SqliteQueue;
use crate::terminal::output;

/// How many deliveries are kept.
pub(crate) const MAX_DELIVERIES: i64 = 20_000;

/// How many bytes of them: bodies, headers and events.
const MAX_BYTES: i64 = 256 * 1024 * 1024;

/// How many attempts of the worker: each delivery may have five.
const MAX_ATTEMPTS: i64 = 5 * MAX_DELIVERIES;

/// How many answers of receivers: each has up to 12 kB.
const MAX_ANSWERS: i64 = 5_000;

/// How many entries a transaction writes: the queue waits for it.
const BATCH: usize = 200;

/// How often a transaction is tried while another process holds the file, a second each.
const TRIES: usize = 30;

/// What the thread writes.
pub(super) enum Entry {
    Delivery(Box<Record>, oneshot::Sender<i64>),
    Attempt(Attempt),
}

impl Entry {
    /// How many bytes it takes while it waits.
    pub(super) fn size(&self) -> usize {
        OVERHEAD
            + match self {
                Self::Delivery(record, _) => record.size(),
                Self::Attempt(attempt) => attempt.size(),
            }
    }
}

/// What writes to the file, in turn with the queue that is in the same file.
#[derive(Clone)]
pub(super) struct Pen {
    connection: Arc<Mutex<Connection>>,
    queue: Arc<OnceLock<SqliteQueue>>,
}

impl Pen {
    /// One that uses this connection.
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection: Arc::new(Mutex::new(connection)), queue: Arc::default() }
    }

    /// Writes in turn with that queue, from now on.
    pub(super) fn take_turns_with(&self, queue: SqliteQueue) {
        // There is one for each file.
        let _ = self.queue.set(queue);
    }

    /// Writes all that `write` does, or nothing.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let mut connection = lock(&self.connection);
        let _turn = self.queue.get().map(SqliteQueue::turn);
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let written = write(&transaction)?;
        transaction.commit().map(|()| written)
    }
}

/// The thread that writes.
pub(super) struct Writer {
    pub(super) pen: Pen,
    pub(super) backlog: Arc<Backlog>,
    pub(super) changes: watch::Sender<u64>,
    /// How many bytes of deliveries are kept, or more.
    pub(super) kept: i64,
}

impl Writer {
    /// Writes until nobody is left who could send more.
    pub(super) fn run(mut self, waiting: &Receiver<Entry>) {
        while let Ok(first) = waiting.recv() {
            let entries: Vec<Entry> = std::iter::once(first).chain(waiting.try_iter().take(BATCH - 1)).collect();
            let mut outcome = self.write(&entries);
            // The first look is outside of the loop.
            for _ in 1..TRIES {
                match &outcome {
                    Err(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => {
                        outcome = self.write(&entries);
                    }
                    _ => break,
                }
            }
            self.backlog.release(entries.iter().map(Entry::size).sum());
            match outcome {
                Ok(numbers) => tell(entries, numbers),
                Err(error) => {
                    if self.backlog.leave_out(entries.len().try_into().unwrap_or(u64::MAX)) {
                        let error = anyhow::Error::from(error);
                        output::error(&error.context("the inspector leaves out what it cannot write; its page says how many"));
                    }
                }
            }
            self.changes.send_modify(|count| *count += 1);
        }
    }

    /// Writes all of them at once, and makes room; gives the numbers of the deliveries.
    fn write(&mut self, entries: &[Entry]) -> rusqlite::Result<Vec<i64>> {
        let kept = self.kept;
        let (kept, numbers) = self.pen.write(|transaction| write(transaction, entries, kept))?;
        self.kept = kept;
        Ok(numbers)
    }
}

/// Tells who asked for them the numbers of deliveries.
fn tell(entries: Vec<Entry>, numbers: Vec<i64>) {
    let told = entries.into_iter().filter_map(|entry| match entry {
        Entry::Delivery(_, told) => Some(told),
        Entry::Attempt(_) => None,
    });
    for (told, number) in told.zip(numbers) {
        // Mostly nobody asks.
        let _ = told.send(number);
    }
}

fn write(transaction: &Transaction<'_>, entries: &[Entry], mut kept: i64) -> rusqlite::Result<(i64, Vec<i64>)> {
    let mut numbers = Vec::new();
    for entry in entries {
        match entry {
            Entry::Delivery(record, _) => {
                let (number, size) = record.insert(transaction)?;
                kept += size;
                numbers.push(number);
            }
            Entry::Attempt(attempt) => attempt.insert(transaction)?,
        }
    }
    transaction.execute("DELETE FROM attempt WHERE number <= (SELECT max(number) FROM attempt) - ?1", [MAX_ATTEMPTS])?;
    transaction.execute("DELETE FROM attempt_answer WHERE attempt <= (SELECT max(number) FROM attempt) - ?1", [MAX_ANSWERS])?;
    kept -= deleted(transaction, "number <= (SELECT max(number) FROM delivery) - ?1", MAX_DELIVERIES)?;
    while kept > MAX_BYTES {
        let freed = deleted(transaction, "number IN (SELECT number FROM delivery ORDER BY number LIMIT ?1)", 100)?;
        // Somebody cleared it.
        kept = if freed == 0 { 0 } else { kept - freed };
    }
    Ok((kept, numbers))
}

/// Deletes deliveries; gives their bytes.
fn deleted(connection: &Connection, which: &str, limit: i64) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare(&format!("DELETE FROM delivery WHERE {which} RETURNING size, number"))?;
    let deleted = statement.query_map([limit], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let deleted: Vec<(i64, i64)> = deleted.collect::<rusqlite::Result<_>>()?;
    // They are the oldest.
    if let Some(last) = deleted.iter().map(|(_, number)| number).max() {
        connection.prepare("DELETE FROM delivery_message WHERE delivery <= ?1")?.execute([last])?;
        connection.prepare("DELETE FROM conversation_event WHERE delivery <= ?1")?.execute([last])?;
    }
    Ok(deleted.iter().map(|(size, _)| size).sum())
}

/// Locks the connection: a panic of another thread does not end the store.
pub(super) fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::history::schema;
    use crate::queue::sqlite::file;
    use shared::ingest::{Delivery, Details};
    use shared::problem::Rejection;
    use shared::received::Received;
    use std::time::Duration;

    pub(in super::super) fn record() -> Record {
        let rejection = Rejection::NotFound;
        Record {
            request: Received { method: "POST".to_owned(), path: "/".to_owned(), ..Received::default() },
            bytes: 0,
            received_at: 0,
            took: Duration::ZERO,
            sender: None,
            delivery: Delivery { answer: rejection.answer("id"), rejection: Some(rejection), details: Details::default() },
            events: Vec::new(),
            messages: Vec::new(),
            replay_of: None,
        }
    }

    /// What writes to a store that has three deliveries.
    fn writer() -> (tempfile::TempDir, Writer) {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = file::open(&folder.path().join("queue.sqlite3")).expect("a file");
        schema::prepare(&connection).expect("tables");
        let mut writer = Writer { pen: Pen::new(connection), backlog: Arc::default(), changes: watch::Sender::new(0), kept: 0 };
        for _ in 0..3 {
            write(&mut writer);
        }
        (folder, writer)
    }

    fn write(writer: &mut Writer) {
        writer.write(&[Entry::Delivery(Box::new(record()), oneshot::channel().0)]).expect("a file");
    }

    fn bounds(writer: &Writer) -> (i64, i64) {
        let (oldest, newest, _) = crate::history::store::bounds(&lock(&writer.pen.connection)).expect("a file");
        (oldest, newest)
    }

    #[test]
    fn the_oldest_make_room_by_their_number() {
        let (_folder, mut writer) = writer();
        assert_eq!(bounds(&writer), (1, 3));
        let last = format!("UPDATE sqlite_sequence SET seq = {} WHERE name = 'delivery'", MAX_DELIVERIES + 1);
        lock(&writer.pen.connection).execute_batch(&last).expect("a file");
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
