//! A delivery as an entry of the list.

use rusqlite::{Connection, Row};
use serde::Serialize;

use super::fate::{self, Fate};

/// The columns of an entry, in order.
pub(super) const COLUMNS: &str = "number, received_at, micros, provider, kind, channel, verdict, key_position, reason, status, bytes,
    events, event_id, queue, replay_of, seen, preview, conversation, subject, message_id";

/// An entry of the list.
#[derive(Debug, Serialize)]
pub(crate) struct ListLine {
    /// The number, which is never reused.
    pub(crate) number: i64,
    at: i64,
    ms: Option<f64>,
    provider: Option<String>,
    kind: Option<String>,
    channel: Option<String>,
    verdict: String,
    key_position: Option<i64>,
    reason: Option<String>,
    status: Option<u16>,
    bytes: i64,
    events: i64,
    event_id: Option<String>,
    queue: Option<String>,
    replay_of: Option<i64>,
    seen: bool,
    preview: Option<String>,
    conversation: Option<String>,
    subject: Option<String>,
    message_id: Option<String>,
    /// Whether the inspector of `listen` can resend it: it is an event from an SQS queue.
    can_resend: bool,
    #[serde(flatten)]
    fate: Fate,
}

impl ListLine {
    /// Reads an entry from a row that begins with the columns.
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let status = row.get(9)?;
        let (events, message_id): (i64, Option<String>) = (row.get(11)?, row.get(19)?);
        Ok(Self {
            number: row.get(0)?,
            at: row.get(1)?,
            ms: row.get::<_, Option<i64>>(2)?.map(|micros| micros as f64 / 1_000.0),
            provider: row.get(3)?,
            kind: row.get(4)?,
            channel: row.get(5)?,
            verdict: row.get(6)?,
            key_position: row.get(7)?,
            reason: row.get(8)?,
            status,
            bytes: row.get(10)?,
            events,
            event_id: row.get(12)?,
            queue: row.get(13)?,
            replay_of: row.get(14)?,
            seen: row.get(15)?,
            preview: row.get(16)?,
            conversation: row.get(17)?,
            subject: row.get(18)?,
            can_resend: message_id.is_some() && events > 0,
            message_id,
            fate: Fate::of_status(status),
        })
    }

    /// Returns the newest deliveries before that number, newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn before(connection: &Connection, number: i64, limit: u32) -> rusqlite::Result<Vec<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM delivery WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
        with_fates(connection, connection.prepare(&sql)?.query_map((number, limit), Self::of)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the oldest deliveries after that number, oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn after(connection: &Connection, number: i64, limit: u32) -> rusqlite::Result<Vec<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM delivery WHERE number > ?1 ORDER BY number LIMIT ?2");
        with_fates(connection, connection.prepare(&sql)?.query_map((number, limit), Self::of)?.collect::<rusqlite::Result<_>>()?)
    }
}

/// Sets the fates of the entries that have messages in the file.
pub(super) fn with_fates(connection: &Connection, mut lines: Vec<ListLine>) -> rusqlite::Result<Vec<ListLine>> {
    let numbers = || lines.iter().map(|line| line.number);
    if let (Some(first), Some(last)) = (numbers().min(), numbers().max()) {
        let fates = fate::of_range(connection, first, last)?;
        for line in &mut lines {
            line.fate = fates.get(&line.number).copied().unwrap_or(line.fate);
        }
    }
    Ok(lines)
}

/// Marks a delivery as seen.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn mark_seen(connection: &Connection, number: i64) -> rusqlite::Result<()> {
    connection.prepare("UPDATE delivery SET seen = 1 WHERE number = ?1")?.execute([number]).map(drop)
}
