//! The worker: receives events from SQS and passes each to [`handle::handle`].
//!
//! By default, it posts each event to `DELIVERY_URL`, or only logs it if that is not set. To run your own code instead,
//! change [`handle::handle`].
//!
//! ```text
//! worker        settings -> the parts below, created once
//! sqs_event     Lambda's event -> records    the invocation fails if it is not from SQS
//! batch         records -> failures          in order on FIFO
//!   times       how the time until the function's deadline is divided
//!   attempt     one record -> its outcome
//!     event     one body -> one event
//! handle        one event -> done or not     put your own code here
//!   delivery    one event -> one POST        CloudEvents, signed according to Standard Webhooks
//!   error       why it failed                with a reason from a closed list
//! dead_letters  records that no retry can help
//! visibility    failed records               hidden until they are retried
//! line          one record -> one log line   with its metrics
//! ```

mod attempt;
pub mod batch;
pub mod dead_letters;
pub mod delivery;
mod error;
mod event;
pub mod handle;
mod line;
mod reason;
pub mod sqs_event;
mod times;
pub mod visibility;
pub mod worker;
