//! One try of the worker to deliver an event.

use std::time::Duration;

use rusqlite::{Connection, params};
use serde::Serialize;
use shared::timestamp::Timestamp;

use super::record::integer;

/// A try, and how it ended.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Which event.
    pub(crate) event_id: String,
    /// How long it took.
    pub(crate) took: Duration,
    /// `delivered`, `failed`, `dead` or `interrupted`.
    pub(crate) outcome: &'static str,
    /// Why it failed.
    pub(crate) error: Option<String>,
    /// When it is tried again.
    pub(crate) again: Option<Duration>,
}

/// A try as the page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct AttemptLine {
    event_id: String,
    at: i64,
    ms: f64,
    outcome: String,
    error: Option<String>,
    again_ms: Option<i64>,
}

impl Attempt {
    /// Writes it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn insert(self, connection: &Connection) -> rusqlite::Result<()> {
        let Self { event_id, took, outcome, error, again } = self;
        let again = again.map(|again| integer(again.as_millis()));
        connection
            .prepare("INSERT INTO attempt (event_id, ended_at, micros, outcome, error, again_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![event_id, Timestamp::now().millis(), integer(took.as_micros()), outcome, error, again])
            .map(drop)
    }
}

/// The tries of some events, given as a JSON array of ids, oldest first.
///
/// # Errors
/// The file cannot be read.
pub(super) fn of(connection: &Connection, event_ids: &str) -> rusqlite::Result<Vec<AttemptLine>> {
    let sql = "SELECT event_id, ended_at, micros, outcome, error, again_ms
               FROM attempt WHERE event_id IN (SELECT value FROM json_each(?1)) ORDER BY number";
    let line = |row: &rusqlite::Row<'_>| {
        Ok(AttemptLine {
            event_id: row.get(0)?,
            at: row.get(1)?,
            ms: row.get::<_, i64>(2)? as f64 / 1_000.0,
            outcome: row.get(3)?,
            error: row.get(4)?,
            again_ms: row.get(5)?,
        })
    };
    connection.prepare(sql)?.query_map([event_ids], line)?.collect()
}

/// The events that were tried after the attempt of that number, and the last one's number.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn since(connection: &Connection, number: i64) -> rusqlite::Result<Vec<(i64, String)>> {
    let sql = "SELECT number, event_id FROM attempt WHERE number > ?1 ORDER BY number LIMIT 1000";
    connection.prepare(sql)?.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
