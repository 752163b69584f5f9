//! What an event is about.

use serde::{Deserialize, Serialize};

/// What an event is about: `data.kind`, and the last part of the event's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// Somebody sent or edited a message.
    Message,
    /// An earlier message was sent, delivered, read or deleted, or failed.
    Status,
    /// Somebody reacted to a message, or removed a reaction.
    Reaction,
    /// Somebody is typing.
    Typing,
    /// The platform reports something else, such as the end of a task.
    Notice,
    /// Something that this release does not recognize: see `original.body`.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Kind {
    /// Returns the kind as written in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Status => "status",
            Self::Reaction => "reaction",
            Self::Typing => "typing",
            Self::Notice => "notice",
            Self::Unknown => "unknown",
        }
    }
}
