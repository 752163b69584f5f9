//! A search for deliveries by their content: path, headers, body and events.

use rusqlite::Connection;

/// Returns the numbers of the deliveries after `after` whose content contains the text. The case of ASCII letters is ignored.
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
