//! What the inspector remembers: each delivery and each attempt of the worker, in tables of their own in
//! the queue's file.
//!
//! A thread writes them, so that no answer waits for it. What it is given faster than it can write is left
//! out, and so are the oldest deliveries beyond [`MOST_DELIVERIES`] or [`MOST_BYTES`].

mod attempt;
mod details;
mod record;
mod summary;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Context;
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

pub(crate) use attempt::{Attempt, since as attempts_since};
pub(crate) use details::{Details, Stored};
pub(crate) use record::Record;
pub(crate) use summary::{Summary, mark_seen};

use crate::output;
use crate::sqlite_queue::file;

/// How many deliveries are kept.
pub(crate) const MOST_DELIVERIES: i64 = 20_000;

/// How many bytes of them: bodies, headers and events.
const MOST_BYTES: i64 = 256 * 1024 * 1024;

/// How many attempts of the worker: each delivery may have five.
const MOST_ATTEMPTS: i64 = 5 * MOST_DELIVERIES;

/// How much may wait to be written.
const WAITING: usize = 256;

/// Like the queue's numbers these are never used twice, also after a deletion. The bodies are last, so
/// that a list is read without them.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS delivery (
        number       INTEGER PRIMARY KEY AUTOINCREMENT,
        received_at  INTEGER NOT NULL, -- milliseconds since 1970
        micros       INTEGER NOT NULL, -- from the receipt to the answer
        provider     TEXT,
        kind         TEXT,
        channel      TEXT,
        verdict      TEXT    NOT NULL, -- verified, unproven, refused or unchecked
        key_position INTEGER,
        reason       TEXT,
        status       INTEGER NOT NULL,
        bytes        INTEGER NOT NULL, -- of the whole body
        events       INTEGER NOT NULL, -- how many
        event_id     TEXT,             -- of the first one
        queue        TEXT,             -- which one took them
        replay_of    INTEGER,
        seen         INTEGER NOT NULL DEFAULT 0,
        size         INTEGER NOT NULL, -- of what follows
        method       TEXT    NOT NULL,
        path         TEXT    NOT NULL,
        event_ids    TEXT    NOT NULL, -- JSON from here on, but for the body
        headers      TEXT    NOT NULL,
        answer       TEXT    NOT NULL,
        cloud_events TEXT,             -- each a text; NULL where they are too large to be kept
        body         BLOB              -- likewise
    ) STRICT;
    CREATE TABLE IF NOT EXISTS attempt (
        number     INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id   TEXT    NOT NULL,
        ended_at   INTEGER NOT NULL,
        micros     INTEGER NOT NULL,
        outcome    TEXT    NOT NULL, -- delivered, failed, dead or interrupted
        error      TEXT,
        again_ms   INTEGER           -- after which time it is tried again
    ) STRICT;
    CREATE INDEX IF NOT EXISTS attempt_event ON attempt (event_id, number);
";

/// What the thread writes.
enum Entry {
    Delivery(Box<Record>, oneshot::Sender<i64>),
    Attempt(Attempt),
}

/// The store. Its writer ends with [`Store::close`].
pub(crate) struct Store {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
    entries: Mutex<Option<SyncSender<Entry>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Counts the changes.
    changes: watch::Sender<u64>,
}

