//! The queue file: its schema, and how it is opened and recognized.

mod private;

use std::fs::File;
#[cfg(unix)]
use std::fs::TryLockError;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::terminal::program;
use private::{all_files, create, make_private, refuse_links};

/// What a file contains. A file of one kind is never opened as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The queue of `dev`, and the history that the inspector shows.
    Queue,
    /// The inspector's history of an SQS queue. Its messages are copies without a body, which cannot be delivered.
    History,
}

impl Kind {
    /// The SQLite application id, which distinguishes the file from those of other programs: "chat" or "chhi" in ASCII.
    fn application(self) -> i32 {
        match self {
            Self::Queue => 0x6368_6174,
            Self::History => 0x6368_6869,
        }
    }

    /// The noun for messages to the user.
    fn noun(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::History => "history",
        }
    }

    /// The option that names another file.
    pub(crate) fn option(self) -> &'static str {
        match self {
            Self::Queue => "--queue-file",
            Self::History => "--history-file",
        }
    }
}

/// The version of the schema below.
const VERSION: i32 = 4;

/// A message is in one of four queues. Delivered messages move to `done`. A message in `main` is visible from `visible_at`
/// (milliseconds since 1970): a receive moves that into the future and increments `receive_count`. The body is the last
/// column, so that SQLite can read the others without it.
const SCHEMA: &str = "
    CREATE TABLE message (
        number          INTEGER PRIMARY KEY AUTOINCREMENT,
        queue           TEXT    NOT NULL CHECK (queue IN ('main', 'quarantine', 'dead', 'done')),
        event_id        TEXT    NOT NULL, -- the deduplication id
        group_id        TEXT    NOT NULL,
        provider        TEXT    NOT NULL,
        kind            TEXT    NOT NULL,
        type            TEXT    NOT NULL,
        reason          TEXT,             -- why it was quarantined
        traceparent     TEXT,
        trace           TEXT,             -- the X-Ray trace header
        sent_at         INTEGER NOT NULL,
        visible_at      INTEGER NOT NULL,
        receive_count   INTEGER NOT NULL DEFAULT 0,
        next_attempt_at INTEGER,          -- while it waits for a retry
        last_error      TEXT,             -- why the last delivery failed
        last_cause      TEXT,             -- why, in one word
        refused_status  INTEGER,          -- with which the receiver permanently refused it
        body            TEXT    NOT NULL  -- the CloudEvent
    ) STRICT;
    CREATE INDEX message_next ON message (queue, visible_at, number, group_id);
    CREATE INDEX message_group ON message (queue, group_id, number);
    CREATE INDEX message_event ON message (event_id);
";

/// How long to wait for another process that has locked the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

/// Opens the queue file, or creates it. Only the current user can read it, because it contains what people wrote.
///
/// # Errors
/// Returns an error if the file cannot be opened, is a symbolic link, or belongs to another program or version.
pub(crate) fn open(path: &Path) -> anyhow::Result<Connection> {
    open_as(path, Kind::Queue)
}

/// Opens a file of this kind, or creates it. Only the current user can read it.
///
/// # Errors
/// Returns an error if the file cannot be opened, is a symbolic link, or belongs to another program, kind or version.
pub(crate) fn open_as(path: &Path, kind: Kind) -> anyhow::Result<Connection> {
    let advice = || advice(path, kind);
    refuse_links(path, kind)?;
    create(path).with_context(advice)?;
    let mut connection = Connection::open(path).with_context(advice)?;
    let identity = fill(&mut connection, kind).with_context(advice)?;
    check(identity, path, kind)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).with_context(advice)?;
    connection.pragma_update(None, "synchronous", "full").with_context(advice)?;
    // SQLite has now created its other files.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).with_context(advice)?;
    for file in all_files(path).filter(|file| file.exists()) {
        make_private(&file).with_context(|| format!("other users can read {}, and its permissions cannot be changed", file.display()))?;
    }
    Ok(connection)
}

/// Claims a file for this process, until the returned file is closed. SQLite's own locks are not affected.
///
/// # Errors
/// Returns an error if another process has claimed it.
pub(crate) fn claim(path: &Path, kind: Kind) -> anyhow::Result<File> {
    let file = File::open(path).with_context(|| advice(path, kind))?;
    // On Windows, such a lock would keep SQLite from reading.
    #[cfg(unix)]
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            bail!("another process uses the {} in {}; pass another file with {}", kind.noun(), path.display(), kind.option())
        }
        // Some file systems have no locks.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    Ok(file)
}

