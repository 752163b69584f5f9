//! What an event says: a message with its attachments, a status, a reaction.

use serde::{Deserialize, Serialize};

/// A message. It has a text, an attachment or a `replaces`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Message {
    /// The provider's id of the message.
    pub id: Option<String>,
    /// What a person would read; several parts are joined by a newline. Null where there is none.
    pub text: Option<String>,
    /// What came with the text.
    pub attachments: Vec<Attachment>,
    /// The id of the message that this one answers.
    pub reply_to: Option<String>,
    /// The id of the message that this one edits: `text` replaces that message's.
    pub replaces: Option<String>,
}

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
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
    /// Something else: see the original body.
    #[default]
    #[serde(other)]
    Other,
}

impl AttachmentKind {
    /// Returns the kind that a media type stands for.
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

/// A file, a place, a contact or a structured message that came with a message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, extend("dependentSchemas" = places_alone())))]
#[serde(default)]
pub struct Attachment {
    /// What the attachment is.
    pub kind: AttachmentKind,
    /// Where it can be fetched, as the provider says. Not checked.
    pub url: Option<String>,
    /// A name to show; for kind `other` the provider's word for it.
    pub name: Option<String>,
    /// The media type, as the provider says.
    pub content_type: Option<String>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// Where a preview can be fetched.
    pub thumbnail_url: Option<String>,
    /// Degrees north, for a location only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    pub latitude: Option<f64>,
    /// Degrees east, for a location only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "f64"))]
    pub longitude: Option<f64>,
}

/// Returns the schema's rule that only a location has coordinates.
#[cfg(feature = "schema")]
fn places_alone() -> serde_json::Value {
    let location = serde_json::json!({ "properties": { "kind": { "const": "location" } } });
    serde_json::json!({ "latitude": location, "longitude": location })
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MessageStatus", deny_unknown_fields))]
#[serde(default)]
pub struct Status {
    /// The provider's id of the message.
    pub message_id: Option<String>,
    /// `sent`, `delivered`, `read`, `failed`, `deleted`, or the provider's own word in lower case.
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
    /// The provider's id of the message reacted to.
    pub message_id: Option<String>,
    /// Whether the reaction was taken back.
    pub removed: bool,
}
