//! Deliveries to the receiver: the worker on the embedded queue, and its lines in the terminal.

mod handler;
mod outcome;
mod private;
mod retry;
mod worker;

pub(crate) use handler::Handler;
pub(crate) use outcome::Outcome;
pub(crate) use private::Private;
pub(crate) use worker::{GRACE, Timing, Worker};
