//! The event that Chathooks puts into the queue, version 1.
//!
//! A queue message's body is one [`CloudEvent`] as JSON. Deserializing is lenient: a member that is missing, `null`
//! where the type allows it, or unknown to this version never fails, and an unknown word becomes the enum's catch-all.
//! Within version 1 members and words are only added.
//!
//! `docs/schema/event.schema.json` is generated from these types (feature `schema`, for tests alone).

mod cloud_event;
mod content;
mod kind;
mod participant;

pub use cloud_event::{CloudEvent, Data, Encoding, Original, Part};
pub use content::{Attachment, AttachmentKind, Message, Reaction, Status};
pub use kind::Kind;
pub use participant::{Participant, Role};

/// The `dataschema` of every event of version 1.
pub const DATA_SCHEMA: &str = "urn:chathooks:data:1";
