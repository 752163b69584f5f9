//! The events of one conversation.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::value::RawValue;

use super::details::raw;

/// The maximum number of events that are returned.
const MAX_EVENTS: u32 = 1_000;

/// An event, with the number and time of its delivery.
#[derive(Debug, Serialize)]
pub(crate) struct ConversationEvent {
    delivery: i64,
    received_at: i64,
    event: Box<RawValue>,
}

/// Returns the newest events of a conversation, oldest first.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn of(connection: &Connection, subject: &str) -> rusqlite::Result<Vec<ConversationEvent>> {
    let sql = "SELECT delivery, received_at, event FROM conversation_event JOIN delivery ON number = delivery
               WHERE conversation_event.subject = ?1 ORDER BY delivery DESC, place DESC LIMIT ?2";
    let event =
        |row: &rusqlite::Row<'_>| Ok(ConversationEvent { delivery: row.get(0)?, received_at: row.get(1)?, event: raw(row.get(2)?) });
    let mut events: Vec<_> = connection.prepare(sql)?.query_map((subject, MAX_EVENTS), event)?.collect::<rusqlite::Result<_>>()?;
    events.reverse();
    Ok(events)
}