/// Opens an existing queue file, even while another process uses it.
///
/// # Errors
/// Returns an error if there is no such file, or if it belongs to another program or version.
pub(super) fn open_existing(path: &Path) -> anyhow::Result<Connection> {
    if !path.is_file() {
        bail!("there is no queue in {}; start `{} dev`, or pass another file with --queue-file", path.display(), program());
    }
    let advice = || advice(path, Kind::Queue);
    refuse_links(path, Kind::Queue)?;
    // A file in WAL mode cannot be read without write permission.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).with_context(advice)?;
    connection.busy_timeout(BUSY_TIMEOUT).with_context(advice)?;
    check(identify(&connection).with_context(advice)?, path, Kind::Queue)?;
    // This fails if the current user does not own the file. The file can still be read.
    all_files(path).for_each(|file| drop(make_private(&file)));
    Ok(connection)
}

fn advice(path: &Path, kind: Kind) -> String {
    format!("cannot open the {} in {}; pass another file with {}", kind.noun(), path.display(), kind.option())
}

fn check(identity: (i32, i32), path: &Path, kind: Kind) -> anyhow::Result<()> {
    let (path, noun, option) = (path.display(), kind.noun(), kind.option());
    match identity {
        (application, VERSION) if application == kind.application() => Ok(()),
        (application, _) if application == kind.application() => {
            bail!("the {noun} in {path} belongs to another version of chathooks; remove it, or pass another file with {option}")
        }
        _ => bail!("{path} is not a {noun} of chathooks; pass another file with {option}"),
    }
}

/// Creates the schema if the file is empty. Returns the file's application id and version.
fn fill(connection: &mut Connection, kind: Kind) -> rusqlite::Result<(i32, i32)> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if transaction.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))? {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", kind.application())?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    let identity = identify(&transaction)?;
    transaction.commit()?;
    Ok(identity)
}

fn identify(connection: &Connection) -> rusqlite::Result<(i32, i32)> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    Ok((number("application_id")?, number("user_version")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_program_is_not_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |name: &str| super::open(&folder.path().join(name)).map(drop).map_err(|error| format!("{error:#}"));
        std::fs::write(folder.path().join("text"), "not a database, but a text of some length").expect("a file");
        Connection::open(folder.path().join("other")).and_then(|other| other.execute_batch("CREATE TABLE t (a)")).expect("a database");
        open("newer").expect("a queue");
        Connection::open(folder.path().join("newer"))
            .and_then(|newer| newer.pragma_update(None, "user_version", VERSION + 1))
            .expect("a version");
        for name in ["text", "other", "newer", "."] {
            let problem = open(name).expect_err(name);
            assert!(problem.contains("--queue-file"), "{problem}");
            let problem = open_existing(&folder.path().join(name)).map(drop).expect_err(name);
            assert!(format!("{problem:#}").contains("--queue-file"), "{problem:#}");
        }
        let history = folder.path().join("history");
        open_as(&history, Kind::History).expect("a history");
        for problem in [super::open(&history).map(drop), open_existing(&history).map(drop)] {
            assert!(format!("{:#}", problem.expect_err("a history")).contains("is not a queue of chathooks"));
        }
        assert!(open_existing(&folder.path().join("missing")).is_err() && !folder.path().join("missing").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_refused_and_its_target_is_not_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (target, file) = (folder.path().join("target"), folder.path().join("queue.sqlite3"));
        for link in all_files(&file) {
            std::fs::write(&target, "").expect("a file");
            std::os::unix::fs::symlink(&target, &link).expect("a link");
            for problem in [open(&file).map(drop), open_existing(&file).map(drop)] {
                let problem = format!("{:#}", problem.expect_err("a link"));
                assert!(problem.contains("--queue-file"), "{problem}");
            }
            assert_eq!(std::fs::read(&target).expect("a file"), b"");
            std::fs::remove_file(&link).expect("a link");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_current_user_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("queue.sqlite3");
        let open_for_all = |file: &Path| std::fs::set_permissions(file, PermissionsExt::from_mode(0o666)).expect("a file");
        let first = open(&file).expect("a queue");
        all_files(&file).for_each(|file| open_for_all(&file));
        let _second = open(&file).expect("a queue");
        drop(first);
        assert_private(folder.path());
        all_files(&file).for_each(|file| open_for_all(&file));
        let _third = open_existing(&file).expect("a queue");
        assert_private(folder.path());
    }

    #[cfg(unix)]
    fn assert_private(folder: &Path) {
        use std::os::unix::fs::PermissionsExt;
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            assert_eq!(entry.metadata().expect("metadata").permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        }
    }
}
