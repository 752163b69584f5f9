//! The CloudEvent that goes into the queue: an event, whom it is from, and what the provider sent.

use serde::{Deserialize, Serialize};

use super::{Kind, Message, Participant, Reaction, Status};

/// One message of the queue: a CloudEvents 1.0 object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CloudEvent {
    /// `1.0`.
    pub specversion: String,
    /// Unique over all sources: `<provider>-<32 hex digits>`.
    pub id: String,
    /// `/<provider>/<channel>`, a URI reference.
    pub source: String,
    /// `com.kommo.message`: the provider's prefix and the kind.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The conversation's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The provider's time, else the time of receipt (RFC 3339, UTC).
    #[serde(default)]
    pub time: String,
    /// `application/json`.
    #[serde(default)]
    pub datacontenttype: String,
    /// The event.
    #[serde(default)]
    pub data: Data,
}

/// The event within its envelope. Read with what is missing left empty: an older or newer function may
/// have written it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Data {
    /// The provider's name: kommo, kommunicate, kore, qikchat.
    pub provider: String,
    /// What the event is about.
    pub kind: Kind,
    /// The scope, bot or channel from the path.
    pub channel: Option<String>,
    /// The conversation's id.
    pub conversation: Option<String>,
    /// Who wrote.
    pub sender: Option<Participant>,
    /// Who was written to.
    pub recipient: Option<Participant>,
    /// What was written, for kind `message`.
    pub message: Option<Message>,
    /// What became of a message, for kind `status`.
    pub status: Option<Status>,
    /// A reaction, for kind `reaction`.
    pub reaction: Option<Reaction>,
    /// What a consumer should know: `account_mismatch`.
    pub warnings: Vec<String>,
    /// What the provider sent.
    pub original: Original,
}

/// What the provider sent, exactly, so that a consumer can verify it again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Original {
    /// The body; where one request has several events, the slice of it that is this one.
    pub body: String,
    /// How `body` is written.
    pub encoding: Encoding,
    /// SHA-256 of the whole request's body, in hex.
    pub sha256: String,
    /// The signature over the body as it was sent; null for schemes that sign none.
    pub signature: Option<String>,
    /// Which of a request's several events this is.
    pub part: Option<Part>,
}

/// How a body is written in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Encoding {
    /// As it is.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// As base64, because the bytes are no UTF-8.
    #[serde(rename = "base64")]
    Base64,
}

/// The place of an event among those of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// From 0.
    pub index: usize,
    /// How many there are.
    pub count: usize,
}
