//! A delivery with its content.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use shared::received::Received;

use super::attempt::{self, AttemptLine};
use super::body::Body;
use super::fate;
use super::list_line::{COLUMNS, ListLine, with_fates};
use crate::queue::sqlite::listing::{self, MessageState};

/// A recorded request.
pub(crate) struct Recorded {
    /// The request. Its body is empty if it was not kept.
    pub(crate) request: Received,
    /// When it was received, in milliseconds since 1970.
    pub(crate) received_at: i64,
    /// Whether the whole body was kept.
    pub(crate) is_whole: bool,
}

/// A delivery as the inspector shows it, without the verdict.
#[derive(Serialize)]
pub(crate) struct Details {
    #[serde(flatten)]
    summary: ListLine,
    method: String,
    path: String,
    /// Names and values.
    pub(crate) headers: Vec<(String, String)>,
    body: Body,
    event_ids: Box<RawValue>,
    answer: Box<RawValue>,
    cloud_events: Option<Box<RawValue>>,
    /// The attempts to deliver its events.
    pub(crate) attempts: Vec<AttemptLine>,
    #[serde(rename = "places")]
    states: Vec<MessageState>,
}

impl Recorded {
    /// Reads the delivery with that number.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(connection: &Connection, number: i64) -> rusqlite::Result<Option<Self>> {
        let sql = "SELECT received_at, method, path, query, headers, body FROM delivery WHERE number = ?1";
        let recorded = |row: &rusqlite::Row<'_>| {
            let body: Option<Vec<u8>> = row.get(5)?;
            let is_whole = body.is_some();
            let headers = pairs(&row.get::<_, String>(4)?);
            let request = Received {
                method: row.get(1)?,
                path: row.get(2)?,
                query: row.get(3)?,
                headers,
                body: body.unwrap_or_default(),
                ..Received::default()
            };
            Ok(Self { request, received_at: row.get(0)?, is_whole })
        };
        connection.prepare(sql)?.query_row([number], recorded).optional()
    }
}

impl Details {
    /// Reads the delivery with that number.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(connection: &Connection, number: i64) -> rusqlite::Result<Option<Self>> {
        let sql = format!("SELECT {COLUMNS}, method, path, headers, body, event_ids, answer, cloud_events FROM delivery WHERE number = ?1");
        let details = |row: &rusqlite::Row<'_>| {
            let cloud_events: Option<String> = row.get("cloud_events")?;
            let summary = with_fates(connection, vec![ListLine::of(row)?])?.pop().ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            Ok(Self {
                summary,
                method: row.get("method")?,
                path: row.get("path")?,
                headers: pairs(&row.get::<_, String>("headers")?),
                body: Body::of(row.get("body")?),
                attempts: attempt::of(connection, number)?,
                states: listing::message_states(connection, &json!(fate::messages_of(connection, number)?).to_string())?,
                event_ids: raw(row.get("event_ids")?),
                answer: raw(row.get("answer")?),
                cloud_events: cloud_events.map(raw),
            })
        };
        connection.prepare(&sql)?.query_row([number], details).optional()
    }
}

/// Returns the events of a delivery. The list is empty if they were not kept.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn events_of(connection: &Connection, delivery: i64) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT cloud_events FROM delivery WHERE number = ?1";
    let events: Option<Option<String>> = connection.prepare(sql)?.query_row([delivery], |row| row.get(0)).optional()?;
    Ok(events.flatten().and_then(|events| serde_json::from_str(&events).ok()).unwrap_or_default())
}

/// Parses names and values that this program wrote.
pub(super) fn pairs(json: &str) -> Vec<(String, String)> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Wraps JSON that this program wrote.
pub(super) fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