impl Store {
    /// Opens the store in the queue's file, or makes it there.
    ///
    /// # Errors
    /// The file cannot be opened, or it is another program's or another version's.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Arc<Self>> {
        let connection = file::open(path)?;
        let problem = || format!("cannot keep deliveries in {}; name another file with --queue-file", path.display());
        // What is lost in a power cut is a line of a list; the queue's own connection syncs each commit.
        connection.pragma_update(None, "synchronous", "normal").with_context(problem)?;
        connection.execute_batch(SCHEMA).with_context(problem)?;
        let kept: i64 = connection.query_row("SELECT coalesce(sum(size), 0) FROM delivery", [], |row| row.get(0)).with_context(problem)?;
        let connection = Arc::new(Mutex::new(connection));
        let (entries, waiting) = sync_channel(WAITING);
        let changes = watch::Sender::new(0);
        let writer = Writer { connection: Arc::clone(&connection), changes: changes.clone(), kept };
        let writer = thread::Builder::new().name("inspector".to_owned()).spawn(move || writer.run(&waiting));
        let writer = writer.context("cannot start the inspector's thread")?;
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Ok(Arc::new(Self { path, connection, entries: Mutex::new(Some(entries)), writer: Mutex::new(Some(writer)), changes }))
    }

    /// Where its file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Remembers a delivery. Its number comes when it is written; never where it is left out.
    pub(crate) fn record(&self, record: Record) -> oneshot::Receiver<i64> {
        let (number, written) = oneshot::channel();
        self.write(Entry::Delivery(Box::new(record), number));
        written
    }

    /// Remembers an attempt of the worker.
    pub(crate) fn attempt(&self, attempt: Attempt) {
        self.write(Entry::Attempt(attempt));
    }

    fn write(&self, entry: Entry) {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.as_ref().is_some_and(|entries| entries.try_send(entry).is_err()) {
            output::error(&anyhow::anyhow!("the inspector cannot write as fast as deliveries come, and leaves one out"));
        }
    }

    /// Tells of every change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Works with the file, away from the threads that answer requests.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let connection = Arc::clone(&self.connection);
        let work = tokio::task::spawn_blocking(move || work(&lock(&connection)));
        work.await.context("the inspector's thread ended")?.with_context(|| format!("cannot use {}", self.path.display()))
    }

    /// Forgets all. Each step is short, for the queue writes to the same file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) async fn clear(&self) -> anyhow::Result<()> {
        let newest: i64 = self.work(|file| file.query_row("SELECT coalesce(max(number), 0) FROM delivery", [], |row| row.get(0))).await?;
        let step = "DELETE FROM delivery WHERE number IN (SELECT number FROM delivery WHERE number <= ?1 ORDER BY number LIMIT 200)";
        while self.work(move |file| file.execute(step, [newest])).await? > 0 {}
        self.work(|file| file.execute("DELETE FROM attempt", [])).await?;
        self.changes.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Writes what waits, and ends the thread.
    pub(crate) fn close(&self) {
        drop(self.entries.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // One that panicked has said so.
            let _ = writer.join();
        }
    }
}

/// The number of the oldest delivery that is kept, or of the next one; those of the last delivery and the last
/// attempt, kept or not.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn bounds(connection: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let sql = "SELECT (SELECT min(number) FROM delivery),
                   coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'delivery'), 0),
                   coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'attempt'), 0)";
    connection.prepare(sql)?.query_row([], |row| {
        let (oldest, newest): (Option<i64>, i64) = (row.get(0)?, row.get(1)?);
        Ok((oldest.unwrap_or(newest + 1), newest, row.get(2)?))
    })
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread that writes.
struct Writer {
    connection: Arc<Mutex<Connection>>,
    changes: watch::Sender<u64>,
    /// How many bytes of deliveries are kept, or more.
    kept: i64,
}

impl Writer {
    fn run(mut self, waiting: &Receiver<Entry>) {
        while let Ok(first) = waiting.recv() {
            let entries: Vec<Entry> = std::iter::once(first).chain(waiting.try_iter().take(WAITING)).collect();
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
        transaction.execute("DELETE FROM attempt WHERE number <= (SELECT max(number) FROM attempt) - ?1", [MOST_ATTEMPTS])?;
        kept -= deleted(&transaction, "number <= (SELECT max(number) FROM delivery) - ?1", MOST_DELIVERIES)?;
        while kept > MOST_BYTES {
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

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ingest::{Accepted, Delivery};
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
            delivery: Delivery { answer: rejection.answer("id"), rejection: Some(rejection), accepted: Accepted::default() },
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
        let (oldest, newest, _) = super::bounds(&lock(&writer.connection)).expect("a file");
        (oldest, newest)
    }

    #[test]
    fn the_oldest_make_room_by_their_number() {
        let (_folder, mut writer) = writer();
        assert_eq!(bounds(&writer), (1, 3));
        let last = format!("UPDATE sqlite_sequence SET seq = {} WHERE name = 'delivery'", MOST_DELIVERIES + 1);
        lock(&writer.connection).execute_batch(&last).expect("a file");
        write(&mut writer);
        assert_eq!(bounds(&writer), (3, MOST_DELIVERIES + 2));
    }

    #[test]
    fn the_oldest_make_room_by_their_bytes() {
        let (_folder, mut writer) = writer();
        writer.kept = MOST_BYTES;
        write(&mut writer);
        assert_eq!(bounds(&writer), (5, 4), "a hundred at once, and here there are no more");
        write(&mut writer);
        assert_eq!(bounds(&writer), (5, 5));
    }
}
