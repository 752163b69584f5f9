//! The tables.

/// Like the queue's numbers these are never used twice, also after a deletion. The bodies are last, so
/// that a list is read without them.
pub(super) const SCHEMA: &str = "
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
        query        TEXT    NOT NULL,
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
        cause      TEXT,             -- a word of the worker's list
        error      TEXT,
        again_ms   INTEGER           -- after which time it is tried again
    ) STRICT;
    CREATE INDEX IF NOT EXISTS attempt_event ON attempt (event_id, number);
    CREATE TABLE IF NOT EXISTS attempt_answer (
        attempt    INTEGER PRIMARY KEY,
        status     INTEGER NOT NULL,
        headers    TEXT    NOT NULL, -- JSON
        body       BLOB    NOT NULL  -- its beginning
    ) STRICT;
";
