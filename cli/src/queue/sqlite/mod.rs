//! The embedded queue: one SQLite file instead of SQS.
//!
//! Each call is one transaction, which is synced to the write-ahead log (`synchronous = FULL`) before it is acknowledged. An
//! acknowledged event survives a kill of the process and a power failure. Either all events of a request are stored, or none.
//! Like a standard SQS queue, it does not drop duplicates.

pub(crate) mod file;
mod in_flight;
pub(crate) mod listing;
mod mover;
mod numbering;
pub(crate) mod place;
mod queue;
mod reader;
mod retry_now;

pub(crate) use in_flight::{Failure, InFlight, ReceiptHandle, Settlement, settle};
pub(crate) use mover::{Mover, NumberedMessage, SideQueue};
pub(crate) use numbering::numbering;
pub(crate) use queue::SqliteQueue;
pub(crate) use reader::Reader;
