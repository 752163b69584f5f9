//! The local gateway: the functions' pipeline in front of a local queue, what the terminal shows of it, and its HTTP side.

mod arrows;
mod fault;
mod http;
mod local_queue;
mod pipeline;

pub(crate) use fault::Fault;
pub(crate) use http::receive;
pub(crate) use local_queue::{Backend, LocalQueue};
pub(crate) use pipeline::Gateway;
