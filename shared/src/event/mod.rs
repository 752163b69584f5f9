//! The model: what a provider says, normalised, and the CloudEvent that goes into the queue.
//!
//! `docs/schema/event.schema.json` is generated from these types (feature `schema`, for tests alone).

mod cloud_event;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

pub use cloud_event::{CloudEvent, Data, Encoding, Original, Part};

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody wrote something.
    Message,
    /// A message was sent, delivered, read, or failed.
    Status,
    /// Somebody reacted to a message, or took the reaction back.
    Reaction,
    /// Somebody is typing.
    Typing,
    /// The platform says something: the end of a task, an event.
    Notice,
    /// A shape that this version does not know. The original body has it all.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Kind {
    /// The kind as it stands in an event's `kind` and at the end of its `type`.
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

/// What a participant is in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A person of the business.
    Agent,
    /// A person who writes to the business.
    Customer,
    /// A program that writes for the business.
    Bot,
    /// The business itself.
    Business,
    /// The provider does not say.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Who wrote, or who was written to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Participant {
    /// The provider's id, or the integration's own where it gave one.
    pub id: Option<String>,
    /// What the participant is.
    pub role: Role,
    /// A name to show.
    pub name: Option<String>,
    /// A phone number.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
}

impl Participant {
    /// A participant of whom only the id and the role are known; none without an id.
    #[must_use]
    pub fn with_id(id: Option<String>, role: Role) -> Option<Self> {
        Self { id, role, ..Self::default() }.known()
    }

    /// This participant, if anything beside the role is known.
    #[must_use]
    pub fn known(self) -> Option<Self> {
        let known = self.id.is_some() || self.name.is_some() || self.phone.is_some() || self.email.is_some();
        known.then_some(self)
    }
}

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Message {
    /// The provider's own id of the message.
    pub id: Option<String>,
    /// What a person would read; parts are joined by a newline.
    pub text: Option<String>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// The id of the message that this one answers.
    pub reply_to: Option<String>,
}

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// A moving picture.
    Video,
    /// Sound.
    Audio,
    /// A recorded voice message.
    Voice,
    /// Any file.
    File,
    /// A sticker.
    Sticker,
    /// A place.
    Location,
    /// A person's card.
    Contact,
    /// A structured message: buttons, cards.
    Template,
    /// Something else: the original body tells.
    #[default]
    #[serde(other)]
    Other,
}

impl AttachmentKind {
    /// The kind that a media type stands for.
    #[must_use]
    pub fn of_media_type(media_type: &str) -> Self {
        match media_type.split('/').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "image" => Self::Image,
            "video" => Self::Video,
            "audio" => Self::Audio,
            _ => Self::File,
        }
    }
}

/// Something that came with a message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, extend("dependentSchemas" = places_alone())))]
#[serde(default)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// Where it can be fetched, as the provider says; not checked.
    pub url: Option<String>,
    /// A name to show.
    pub name: Option<String>,
    /// The media type, as the provider says.
    pub content_type: Option<String>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// Where a preview can be fetched.
    pub thumbnail_url: Option<String>,
    /// Degrees north; of a location alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    pub latitude: Option<f64>,
    /// Degrees east; of a location alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    pub longitude: Option<f64>,
}

/// The schema's rule that only a location has a place.
#[cfg(feature = "schema")]
fn places_alone() -> serde_json::Value {
    let location = serde_json::json!({ "properties": { "kind": { "const": "location" } } });
    serde_json::json!({ "latitude": location, "longitude": location })
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Status {
    /// The message.
    pub message_id: Option<String>,
    /// In lower case: sent, delivered, read, failed, deleted, or the provider's own word.
    pub state: Option<String>,
    /// Why it failed, in the provider's words.
    pub error: Option<String>,
}

/// A reaction to a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Reaction {
    /// The emoji; null where one was removed.
    pub emoji: Option<String>,
    /// The message reacted to.
    pub message_id: Option<String>,
    /// Whether the reaction was taken back.
    pub removed: bool,
}

/// What makes an event that one and no other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Identity {
    /// The provider's own id.
    Given(String),
    /// The body has a timestamp in milliseconds: equal bodies are one event.
    Body,
    /// Nothing: two equal bodies may be two events.
    #[default]
    Fresh,
}

/// One event as a provider's own code reads it from a body.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// What it is about.
    pub kind: Kind,
    /// What makes it that one.
    pub identity: Identity,
    /// The provider's time.
    pub time: Option<Timestamp>,
    /// The conversation's id.
    pub conversation: Option<String>,
    /// Who wrote.
    pub sender: Option<Participant>,
    /// Who was written to.
    pub recipient: Option<Participant>,
    /// For [`Kind::Message`].
    pub message: Option<Message>,
    /// For [`Kind::Status`].
    pub status: Option<Status>,
    /// For [`Kind::Reaction`].
    pub reaction: Option<Reaction>,
    /// What a consumer should know.
    pub warnings: Vec<String>,
    /// Where in the body the element stands that is this event, where a body has several.
    pub element: Option<Range<usize>>,
}
