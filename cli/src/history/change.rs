//! What has changed since an earlier look: new deliveries, new states of messages, new attempts.
//!
//! Triggers log each change of a message, so that a change by another process, such as `redrive`, is seen too.

use rusqlite::Connection;

/// Returns the deliveries whose messages changed after the change with that number, each with the number of its change.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn since(connection: &Connection, number: i64) -> rusqlite::Result<Vec<(i64, Option<i64>)>> {
    let sql = "SELECT number, delivery FROM message_change LEFT JOIN delivery_message USING (message)
               WHERE number > ?1 ORDER BY number LIMIT 1000";
    connection.prepare(sql)?.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Returns the number of the oldest delivery that is kept, or of the next one if none is; and the numbers of the last delivery and of
/// the last change.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn bounds(connection: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let sql = "SELECT (SELECT min(number) FROM delivery),
                   coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'delivery'), 0),
                   coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'message_change'), 0)";
    connection.prepare(sql)?.query_row([], |row| {
        let (oldest, newest): (Option<i64>, i64) = (row.get(0)?, row.get(1)?);
        Ok((oldest.unwrap_or(newest + 1), newest, row.get(2)?))
    })
}
