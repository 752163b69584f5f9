//! The embedded queue: one SQLite file in place of SQS.
//!
//! Each call is one transaction, written ahead and synced (`synchronous = FULL`) before it is
//! acknowledged: an acknowledged event survives a kill of the process and a power cut. All events of a
//! request are in, or none. Like a standard SQS queue it keeps what it is given twice.

use std::fs::{DirBuilder, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use rusqlite::{Connection, TransactionBehavior, params};
use shared::queue::{Budget, Destination, Message, NotQueued, Queue, Receipt};
use shared::timestamp::Timestamp;
use tokio::time::timeout_at;

/// "chat" in ASCII: what tells our file from other programs' SQLite files.
const APPLICATION: i32 = 0x6368_6174;

/// The version of the schema below.
const VERSION: i32 = 1;

/// A message is in one of three queues. It is visible from `visible_at` (milliseconds since 1970) on:
/// who receives it moves that into the future and counts, who is done with it deletes it.
const SCHEMA: &str = "
    CREATE TABLE message (
        number          INTEGER PRIMARY KEY AUTOINCREMENT,
        queue           TEXT    NOT NULL CHECK (queue IN ('main', 'quarantine', 'dead')),
        event_id        TEXT    NOT NULL, -- the deduplication id
        group_id        TEXT    NOT NULL,
        provider        TEXT    NOT NULL,
        kind            TEXT    NOT NULL,
        type            TEXT    NOT NULL,
        reason          TEXT,             -- why it is quarantined
        body            TEXT    NOT NULL, -- the CloudEvent
        sent_at         INTEGER NOT NULL,
        visible_at      INTEGER NOT NULL,
        receive_count   INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX message_next ON message (queue, visible_at, number);
    CREATE INDEX message_group ON message (queue, group_id, number);
    CREATE INDEX message_event ON message (event_id);
";

/// How long another process may hold the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// The queue in a file.
pub(crate) struct SqliteQueue {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl SqliteQueue {
    /// Opens the queue in a file, or makes it there, readable for this user alone: it holds what people
    /// wrote.
    ///
    /// # Errors
    /// It cannot be opened, or it is another program's or a newer version's.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let advice = || format!("cannot open the queue in {}; name another file with --queue-file", path.display());
        make_private(path).with_context(advice)?;
        let mut connection = Connection::open(path).with_context(advice)?;
        match identify(&mut connection).with_context(advice)? {
            (APPLICATION, VERSION) => {}
            (APPLICATION, _) => {
                bail!("the queue in {} is of another version of chathooks; name another file with --queue-file", path.display())
            }
            _ => bail!("{} is not a queue of chathooks; name another file with --queue-file", path.display()),
        }
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).with_context(advice)?;
        connection.pragma_update(None, "synchronous", "full").with_context(advice)?;
        let path = path.canonicalize().with_context(advice)?;
        Ok(Self { path, connection: Arc::new(Mutex::new(connection)) })
    }

    /// Where its file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many messages it holds.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn count(&self) -> anyhow::Result<i64> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let count = connection.query_row("SELECT count(*) FROM message", [], |row| row.get(0));
        count.with_context(|| format!("cannot read the queue in {}", self.path.display()))
    }
}

impl Queue for SqliteQueue {
    async fn send(&self, to: Destination, messages: &[Message], budget: Budget) -> Result<Receipt, NotQueued> {
        let queue = match to {
            Destination::Main => "main",
            Destination::Quarantine => "quarantine",
        };
        let (connection, messages) = (Arc::clone(&self.connection), messages.to_vec());
        // A sync takes milliseconds, on some disks many.
        let insertion = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            insert(&mut connection, queue, &messages)
        });
        let code = match timeout_at(budget.end(), insertion).await {
            Ok(Ok(Ok(()))) => return Ok(Receipt { queue }),
            Ok(Ok(Err(error))) => error.sqlite_error_code().map_or_else(|| "sqlite".to_owned(), |code| format!("sqlite {code:?}")),
            Ok(Err(_)) => "sqlite".to_owned(),
            Err(_) => "timeout".to_owned(),
        };
        Err(NotQueued { code })
    }
}

fn insert(connection: &mut Connection, queue: &str, messages: &[Message]) -> rusqlite::Result<()> {
    let now = Timestamp::now().millis();
    let transaction = connection.transaction()?;
    {
        let mut statement = transaction.prepare(
            "INSERT INTO message (queue, event_id, group_id, provider, kind, type, reason, body, sent_at, visible_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
        )?;
        for message in messages {
            let Message { id, group, body, provider, kind, event_type, reason, trace: _ } = message;
            statement.execute(params![queue, id, group, provider, kind.as_str(), event_type, reason, body, now])?;
        }
    }
    transaction.commit()
}

/// Whose file it is and of which version. An empty one becomes ours.
fn identify(connection: &mut Connection) -> rusqlite::Result<(i32, i32)> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if transaction.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))? {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    let number = |pragma| transaction.pragma_query_value(None, pragma, |row| row.get(0));
    let identity = (number("application_id")?, number("user_version")?);
    transaction.commit()?;
    Ok(identity)
}

/// Makes the file and its folder where they are missing. SQLite gives its other files the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    let (mut folder, mut file) = (DirBuilder::new(), OpenOptions::new());
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        file.mode(0o600);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder.recursive(true).create(parent)?;
    }
    file.create(true).append(true).open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::event::Kind;
    use tokio::time::Instant;

    fn message(id: &str) -> Message {
        Message {
            id: id.to_owned(),
            group: "group".to_owned(),
            body: "{}".to_owned(),
            provider: "acme",
            kind: Kind::Message,
            event_type: "com.acme.message".to_owned(),
            reason: None,
            trace: None,
        }
    }

    fn budget() -> Budget {
        Budget { started: Instant::now(), length: Duration::from_secs(10) }
    }

    #[tokio::test]
    async fn messages_are_kept_in_their_order_with_their_queue() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a/b/queue.sqlite3");
        let queue = SqliteQueue::open(&file).expect("a queue");
        let receipt = queue.send(Destination::Main, &[message("a"), message("b")], budget()).await;
        assert_eq!(receipt, Ok(Receipt { queue: "main" }));
        let malformed = Message { reason: Some("not_json"), ..message("c") };
        assert_eq!(queue.send(Destination::Quarantine, &[malformed], budget()).await, Ok(Receipt { queue: "quarantine" }));
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

    #[tokio::test]
    async fn a_file_that_somebody_else_holds_is_no_acknowledgement() {
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

    #[test]
    fn a_file_of_another_program_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |name: &str| SqliteQueue::open(&folder.path().join(name)).map(drop).map_err(|error| format!("{error:#}"));
        std::fs::write(folder.path().join("text"), "not a database, but a text of some length").expect("a file");
        Connection::open(folder.path().join("other")).and_then(|other| other.execute_batch("CREATE TABLE t (a)")).expect("a database");
        open("newer").expect("a queue");
        Connection::open(folder.path().join("newer")).and_then(|newer| newer.pragma_update(None, "user_version", 2)).expect("a version");
        for name in ["text", "other", "newer", "."] {
            let problem = open(name).expect_err(name);
            assert!(problem.contains("--queue-file"), "{problem}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_this_user_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let _queue = SqliteQueue::open(&file).expect("a queue");
        for entry in std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry")) {
            assert_eq!(entry.metadata().expect("metadata").permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        }
    }
}
