//! The thread that writes to the history.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rusqlite::{ErrorCode, Transaction};
use tokio::sync::{oneshot, watch};

use super::attempt::Attempt;
use super::backlog::{Backlog, OVERHEAD};
use super::copy::{self, SqsMessage};
use super::pen::Pen;
use super::record::Record;
use super::room;
use crate::queue::sqlite::place::Place;
use crate::queue::sqlite::{ReceiptHandle, Settlement};
use crate::terminal::output;

/// The number of entries of one transaction, for which the queue waits.
const BATCH: usize = 200;

/// How often a transaction is tried, for a second each, while another process holds the file.
const TRIES: usize = 30;

/// What the thread writes.
pub(super) enum Entry {
    /// A request. Its number is sent once it is written.
    Delivery(Box<Record>, oneshot::Sender<i64>),
    /// A message from an SQS queue. The receipt of its copy is sent once it is written.
    Received(SqsMessage, oneshot::Sender<ReceiptHandle>),
    /// The beginning of an attempt to deliver that message, which ends before that time.
    Began(ReceiptHandle, i64),
    /// An attempt, and what becomes of the copy of its message, if it is a message from an SQS queue.
    Attempt(Attempt, Option<(ReceiptHandle, Settlement)>),
}

impl Entry {
    /// Returns at least the number of bytes that it uses until it is written.
    pub(super) fn size(&self) -> usize {
        OVERHEAD
            + match self {
                Self::Delivery(record, _) => record.size(),
                Self::Received(message, _) => message.size(),
                Self::Began(..) => 0,
                Self::Attempt(attempt, _) => attempt.size(),
            }
    }
}

/// The thread that writes.
pub(super) struct Writer {
    pub(super) pen: Pen,
    pub(super) backlog: Arc<Backlog>,
    pub(super) changes: watch::Sender<u64>,
    /// At least the number of bytes of deliveries in the file.
    pub(super) kept: i64,
    /// Where the file of a history is. A queue watches its own file.
    pub(super) place: Option<Place>,
}

/// What the sender of an entry waits for.
enum Told {
    Number(i64),
    Receipt(ReceiptHandle),
    Nothing,
}

impl Writer {
    /// Writes until no sender of entries is left.
    pub(super) fn run(mut self, waiting: &Receiver<Entry>) {
        while let Ok(first) = waiting.recv() {
            let entries: Vec<Entry> = std::iter::once(first).chain(waiting.try_iter().take(BATCH - 1)).collect();
            let mut outcome = self.write(&entries);
            for _ in 1..TRIES {
                match &outcome {
                    Err(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => {
                        outcome = self.write(&entries);
                    }
                    _ => break,
                }
            }
            self.backlog.release(entries.iter().map(Entry::size).sum());
            match outcome {
                Ok(told) => entries.into_iter().zip(told).for_each(tell),
                Err(error) => {
                    if self.backlog.leave_out(entries.len().try_into().unwrap_or(u64::MAX)) {
                        let error = anyhow::Error::from(error);
                        output::error(&error.context("the inspector cannot store everything, and shows how many entries it left out"));
                    }
                }
            }
            if let Some(place) = &self.place {
                // Prints an error the first time.
                place.is_kept();
            }
            self.changes.send_modify(|count| *count += 1);
        }
    }

    /// Writes all entries in one transaction, and deletes the oldest ones beyond the limits.
    fn write(&mut self, entries: &[Entry]) -> rusqlite::Result<Vec<Told>> {
        let kept = self.kept;
        let (kept, told) = self.pen.write(|transaction| write(transaction, entries, kept))?;
        self.kept = kept;
        Ok(told)
    }
}

/// Tells the sender of an entry, which often does not wait.
fn tell((entry, told): (Entry, Told)) {
    match (entry, told) {
        (Entry::Delivery(_, sender), Told::Number(number)) => drop(sender.send(number)),
        (Entry::Received(_, sender), Told::Receipt(receipt)) => drop(sender.send(receipt)),
        _ => {}
    }
}

fn write(transaction: &Transaction<'_>, entries: &[Entry], mut kept: i64) -> rusqlite::Result<(i64, Vec<Told>)> {
    let mut told = Vec::with_capacity(entries.len());
    for entry in entries {
        told.push(match entry {
            Entry::Delivery(record, _) => {
                let (number, size) = record.insert(transaction)?;
                kept += size;
                Told::Number(number)
            }
            Entry::Received(message, _) => {
                let (receipt, size) = message.insert(transaction)?;
                kept += size;
                Told::Receipt(receipt)
            }
            Entry::Began(receipt, end) => copy::begin(transaction, *receipt, *end).map(|()| Told::Nothing)?,
            Entry::Attempt(attempt, settled) => {
                if let Some((receipt, settlement)) = settled {
                    copy::settle(transaction, *receipt, settlement)?;
                }
                attempt.insert(transaction).map(|()| Told::Nothing)?
            }
        });
    }
    Ok((room::make(transaction, kept)?, told))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::history::room::{MAX_BYTES, MAX_DELIVERIES};
    use crate::history::schema;
    use crate::queue::sqlite::file::{self, Kind};
    use shared::ingest::{Delivery, Details};
    use shared::problem::Rejection;
    use shared::received::Received;
    use std::time::Duration;

    pub(in super::super) fn record() -> Record {
        let rejection = Rejection::NotFound;
        Record {
            request: Received { method: "POST".to_owned(), path: "/".to_owned(), ..Received::default() },
            bytes: 0,
            received_at: 0,
            took: Duration::ZERO,
            sender: None,
            delivery: Delivery { answer: rejection.answer("id"), rejection: Some(rejection), details: Details::default() },
            events: Vec::new(),
            messages: Vec::new(),
            replay_of: None,
        }
    }

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
    fn the_oldest_make_room_by_their_number() {
        let (_folder, mut writer) = writer();
        assert_eq!(bounds(&writer), (1, 3));
        let last = format!("UPDATE sqlite_sequence SET seq = {} WHERE name = 'delivery'", MAX_DELIVERIES + 1);
        writer.pen.connection().execute_batch(&last).expect("a file");
        write(&mut writer);
        assert_eq!(bounds(&writer), (3, MAX_DELIVERIES + 2));
    }

    #[test]
    fn the_oldest_make_room_by_their_bytes() {
        let (_folder, mut writer) = writer();
        writer.kept = MAX_BYTES;
        write(&mut writer);
        assert_eq!(bounds(&writer), (5, 4), "up to 100 are deleted at a time, and here there are only 3");
        write(&mut writer);
        assert_eq!(bounds(&writer), (5, 5));
    }
}
