//! The store, as those see it who write to it and read from it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Context;
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::attempt::Attempt;
use super::record::Record;
use super::schema::SCHEMA;
use super::writer::{Entry, MAX_WAITING, Writer, lock};
use crate::queue::sqlite::file;
use crate::terminal::output;

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
        let (entries, waiting) = sync_channel(MAX_WAITING);
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
        self.work(|file| file.execute_batch("DELETE FROM attempt; DELETE FROM attempt_answer")).await?;
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
