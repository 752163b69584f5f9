//! What the inspector remembers: each delivery and each attempt of the worker, in tables of their own in
//! the queue's file.
//!
//! A thread writes them, many in a transaction, so that no answer waits for it. What it is given faster than it can write is left
//! out and counted, and so are the oldest deliveries beyond a number or a size.

mod attempt;
mod backlog;
mod body;
mod conversation;
mod details;
mod fate;
mod list_line;
mod record;
mod schema;
mod search;
mod store;
mod summary;
mod writer;

pub(crate) use attempt::{Attempt, since as attempts_since};
pub(crate) use conversation::{ConversationEvent, of as conversation};
pub(crate) use details::{Details, Recorded};
pub(crate) use fate::{messages_of, of_deliveries as fates};
pub(crate) use list_line::{ListLine, mark_seen};
pub(crate) use record::Record;
pub(crate) use search::search;
pub(crate) use store::{Store, bounds};
pub(crate) use writer::MAX_DELIVERIES;
