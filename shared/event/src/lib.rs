//! The event that Chathooks puts into the queue, version 1.
//!
//! A queue message's body is one [`CloudEvent`] as JSON. Within version 1, members and values are only added, and these types
//! can deserialize what a later release adds. An unknown member is ignored. A missing member of `data` has its default. An
//! unknown value of an enum becomes [`Kind::Unknown`], [`Role::Unknown`], [`AttachmentKind::Other`] or [`Encoding::Unknown`];
//! a new kind's own name is the last part of [`event_type`](CloudEvent::event_type). Serializing an event again therefore
//! loses what is new: to forward an event, send the queue message's own body.
//!
//! What is not an event of version 1 is an error: `specversion` must be `1.0`, `id` a string that is not empty, `data` an
//! object, and `dataschema`, if there is one, [`DATA_SCHEMA`]. The text of the error may quote the event: do not log it.
//!
//! The schemas in `docs/schema` are generated from these types (feature `schema`, for tests alone).

mod cloud_event;
mod content;
mod kind;
mod participant;
mod required;

pub use cloud_event::{CloudEvent, Data, Encoding, Original, Part};
pub use content::{Attachment, AttachmentKind, Message, Reaction, Status};
pub use kind::Kind;
pub use participant::{Participant, Role};

/// The greatest integer of an event, 2^53 - 1: the greatest up to which every reader of JSON has all of them exactly.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// The `dataschema` of every event of version 1.
pub const DATA_SCHEMA: &str = "urn:chathooks:data:1";
