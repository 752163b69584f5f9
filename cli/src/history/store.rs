//! The history's interface. One thread writes the history, and any thread can read it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Context;
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::attempt::Attempt;
use super::backlog::Backlog;
use super::copy::{self, SqsMessage};
use super::pen::{Pen, lock};
use super::record::Record;
use super::schema;
use super::writer::{Entry, Writer};
use crate::queue::sqlite::file::{self, Kind};
use crate::queue::sqlite::place::Place;
use crate::queue::sqlite::{ReceiptHandle, Settlement, SqliteQueue};
use crate::terminal::output;

/// The history in a file. Its thread ends with [`Store::close`].
pub(crate) struct Store {
    path: PathBuf,
    token: String,
    reader: Arc<Mutex<Connection>>,
    pen: Pen,
    backlog: Arc<Backlog>,
    entries: Mutex<Option<Sender<Entry>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// The number of changes since startup.
    changes: watch::Sender<u64>,
    /// Keeps a second process from using the history. Dropped last, because closing it releases SQLite's locks on the file.
    _claim: Option<File>,
}

impl Store {
    /// Opens the history in a file, or creates it.
    ///
    /// # Errors
    /// The file cannot be opened, or it belongs to another program, kind or version.
    pub(crate) fn open(path: &Path, kind: Kind) -> anyhow::Result<Arc<Self>> {
        let connection = file::open_as(path, kind)?;
        let problem = || format!("cannot store deliveries in {}; name another file with {}", path.display(), kind.option());
        // A power cut can lose the last entries of the list. The queue's own connection syncs each commit.
        connection.pragma_update(None, "synchronous", "normal").with_context(problem)?;
        schema::prepare(&connection, kind).with_context(problem)?;
        let claim = (kind == Kind::History).then(|| file::claim(path, kind)).transpose()?;
        if kind == Kind::History {
            copy::interrupt(&connection).with_context(problem)?;
        }
        let token = schema::token(&connection).with_context(problem)?;
        let kept: i64 = connection.query_row("SELECT coalesce(sum(size), 0) FROM delivery", [], |row| row.get(0)).with_context(problem)?;
        let reader = Arc::new(Mutex::new(file::open_as(path, kind)?));
        let pen = Pen::new(connection);
        let (entries, waiting) = channel();
        let (backlog, changes) = (Arc::<Backlog>::default(), watch::Sender::new(0));
        let effect = "from now on, what the inspector shows is lost when the program ends; restart to create a new history";
        let place = (kind == Kind::History).then(|| Place::of(path, effect));
        let writer = Writer { pen: pen.clone(), backlog: Arc::clone(&backlog), changes: changes.clone(), kept, place };
        let writer = thread::Builder::new().name("inspector".to_owned()).spawn(move || writer.run(&waiting));
        let writer = Mutex::new(Some(writer.context("cannot start the inspector's thread")?));
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Ok(Arc::new(Self { path, token, reader, pen, backlog, entries: Mutex::new(Some(entries)), writer, changes, _claim: claim }))
    }

    /// Makes later writes take turns with the queue in the same file.
    pub(crate) fn take_turns_with(&self, queue: SqliteQueue) {
        self.pen.take_turns_with(queue);
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the token in the inspector's address.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Returns how many deliveries and attempts were left out since startup.
    pub(crate) fn left_out(&self) -> u64 {
        self.backlog.left_out()
    }

    /// Stores a delivery. The returned channel receives its number once it is written. The channel closes without a number if the
    /// delivery is left out.
    pub(crate) fn record(&self, mut record: Record) -> oneshot::Receiver<i64> {
        record.trim();
        let (number, written) = oneshot::channel();
        self.write(Entry::Delivery(Box::new(record), number));
        written
    }

    /// Stores an attempt.
    pub(crate) fn attempt(&self, attempt: Attempt) {
        self.write(Entry::Attempt(attempt, None));
    }

    /// Stores a message that was received from an SQS queue. Returns the receipt handle of its copy once it is written, or `None` if it
    /// was left out.
    pub(crate) async fn received(&self, message: SqsMessage) -> Option<ReceiptHandle> {
        let (receipt, written) = oneshot::channel();
        self.write(Entry::Received(message, receipt));
        written.await.ok()
    }

    /// Marks the messages of a queue as dead that were received as often as its `maxReceiveCount` allows, and whose last attempt did
    /// not finish. Called before the first receive.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) async fn give_up(&self, queue: String, max_receives: u32) -> anyhow::Result<()> {
        self.change(move |file| copy::give_up(file, &queue, max_receives)).await
    }

    /// Stores that an attempt to deliver that message begins. `end` is the latest time of its end, in milliseconds since 1970.
    pub(crate) fn began(&self, receipt: ReceiptHandle, end: i64) {
        self.write(Entry::Began(receipt, end));
    }

    /// Stores an attempt to deliver that message, and how the message was settled.
    pub(crate) fn ended(&self, attempt: Attempt, receipt: ReceiptHandle, settlement: Settlement) {
        self.write(Entry::Attempt(attempt, Some((receipt, settlement))));
    }

    fn write(&self, entry: Entry) {
        let size = entry.size();
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entries) = entries.as_ref() else { return };
        if self.backlog.admit(size) && entries.send(entry).is_ok() {
            return;
        }
        if self.backlog.leave_out(1) {
            output::error(&anyhow::anyhow!("deliveries arrive faster than the inspector can store them; it shows how many it left out"));
        }
        self.touch();
    }

    /// Notifies the pages of a change that was not written by this thread.
    pub(crate) fn touch(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Returns a channel that is notified of every later change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Reads from the file on a thread that is allowed to block.
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

    /// Changes the file, taking turns with the other writers.
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

    /// Deletes all deliveries. Each step is short, because the queue writes to the same file.
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
        self.touch();
        Ok(())
    }

    /// Writes the waiting entries, and ends the thread.
    pub(crate) fn close(&self) {
        drop(self.entries.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A panic has already been reported.
            let _ = writer.join();
        }
    }
}
