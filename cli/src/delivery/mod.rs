//! The worker on the embedded queue, and what the terminal shows of it.

mod outcome;
mod retry;
mod worker;

pub(crate) use worker::{GRACE, Timing, Worker};
