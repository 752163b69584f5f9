//! The embedded queue: one SQLite file in place of SQS.
//!
//! Each call is one transaction, written ahead and synced (`synchronous = FULL`) before it is
//! acknowledged: an acknowledged event survives a kill of the process and a power cut. All events of a
//! request are in, or none. Like a standard SQS queue it keeps what it is given twice.

pub(crate) mod file;
mod in_flight;
pub(crate) mod listing;
mod mover;
mod numbering;
mod place;
mod queue;
mod reader;
mod retry_now;

pub(crate) use in_flight::{Failure, InFlight, ReceiptHandle, Settlement, settle};
pub(crate) use mover::{Mover, NumberedMessage, SideQueue};
pub(crate) use numbering::numbering;
pub(crate) use queue::SqliteQueue;
pub(crate) use reader::Reader;
