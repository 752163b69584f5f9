//! The worker: takes events from SQS and hands each to [`handle::handle`].
//!
//! As it is, that delivers each event to `DELIVERY_URL`, or logs it where there is none. To run your own
//! code instead, change [`handle::handle`] and nothing else.
//!
//! ```text
//! sqs_event  Lambda's event -> records    of SQS, or the invocation fails
//! batch      records -> what failed       order on FIFO, poison alone, the function's time
//! handle     one event -> done or not     yours to replace
//! delivery   one event -> one POST        CloudEvents, signed by Standard Webhooks
//! error      why it failed                its reason is one of a closed list of words
//! ```

pub mod batch;
pub mod delivery;
mod error;
pub mod handle;
mod reason;
pub mod sqs_event;
