//! Stores messages in the queue file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use rusqlite::{Connection, params};
use shared::queue::{Budget, Destination, Message, NotQueued, Queue, QueueName, Receipt};
use shared::timestamp::Timestamp;
use tokio::sync::Notify;
use tokio::time::timeout_at;

use super::file;
use super::numbering;
use super::place::Place;

/// A queue in a file. Clones share the same queue.
#[derive(Clone)]
pub(crate) struct SqliteQueue {
    pub(super) path: PathBuf,
    pub(super) connection: Arc<Mutex<Connection>>,
    place: Arc<Place>,
    /// Notifies the receiver of messages.
    pub(super) sent: Arc<Notify>,
}

impl SqliteQueue {
    /// Opens the queue in a file, or creates it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened, or if it belongs to another program or version.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let connection = file::open(path)?;
        let path = path.canonicalize().with_context(|| format!("cannot resolve the path {}", path.display()))?;
        let place = Arc::new(Place::of(&path, "new webhooks get status 503; restart to create a new queue"));
        Ok(Self { path, connection: Arc::new(Mutex::new(connection)), place, sent: Arc::default() })
    }

    /// Returns the path of the queue file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until no other writer of this process uses the file, and excludes them until the guard is dropped. With SQLite's
    /// own locking, each writer would poll for the lock and give up after a second.
    pub(crate) fn turn(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of messages.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub(crate) fn count(&self) -> anyhow::Result<i64> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let count = connection.query_row("SELECT count(*) FROM message", [], |row| row.get(0));
        count.with_context(|| format!("cannot read the queue in {}", self.path.display()))
    }
}

impl Queue for SqliteQueue {
    /// Returns false: the queue keeps the order anyway, and stores all messages of a request in one transaction.
    fn is_ordered(&self) -> bool {
        false
    }

    async fn send(&self, to: Destination, messages: &[Message], budget: Budget) -> Result<Receipt, NotQueued> {
        let queue = match to {
            Destination::Main => QueueName::Main,
            Destination::Quarantine => QueueName::Quarantine,
        };
        let gone = || NotQueued { code: "queue file is gone".to_owned() };
        if !self.place.is_kept() {
            return Err(gone());
        }
        let (connection, sent, messages) = (Arc::clone(&self.connection), Arc::clone(&self.sent), messages.to_vec());
        let numbers = numbering::wanted();
        // A sync takes milliseconds, and much longer on some disks.
        let insertion = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            // Completes even if nothing waits for the result anymore.
            insert(&mut connection, queue.as_str(), &messages).map(|sent| numbers.note(sent)).inspect(|()| sent.notify_one())
        });
        let code = match timeout_at(budget.end(), insertion).await {
            // The file can have been deleted during the insertion.
            Ok(Ok(Ok(()))) if !self.place.is_kept() => return Err(gone()),
            Ok(Ok(Ok(()))) => return Ok(Receipt { queue }),
            Ok(Ok(Err(error))) => error.sqlite_error_code().map_or_else(|| "sqlite".to_owned(), |code| format!("sqlite {code:?}")),
            Ok(Err(_)) => "sqlite".to_owned(),
            Err(_) => "timeout".to_owned(),
        };
        Err(NotQueued { code })
    }
}

/// Inserts messages. Returns their numbers.
fn insert(connection: &mut Connection, queue: &str, messages: &[Message]) -> rusqlite::Result<Vec<i64>> {
    let now = Timestamp::now().millis();
    let mut numbers = Vec::with_capacity(messages.len());
    let transaction = connection.transaction()?;
    {
        let mut statement = transaction.prepare(
            "INSERT INTO message (queue, event_id, group_id, provider, kind, type, reason, traceparent, trace, body, sent_at, visible_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
        )?;
        for message in messages {
            let Message { id, group, tenant: _, body, provider, kind, event_type, reason, traceparent, trace } = message;
            statement.execute(params![queue, id, group, provider, kind.as_str(), event_type, reason, traceparent, trace, body, now])?;
            numbers.push(transaction.last_insert_rowid());
        }
    }
    transaction.commit().map(|()| numbers)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use shared::event::Kind;
    use std::time::Duration;
    use tokio::time::Instant;

    pub(in super::super) fn message(id: &str) -> Message {
        Message {
            id: id.to_owned(),
            group: "group".to_owned(),
            tenant: "tenant".to_owned(),
            body: "{}".to_owned(),
            provider: "acme",
            kind: Kind::Message,
            event_type: "com.acme.message".to_owned(),
            reason: None,
            trace: None,
            traceparent: None,
        }
    }

    pub(in super::super) fn budget() -> Budget {
        Budget { started: Instant::now(), length: Duration::from_secs(10) }
    }

    #[tokio::test]
    async fn messages_keep_their_order_and_queue() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a/b/queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        let receipt = queue.send(Destination::Main, &[message("a"), message("b")], budget()).await;
        assert_eq!(receipt, Ok(Receipt { queue: QueueName::Main }));
        let malformed = Message { reason: Some("not_json"), ..message("c") };
        assert_eq!(queue.send(Destination::Quarantine, &[malformed], budget()).await, Ok(Receipt { queue: QueueName::Quarantine }));
        drop(queue);

        let queue = SqliteQueue::open(&file).expect("the same queue");
        assert_eq!(queue.count().expect("a count"), 3);
        let connection = queue.connection.lock().expect("a connection");
        let mut statement = connection.prepare("SELECT queue, event_id, reason FROM message ORDER BY number").expect("SQL");
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let rows: Vec<(String, String, Option<String>)> = statement.query_map([], row).and_then(|rows| rows.collect()).expect("rows");
        let expected = [("main", "a", None), ("main", "b", None), ("quarantine", "c", Some("not_json"))];
        assert_eq!(rows, expected.map(|(queue, id, reason)| (queue.to_owned(), id.to_owned(), reason.map(str::to_owned))));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_deleted_or_replaced_file_accepts_nothing() {
        for name in ["queue.sqlite3", "queue.sqlite3-wal"] {
            for replace in [false, true] {
                let folder = tempfile::tempdir().expect("a folder");
                let queue = SqliteQueue::open(&folder.path().join("queue.sqlite3")).expect("a queue");
                queue.send(Destination::Main, &[message("a")], budget()).await.expect("a receipt");
                let file = folder.path().join(name);
                std::fs::rename(&file, folder.path().join("old")).expect("a file");
                if replace {
                    std::fs::write(&file, "").expect("a file");
                }
                let gone = Err(NotQueued { code: "queue file is gone".to_owned() });
                assert_eq!(queue.send(Destination::Main, &[message("b")], budget()).await, gone, "{name}");
            }
        }
    }

    #[tokio::test]
    async fn a_locked_file_acknowledges_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        let other = Connection::open(&file).expect("a connection");
        other.execute_batch("BEGIN IMMEDIATE").expect("a lock");
        let short = Budget { started: Instant::now(), length: Duration::from_millis(50) };
        assert_eq!(queue.send(Destination::Main, &[message("a")], short).await, Err(NotQueued { code: "timeout".to_owned() }));
        let busy = queue.send(Destination::Main, &[message("a")], budget()).await;
        assert_eq!(busy, Err(NotQueued { code: "sqlite DatabaseBusy".to_owned() }));
        other.execute_batch("ROLLBACK").expect("no lock");
        assert!(queue.send(Destination::Main, &[message("a")], budget()).await.is_ok());
    }
}
