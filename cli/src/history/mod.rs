//! The history that the inspector shows: each delivery, and each attempt to deliver its events. It is in tables of the queue file, or
//! in a file of its own.
//!
//! A thread writes many entries per transaction, so that no response waits for it. If entries arrive faster than they can be
//! written, some are left out and counted. Beyond a number or a total size, the oldest deliveries are deleted.

mod attempt;
mod backlog;
mod body;
mod change;
mod conversation;
mod copy;
mod details;
mod fate;
mod list_line;
mod pen;
mod record;
mod room;
mod row;
mod schema;
mod search;
mod store;
mod summary;
mod writer;

pub(crate) use attempt::Attempt;
pub(crate) use change::{bounds, since as changes_since};
pub(crate) use conversation::{ConversationEvent, of as conversation};
pub(crate) use copy::{INTERRUPTED, SqsMessage};
pub(crate) use details::{Details, Recorded, events_of};
pub(crate) use fate::{State, messages_of, of_deliveries as fates};
pub(crate) use list_line::{ListLine, mark_seen};
pub(crate) use record::Record;
pub(crate) use room::MAX_DELIVERIES;
pub(crate) use search::search;
pub(crate) use store::Store;
