//! The local gateway: the functions' pipeline behind an HTTP server, with its queue and its lines in the terminal.

mod arrows;
mod fault;
mod http;
mod local_queue;
mod pipeline;

pub(crate) use fault::Fault;
pub(crate) use http::receive;
pub(crate) use local_queue::{Backend, LocalQueue};
pub(crate) use pipeline::Gateway;
