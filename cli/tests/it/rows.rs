//! The contents of a queue file.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) queue: String,
    pub(crate) event_id: String,
    pub(crate) reason: Option<String>,
    pub(crate) body: String,
    pub(crate) event: Value,
}

/// Returns all messages, in the order in which they were acknowledged.
pub(crate) fn rows(file: &Path) -> Vec<Row> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).expect("the queue file");
    let mut statement = connection.prepare("SELECT queue, event_id, reason, body FROM message ORDER BY number").expect("its table");
    let row = |row: &rusqlite::Row<'_>| {
        let body: String = row.get(3)?;
        let event = serde_json::from_str(&body).expect("a CloudEvent");
        Ok(Row { queue: row.get(0)?, event_id: row.get(1)?, reason: row.get(2)?, body, event })
    };
    statement.query_map([], row).and_then(Iterator::collect).expect("its rows")
}
