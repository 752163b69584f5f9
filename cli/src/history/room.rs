//! The limits of the history, and the deletion of what exceeds them.

use rusqlite::Connection;

/// The maximum number of deliveries.
pub(crate) const MAX_DELIVERIES: i64 = 20_000;

/// The maximum number of bytes of all deliveries: bodies, headers and events.
pub(super) const MAX_BYTES: i64 = 256 * 1024 * 1024;

/// The maximum number of attempts: five for each delivery.
const MAX_ATTEMPTS: i64 = 5 * MAX_DELIVERIES;

/// The maximum number of the receiver's responses, each up to 12 kB.
const MAX_ANSWERS: i64 = 5_000;

/// Deletes the oldest entries beyond the limits. `kept` is the number of bytes of all deliveries. Returns the number that remains.
///
/// # Errors
/// The file cannot be written.
pub(super) fn make(connection: &Connection, mut kept: i64) -> rusqlite::Result<i64> {
    connection.execute("DELETE FROM attempt WHERE number <= (SELECT max(number) FROM attempt) - ?1", [MAX_ATTEMPTS])?;
    connection.execute("DELETE FROM attempt_answer WHERE attempt <= (SELECT max(number) FROM attempt) - ?1", [MAX_ANSWERS])?;
    kept -= deleted(connection, "number <= (SELECT max(number) FROM delivery) - ?1", MAX_DELIVERIES)?;
    while kept > MAX_BYTES {
        let freed = deleted(connection, "number IN (SELECT number FROM delivery ORDER BY number LIMIT ?1)", 100)?;
        // Nothing is left, because the user has cleared the history.
        kept = if freed == 0 { 0 } else { kept - freed };
    }
    Ok(kept)
}

/// Deletes deliveries. Returns the number of their bytes.
fn deleted(connection: &Connection, which: &str, limit: i64) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare(&format!("DELETE FROM delivery WHERE {which} RETURNING size, number"))?;
    let deleted = statement.query_map([limit], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let deleted: Vec<(i64, i64)> = deleted.collect::<rusqlite::Result<_>>()?;
    // The deleted deliveries are the oldest.
    if let Some(last) = deleted.iter().map(|(_, number)| number).max() {
        connection.prepare("DELETE FROM delivery_message WHERE delivery <= ?1")?.execute([last])?;
        connection.prepare("DELETE FROM conversation_event WHERE delivery <= ?1")?.execute([last])?;
    }
    Ok(deleted.iter().map(|(size, _)| size).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::pen::Pen;
    use crate::history::schema;
    use crate::history::writer::tests::record;
    use crate::history::writer::{Entry, Writer};
    use crate::queue::sqlite::file::{self, Kind};
    use std::sync::Arc;
    use tokio::sync::{oneshot, watch};

    /// A writer to a history with three deliveries.
    fn writer() -> (tempfile::TempDir, Writer) {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = file::open(&folder.path().join("queue.sqlite3")).expect("a file");
        schema::prepare(&connection, Kind::Queue).expect("tables");
        let mut writer =
            Writer { pen: Pen::new(connection), backlog: Arc::default(), changes: watch::Sender::new(0), kept: 0, place: None };
        for _ in 0..3 {
            write(&mut writer);
        }
        (folder, writer)
    }

    fn write(writer: &mut Writer) {
        writer.write(&[Entry::Delivery(Box::new(record()), oneshot::channel().0)]).expect("a file");
    }

    fn bounds(writer: &Writer) -> (i64, i64) {
        let (oldest, newest, _) = crate::history::bounds(&writer.pen.connection()).expect("a file");
        (oldest, newest)
    }

    #[test]
    fn the_oldest_deliveries_beyond_the_number_are_deleted() {
        let (_folder, mut writer) = writer();
        assert_eq!(bounds(&writer), (1, 3));
        let last = format!("UPDATE sqlite_sequence SET seq = {} WHERE name = 'delivery'", MAX_DELIVERIES + 1);
        writer.pen.connection().execute_batch(&last).expect("a file");
        write(&mut writer);
        assert_eq!(bounds(&writer), (3, MAX_DELIVERIES + 2));
    }

    #[test]
    fn the_oldest_deliveries_beyond_the_size_are_deleted() {
        let (_folder, mut writer) = writer();
        writer.kept = MAX_BYTES;
        write(&mut writer);
        assert_eq!(bounds(&writer), (5, 4), "up to 100 are deleted at a time, and here there are only 3");
        write(&mut writer);
        assert_eq!(bounds(&writer), (5, 5));
    }
}
