//! What has changed since an earlier read: new deliveries, new states of messages, new attempts.
//!
//! Triggers log each change of a message, so that a change by another process, such as `redrive`, is seen too.

use rusqlite::Connection;

/// Returns the changes after that number, each as the number of the change and the delivery whose message changed, if it is kept.
/// Returns at most 1,000.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn since(connection: &Connection, number: i64) -> rusqlite::Result<Vec<(i64, Option<i64>)>> {
    let sql = "SELECT number, delivery FROM message_change LEFT JOIN delivery_message USING (message)
               WHERE number > ?1 ORDER BY number LIMIT 1000";
    connection.prepare(sql)?.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Returns three numbers: of the oldest delivery that is kept, of the last delivery, and of the last change. If no delivery is kept,
/// the first is the number of the next one.
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
