//! The worker on the embedded queue, and its output on the terminal.

mod outcome;
mod private;
mod retry;
mod worker;

pub(crate) use private::Private;
pub(crate) use worker::{GRACE, Timing, Worker};
