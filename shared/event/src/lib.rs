//! Version 1 of the event that Chathooks puts into the queue.
//!
//! The body of each queue message is one [`CloudEvent`] as JSON. Within version 1, members and values are only added, and
//! these types can deserialize what a later release adds. An unknown member is ignored. A missing member of `data` gets its
//! default. An unknown enum value becomes [`Kind::Unknown`], [`Role::Unknown`], [`AttachmentKind::Other`] or
//! [`Encoding::Unknown`]; the name of a new kind is still the last part of [`event_type`](CloudEvent::event_type). Serializing
//! a deserialized event therefore loses what is new: to forward an event, send the body of the queue message unchanged.
//!
//! JSON that is not an event of version 1 is an error: `specversion` must be `1.0`, `id` a non-empty string, `data` an object,
//! and `dataschema`, if present, [`DATA_SCHEMA`]. The error text may quote the event, so do not log it.
//!
//! The schemas in `docs/schema` are generated from these types with the feature `schema`, which only tests enable.

mod cloud_event;
mod content;
mod kind;
mod participant;
mod required;

pub use cloud_event::{CloudEvent, Data, Encoding, Original, Part};
pub use content::{Attachment, AttachmentKind, Message, Reaction, Status};
pub use kind::Kind;
pub use participant::{Participant, Role};

/// The largest integer in an event, 2^53 - 1. Every JSON parser represents all integers up to it exactly.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// The `dataschema` of every event of version 1.
pub const DATA_SCHEMA: &str = "urn:chathooks:data:1";
