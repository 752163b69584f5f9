//! The tables of the history.

use rusqlite::Connection;

use crate::queue::sqlite::file::Kind;

/// Numbers are never reused, even after a deletion. The bodies come last, so that reading a list does not read them.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS delivery (
        number       INTEGER PRIMARY KEY AUTOINCREMENT,
        received_at  INTEGER NOT NULL, -- milliseconds since 1970
        micros       INTEGER,          -- from the request to the response
        provider     TEXT,
        kind         TEXT,
        channel      TEXT,
        verdict      TEXT    NOT NULL, -- verified, unproven, refused, unchecked or from_queue
        key_position INTEGER,
        reason       TEXT,
        status       INTEGER,          -- of the response; NULL if no request was seen
        bytes        INTEGER NOT NULL, -- the length of the whole body
        events       INTEGER NOT NULL, -- the number of events
        event_id     TEXT,             -- of the first event
        queue        TEXT,             -- the queue that acknowledged them, or that they came from
        replay_of    INTEGER,
        seen         INTEGER NOT NULL DEFAULT 0,
        preview      TEXT,             -- the beginning of the first text
        conversation TEXT,             -- of the first event that has one
        subject      TEXT,             -- the key of that conversation
        message_id   TEXT UNIQUE,      -- the id that SQS gave to the message, if the event came from SQS
        size         INTEGER NOT NULL, -- of the columns below
        method       TEXT    NOT NULL,
        path         TEXT    NOT NULL,
        query        TEXT    NOT NULL,
        event_ids    TEXT    NOT NULL, -- this and all columns below except the body are JSON
        headers      TEXT    NOT NULL,
        answer       TEXT    NOT NULL,
        cloud_events TEXT,             -- an array of strings; NULL if they are too large to keep
        body         BLOB              -- NULL if it is too large to keep
    ) STRICT;
    CREATE TABLE IF NOT EXISTS delivery_message (
        message  INTEGER PRIMARY KEY,  -- its number in the table of messages
        delivery INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS delivery_message_delivery ON delivery_message (delivery);
    CREATE TABLE IF NOT EXISTS conversation_event (
        delivery INTEGER NOT NULL,
        place    INTEGER NOT NULL,     -- its index among the events of its delivery
        subject  TEXT    NOT NULL,     -- the key of the conversation
        event    TEXT    NOT NULL,     -- JSON: the event without its original, shortened
        PRIMARY KEY (delivery, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS conversation_event_subject ON conversation_event (subject, delivery, place);
    CREATE TABLE IF NOT EXISTS attempt (
        number     INTEGER PRIMARY KEY AUTOINCREMENT,
        message    INTEGER NOT NULL,
        event_id   TEXT    NOT NULL,
        ended_at   INTEGER NOT NULL,
        micros     INTEGER NOT NULL,
        outcome    TEXT    NOT NULL, -- delivered, failed, dead or interrupted
        cause      TEXT,             -- the worker's one-word reason
        error      TEXT,
        again_ms   INTEGER,          -- the pause before the next attempt
        is_manual  INTEGER NOT NULL DEFAULT 0 -- whether the user resent the event
    ) STRICT;
    CREATE INDEX IF NOT EXISTS attempt_message ON attempt (message, number);
    CREATE TABLE IF NOT EXISTS attempt_answer (
        attempt    INTEGER PRIMARY KEY,
        status     INTEGER NOT NULL,
        headers    TEXT    NOT NULL, -- JSON
        body       BLOB    NOT NULL  -- its beginning
    ) STRICT;
    CREATE TABLE IF NOT EXISTS message_change (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        message INTEGER NOT NULL UNIQUE -- only its last change is kept
    ) STRICT;
    CREATE TRIGGER IF NOT EXISTS message_updated AFTER UPDATE OF queue, visible_at, next_attempt_at ON message BEGIN
        DELETE FROM message_change WHERE message = NEW.number;
        INSERT INTO message_change (message) VALUES (NEW.number);
    END;
    CREATE TRIGGER IF NOT EXISTS message_deleted AFTER DELETE ON message BEGIN
        DELETE FROM message_change WHERE message = OLD.number;
        INSERT INTO message_change (message) VALUES (OLD.number);
    END;
    CREATE TRIGGER IF NOT EXISTS attempt_ended AFTER INSERT ON attempt BEGIN
        DELETE FROM message_change WHERE message = NEW.message;
        INSERT INTO message_change (message) VALUES (NEW.message);
    END;
    CREATE TABLE IF NOT EXISTS inspector (
        token TEXT NOT NULL          -- part of the inspector's address
    ) STRICT;
";

/// In a history file, the copy of a message is deleted with its delivery.
const HISTORY: &str = "
    CREATE TRIGGER IF NOT EXISTS message_forgotten AFTER DELETE ON delivery_message BEGIN
        DELETE FROM message WHERE number = OLD.message;
    END;
";

/// Creates the tables. The tables of an earlier version are dropped: each event in them is also in the queue.
///
/// # Errors
/// The file cannot be written.
pub(super) fn prepare(connection: &Connection, kind: Kind) -> rusqlite::Result<()> {
    let columns = "SELECT count(*), count(*) FILTER (WHERE name = 'message_id') FROM pragma_table_info('delivery')";
    let (all, new): (i64, i64) = connection.query_row(columns, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if all > 0 && new == 0 {
        let tables = ["delivery", "delivery_message", "conversation_event", "attempt", "attempt_answer"];
        tables.iter().try_for_each(|table| connection.execute_batch(&format!("DROP TABLE IF EXISTS {table}")))?;
    }
    connection.execute_batch(SCHEMA)?;
    match kind {
        Kind::Queue => Ok(()),
        Kind::History => connection.execute_batch(HISTORY),
    }
}

/// Returns the token in the inspector's address. It is kept in the file, so that an open page works after a restart. Whoever can read
/// the file can read what the token protects anyway.
///
/// # Errors
/// The file cannot be used.
pub(super) fn token(connection: &Connection) -> rusqlite::Result<String> {
    let new = uuid::Uuid::new_v4().simple().to_string();
    connection.execute("INSERT INTO inspector (token) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM inspector)", [new])?;
    connection.query_row("SELECT token FROM inspector", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_an_earlier_version_are_recreated_and_the_token_stays() {
        let file = Connection::open_in_memory().expect("a file");
        let earlier = "CREATE TABLE message (number INTEGER PRIMARY KEY, queue TEXT, visible_at INTEGER, next_attempt_at INTEGER); CREATE TABLE delivery (number INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT); INSERT INTO delivery (event_id) VALUES ('a');
            CREATE TABLE attempt (number INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT); CREATE INDEX attempt_event ON attempt (event_id, number)";
        file.execute_batch(earlier).expect("tables");
        let count = || -> i64 { file.query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).expect("a count") };
        prepare(&file, Kind::Queue).expect("tables");
        assert_eq!(count(), 0);
        let insertion = "INSERT INTO delivery (received_at, micros, verdict, status, bytes, events, size, method, path, query, event_ids, headers, answer)
            VALUES (0, 0, 'verified', 200, 0, 0, 0, 'POST', '/', '', '[]', '[]', '{}')";
        file.execute(insertion, []).expect("a delivery");
        let first = token(&file).expect("a token");
        prepare(&file, Kind::Queue).expect("tables");
        assert_eq!((count(), token(&file).expect("a token"), first.len()), (1, first.clone(), 32));
    }
}
