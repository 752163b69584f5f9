//! The tables.

use rusqlite::Connection;

/// Numbers are never used twice, also after a deletion. The bodies are last, so that a list is read without them.
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
        preview      TEXT,             -- the beginning of what somebody wrote
        conversation TEXT,             -- of the first event that has one
        subject      TEXT,             -- that conversation's key
        size         INTEGER NOT NULL, -- of what follows
        method       TEXT    NOT NULL,
        path         TEXT    NOT NULL,
        query        TEXT    NOT NULL,
        event_ids    TEXT    NOT NULL, -- JSON from here on, but for the body
        headers      TEXT    NOT NULL,
        answer       TEXT    NOT NULL,
        cloud_events TEXT,             -- each a text; NULL where they are too large to be kept
        body         BLOB              -- likewise
    ) STRICT;
    CREATE TABLE IF NOT EXISTS delivery_message (
        message  INTEGER PRIMARY KEY,  -- its number in the local queue
        delivery INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS delivery_message_delivery ON delivery_message (delivery);
    CREATE TABLE IF NOT EXISTS conversation_event (
        delivery INTEGER NOT NULL,
        place    INTEGER NOT NULL,     -- among the events of its delivery
        subject  TEXT    NOT NULL,     -- the conversation's key
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
        cause      TEXT,             -- a word of the worker's list
        error      TEXT,
        again_ms   INTEGER           -- after which time it is tried again
    ) STRICT;
    CREATE INDEX IF NOT EXISTS attempt_message ON attempt (message, number);
    CREATE TABLE IF NOT EXISTS attempt_answer (
        attempt    INTEGER PRIMARY KEY,
        status     INTEGER NOT NULL,
        headers    TEXT    NOT NULL, -- JSON
        body       BLOB    NOT NULL  -- its beginning
    ) STRICT;
    CREATE TABLE IF NOT EXISTS inspector (
        token TEXT NOT NULL          -- what the page's address carries
    ) STRICT;
";

/// Makes the tables. Those of an earlier version are dropped: they remember requests, and hold no event that is not in the
/// queue too.
///
/// # Errors
/// The file cannot be written.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    let columns = "SELECT count(*), count(*) FILTER (WHERE name = 'preview') FROM pragma_table_info('delivery')";
    let (all, new): (i64, i64) = connection.query_row(columns, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if all > 0 && new == 0 {
        connection.execute_batch("DROP TABLE delivery; DROP TABLE IF EXISTS attempt; DROP TABLE IF EXISTS attempt_answer")?;
    }
    connection.execute_batch(SCHEMA)
}

/// The token of the page's address. It lasts as long as the file, so that an open page goes on after a restart; whoever can read it
/// can read what it protects.
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
    fn tables_of_an_earlier_version_are_made_anew_and_the_token_stays() {
        let file = Connection::open_in_memory().expect("a file");
        let earlier = "CREATE TABLE delivery (number INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT); INSERT INTO delivery (event_id) VALUES ('a');
            CREATE TABLE attempt (number INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT); CREATE INDEX attempt_event ON attempt (event_id, number)";
        file.execute_batch(earlier).expect("tables");
        let count = || -> i64 { file.query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).expect("a count") };
        prepare(&file).expect("tables");
        assert_eq!(count(), 0);
        let insertion = "INSERT INTO delivery (received_at, micros, verdict, status, bytes, events, size, method, path, query, event_ids, headers, answer)
            VALUES (0, 0, 'verified', 200, 0, 0, 0, 'POST', '/', '', '[]', '[]', '{}')";
        file.execute(insertion, []).expect("a delivery");
        let first = token(&file).expect("a token");
        prepare(&file).expect("tables");
        assert_eq!((count(), token(&file).expect("a token"), first.len()), (1, first.clone(), 32));
    }
}
