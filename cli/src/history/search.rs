//! Finding deliveries by their content: path, headers, body and events.

use rusqlite::Connection;

/// The numbers of the deliveries after that one whose content has the text somewhere; ASCII letters in either case.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn search(connection: &Connection, text: &str, after: i64) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT number FROM delivery WHERE number > ?2 AND (
                   instr(lower(path || ' ' || query || ' ' || headers || ' ' || event_ids || ' ' || coalesce(conversation, '')), ?1) > 0
                   OR instr(lower(CAST(body AS TEXT)), ?1) > 0 OR instr(lower(cloud_events), ?1) > 0)
               ORDER BY number";
    connection.prepare(sql)?.query_map((text.to_ascii_lowercase(), after), |row| row.get(0))?.collect()
}
