//! The store, as those see it who write to it and read from it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Context;
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::attempt::Attempt;
use super::backlog::Backlog;
use super::record::Record;
use super::schema;
use super::writer::{Entry, Pen, Writer, lock};
use crate::queue::sqlite::{SqliteQueue, file};
use crate::terminal::output;

/// The store. Its writer ends with [`Store::close`].
pub(crate) struct Store {
    path: PathBuf,
    token: String,
    reader: Arc<Mutex<Connection>>,
    pen: Pen,
    backlog: Arc<Backlog>,
    entries: Mutex<Option<Sender<Entry>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Counts the changes.
    changes: watch::Sender<u64>,
}

impl Store {
    /// Opens the store in a file, or makes it there.
    ///
    /// # Errors
    /// The file cannot be opened, or it is another program's or another version's.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Arc<Self>> {
        let connection = file::open(path)?;
        let problem = || format!("cannot keep deliveries in {}; name another file with --queue-file", path.display());
        // What is lost in a power cut is a line of a list; the queue's own connection syncs each commit.
        connection.pragma_update(None, "synchronous", "normal").with_context(problem)?;
        schema::prepare(&connection).with_context(problem)?;
        let token = schema::token(&connection).with_context(problem)?;
        let kept: i64 = connection.query_row("SELECT coalesce(sum(size), 0) FROM delivery", [], |row| row.get(0)).with_context(problem)?;
        let reader = Arc::new(Mutex::new(file::open(path)?));
        let pen = Pen::new(connection);
        let (entries, waiting) = channel();
        let (backlog, changes) = (Arc::<Backlog>::default(), watch::Sender::new(0));
        let writer = Writer { pen: pen.clone(), backlog: Arc::clone(&backlog), changes: changes.clone(), kept };
        let writer = thread::Builder::new().name("inspector".to_owned()).spawn(move || writer.run(&waiting));
        let writer = Mutex::new(Some(writer.context("cannot start the inspector's thread")?));
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Ok(Arc::new(Self { path, token, reader, pen, backlog, entries: Mutex::new(Some(entries)), writer, changes }))
    }

    /// Writes in turn with the queue that is in the same file, from now on.
    pub(crate) fn take_turns_with(&self, queue: SqliteQueue) {
        self.pen.take_turns_with(queue);
    }

    /// Where its file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The token that the page's address carries.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// How many deliveries and attempts were left out since the start.
    pub(crate) fn left_out(&self) -> u64 {
        self.backlog.left_out()
    }

    /// Remembers a delivery. Its number comes when it is written; never where it is left out.
    pub(crate) fn record(&self, mut record: Record) -> oneshot::Receiver<i64> {
        record.trim();
        let (number, written) = oneshot::channel();
        self.write(Entry::Delivery(Box::new(record), number));
        written
    }

    /// Remembers an attempt of the worker.
    pub(crate) fn attempt(&self, attempt: Attempt) {
        self.write(Entry::Attempt(attempt));
    }

    fn write(&self, entry: Entry) {
        let size = entry.size();
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entries) = entries.as_ref() else { return };
        if self.backlog.admit(size) && entries.send(entry).is_ok() {
            return;
        }
        if self.backlog.leave_out(1) {
            output::error(&anyhow::anyhow!(
                "the inspector cannot write as fast as deliveries come, and leaves some out: its page says how many"
            ));
        }
        self.changes.send_modify(|count| *count += 1);
    }

    /// Tells of every change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Reads from the file, away from the threads that answer requests.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let reader = Arc::clone(&self.reader);
        self.work(move || read(&lock(&reader))).await
    }

    /// Changes the file, in turn with the other writers.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let pen = self.pen.clone();
        self.work(move || pen.write(|connection| change(connection))).await
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> rusqlite::Result<T> + Send + 'static) -> anyhow::Result<T> {
        let work = tokio::task::spawn_blocking(work).await.context("the inspector's thread ended")?;
        work.with_context(|| format!("cannot use {}", self.path.display()))
    }

    /// Forgets all. Each step is short, for the queue writes to the same file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) async fn clear(&self) -> anyhow::Result<()> {
        let newest: i64 = self.read(|file| file.query_row("SELECT coalesce(max(number), 0) FROM delivery", [], |row| row.get(0))).await?;
        let step = "DELETE FROM delivery WHERE number IN (SELECT number FROM delivery WHERE number <= ?1 ORDER BY number LIMIT 200)";
        while self.change(move |file| file.execute(step, [newest])).await? > 0 {}
        let rest = "DELETE FROM attempt; DELETE FROM attempt_answer;
            DELETE FROM delivery_message WHERE delivery NOT IN (SELECT number FROM delivery);
            DELETE FROM conversation_event WHERE delivery NOT IN (SELECT number FROM delivery)";
        self.change(move |file| file.execute_batch(rest)).await?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::writer::tests::record;

    #[test]
    fn what_comes_faster_than_it_can_be_written_is_left_out_and_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        let store = Store::open(&file).expect("a store");
        store.take_turns_with(queue.clone());
        let turn = queue.turn();
        for _ in 0..100 {
            let mut large = record();
            (large.request.body, large.bytes) = (vec![b'7'; 1024 * 1024], 1024 * 1024);
            drop(store.record(large));
        }
        let left_out = store.left_out();
        assert!((30..50).contains(&left_out), "{left_out}");
        drop(turn);
        store.close();
        let kept: u32 = lock(&store.reader).query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).expect("a count");
        assert_eq!(u64::from(kept) + left_out, 100);
    }
}
