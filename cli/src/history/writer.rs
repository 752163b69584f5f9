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

/// The maximum number of entries per transaction. The queue waits for the transaction.
const BATCH: usize = 200;

/// The maximum number of attempts to write a transaction, of a second each, while another process locks the file.
const ATTEMPTS: usize = 30;

/// What the thread writes.
pub(super) enum Entry {
    /// A delivery. Its number is sent once it is written.
    Delivery(Box<Record>, oneshot::Sender<i64>),
    /// A message from an SQS queue. The receipt handle of its copy is sent once it is written.
    Received(SqsMessage, oneshot::Sender<ReceiptHandle>),
    /// The beginning of an attempt to deliver that message, and the latest time of its end.
    Began(ReceiptHandle, i64),
    /// An attempt. If the message is from an SQS queue, also the receipt handle of its copy, and how to settle that.
    Attempt(Attempt, Option<(ReceiptHandle, Settlement)>),
}

impl Entry {
    /// Returns the least number of bytes that the entry uses in memory until it is written.
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

/// The state of the thread.
pub(super) struct Writer {
    pub(super) pen: Pen,
    pub(super) backlog: Arc<Backlog>,
    pub(super) changes: watch::Sender<u64>,
    /// The number of bytes of the deliveries in the file, or more.
    pub(super) kept: i64,
    /// Where the file of a history is. A queue watches its own file.
    pub(super) place: Option<Place>,
}

/// What the sender of an entry waits for.
pub(super) enum Reply {
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
            for _ in 1..ATTEMPTS {
                match &outcome {
                    Err(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => {
                        outcome = self.write(&entries);
                    }
                    _ => break,
                }
            }
            self.backlog.release(entries.iter().map(Entry::size).sum());
            match outcome {
                Ok(replies) => entries.into_iter().zip(replies).for_each(reply),
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
    pub(super) fn write(&mut self, entries: &[Entry]) -> rusqlite::Result<Vec<Reply>> {
        let kept = self.kept;
        let (kept, replies) = self.pen.write(|transaction| write(transaction, entries, kept))?;
        self.kept = kept;
        Ok(replies)
    }
}

/// Sends the reply to the sender of an entry, which often does not wait for it.
fn reply((entry, reply): (Entry, Reply)) {
    match (entry, reply) {
        (Entry::Delivery(_, sender), Reply::Number(number)) => drop(sender.send(number)),
        (Entry::Received(_, sender), Reply::Receipt(receipt)) => drop(sender.send(receipt)),
        _ => {}
    }
}

fn write(transaction: &Transaction<'_>, entries: &[Entry], mut kept: i64) -> rusqlite::Result<(i64, Vec<Reply>)> {
    let mut replies = Vec::with_capacity(entries.len());
    for entry in entries {
        replies.push(match entry {
            Entry::Delivery(record, _) => {
                let (number, size) = record.insert(transaction)?;
                kept += size;
                Reply::Number(number)
            }
            Entry::Received(message, _) => {
                let (receipt, size) = message.insert(transaction)?;
                kept += size;
                Reply::Receipt(receipt)
            }
            Entry::Began(receipt, end) => copy::begin(transaction, *receipt, *end).map(|()| Reply::Nothing)?,
            Entry::Attempt(attempt, settled) => {
                if let Some((receipt, settlement)) = settled {
                    copy::settle(transaction, *receipt, settlement)?;
                }
                attempt.insert(transaction).map(|()| Reply::Nothing)?
            }
        });
    }
    Ok((room::make(transaction, kept)?, replies))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
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
}
