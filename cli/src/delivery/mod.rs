//! The worker on the embedded queue, and what the terminal shows of it.

mod outcome;
mod private;
mod retry;
mod worker;

pub(crate) use private::Private;
pub(crate) use worker::{GRACE, Timing, Worker};
