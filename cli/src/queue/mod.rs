//! The queues that commands read and write: SQS, and the embedded queue in a file.

pub(crate) mod export;
mod location;
mod message;
mod rate;
mod selection;
pub(crate) mod sqlite;
pub(crate) mod sqs;
mod tally;

pub(crate) use location::{DEFAULT_FILE, LocationArgs, QueueLocation, queue_url};
#[cfg(test)]
pub(crate) use message::tests::stored_message;
pub(crate) use message::{StoredMessage, Summary};
pub(crate) use rate::{Pace, Rate};
pub(crate) use selection::Selection;
pub(crate) use tally::Tally;
