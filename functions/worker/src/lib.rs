//! The worker: takes events from SQS and hands each to [`handle::handle`].
//!
//! As it is, that delivers each event to `DELIVERY_URL`, or logs it where there is none. To run your own
//! code instead, change [`handle::handle`] and nothing else.
//!
//! ```text
//! worker        settings -> the parts below, made once
//! sqs_event     Lambda's event -> records    of SQS, or the invocation fails
//! batch         records -> what failed       order on FIFO, poison alone
//!   times       the function's own time, and what has to fit into it
//!   attempt     one record -> what became of it
//! handle        one event -> done or not     yours to replace
//!   delivery    one event -> one POST        CloudEvents, signed by Standard Webhooks
//!   error       why it failed                its reason is one of a closed list of words
//! dead_letters  what no delivery can help    goes to the dead-letter queue at once
//! visibility    what failed                  is hidden until it is tried again
//! line          one record -> one log line   with its metrics
//! ```

mod attempt;
pub mod batch;
pub mod dead_letters;
pub mod delivery;
mod error;
pub mod handle;
mod line;
mod reason;
pub mod sqs_event;
mod times;
pub mod visibility;
pub mod worker;
