//! The content of an event: a message with its attachments, a status, a reaction.

use serde::{Deserialize, Serialize};

/// A message, with at least one of a text, an attachment and `replaces`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Message {
    /// The provider's message id.
    pub id: Option<String>,
    /// The text as a person reads it. Multiple parts are joined by newlines. Null if there is none.
    pub text: Option<String>,
    /// Files, locations, contacts and structured messages sent with the text.
    pub attachments: Vec<Attachment>,
    /// The id of the message that this one replies to.
    pub reply_to: Option<String>,
    /// The id of the message that this one edits. `text` is the new text.
    pub replaces: Option<String>,
}

/// The kind of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AttachmentKind {
    /// An image.
    Image,
    /// A video.
    Video,
    /// An audio file.
    Audio,
    /// A voice message.
    Voice,
    /// A file of another type.
    File,
    /// A sticker.
    Sticker,
    /// A location.
    Location,
    /// A contact.
    Contact,
    /// A structured message, such as buttons or cards.
    Template,
    /// Anything else: see `original.body`.
    #[default]
    #[serde(other)]
    Other,
}

impl AttachmentKind {
    /// Returns the kind of attachment for a media type. Any type other than image, video and audio is a file.
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

/// A file, a location, a contact or a structured message, sent with a message.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields, extend("dependentSchemas" = only_locations_have_coordinates())))]
#[serde(default)]
pub struct Attachment {
    /// The kind of the attachment.
    pub kind: AttachmentKind,
    /// The URL of the file, as the provider sent it. Not validated.
    pub url: Option<String>,
    /// The display name. For kind `other`, the provider's word for the kind.
    pub name: Option<String>,
    /// The media type, as the provider sent it.
    pub content_type: Option<String>,
    /// The size in bytes. Null if the provider sends none, or one greater than 2^53 - 1.
    #[cfg_attr(feature = "schema", schemars(range(max = crate::MAX_INTEGER)))]
    pub size: Option<u64>,
    /// The URL of a preview.
    pub thumbnail_url: Option<String>,
    /// The latitude in degrees. Only for kind `location`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "f64", range(min = -90, max = 90)))]
    pub latitude: Option<f64>,
    /// The longitude in degrees. Only for kind `location`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "f64", range(min = -180, max = 180)))]
    pub longitude: Option<f64>,
}

/// Returns the schema rule that only a location has coordinates.
#[cfg(feature = "schema")]
fn only_locations_have_coordinates() -> serde_json::Value {
    let location = serde_json::json!({ "properties": { "kind": { "const": "location" } } });
    serde_json::json!({ "latitude": location, "longitude": location })
}

/// The status of an earlier message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MessageStatus", deny_unknown_fields))]
#[serde(default)]
pub struct Status {
    /// The provider's message id.
    pub message_id: Option<String>,
    /// `sent`, `delivered`, `read`, `failed`, `deleted`, or the provider's own word in lower case.
    pub state: Option<String>,
    /// The reason for a failure, in the provider's words. Null if there is none.
    pub error: Option<String>,
}

/// A reaction to a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Reaction {
    /// The emoji. Null if the provider does not name it, for example when a reaction is removed.
    pub emoji: Option<String>,
    /// The provider's id of the message that somebody reacted to.
    pub message_id: Option<String>,
    /// Whether the reaction was removed.
    pub removed: bool,
}
