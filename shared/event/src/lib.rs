//! The event that Chathooks puts into the queue, version 1.
//!
//! A queue message's body is one [`CloudEvent`] as JSON. Within version 1 members and words are only added, and these types
//! read what a later version adds: a member that they do not have is passed over, one that is missing has its default, and a
//! word that they do not know becomes the enum's last variant: [`Kind::Unknown`], [`Role::Unknown`],
//! [`AttachmentKind::Other`], [`Encoding::Unknown`]. A new kind's own word is the last part of
//! [`event_type`](CloudEvent::event_type). Serializing an event that was read therefore loses what is new: what is passed on
//! is the queue message's own body.
//!
//! The schemas in `docs/schema` are generated from these types (feature `schema`, for tests alone).

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
