//! The CloudEvent in a queue message.

use serde::{Deserialize, Serialize};

use crate::{Kind, Message, Participant, Reaction, Status};

/// One message of the queue: a CloudEvents 1.0 event.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ChathooksEvent"))]
pub struct CloudEvent {
    /// The version of CloudEvents: `1.0`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "1.0")))]
    pub specversion: String,
    /// Unique over all sources: `<provider>-<32 hex digits>`. A redelivery has the same id wherever the provider gives one.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[a-z]+-[0-9a-f]{32}$")))]
    pub id: String,
    /// Where the event comes from: `/<provider>/<channel>` or `/<provider>`, a URI reference.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri-reference"), regex(pattern = r"^/[a-z]+(/[^/?#]+)?$")))]
    pub source: String,
    /// The provider's prefix and `data.kind`: `com.example.message`.
    #[serde(default, rename = "type")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[a-z]+(\.[a-z]+)+\.(message|status|reaction|typing|notice|unknown)$")))]
    pub event_type: String,
    /// The conversation's key: 32 hex digits of SHA-256 over the source and `data.conversation`; absent where there is
    /// no conversation. A pseudonym: routers and tracers may log it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String", regex(pattern = r"^[0-9a-f]{32}$")))]
    pub subject: Option<String>,
    /// The provider's time, else the time of receipt (RFC 3339, UTC).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time"), regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z$")))]
    pub time: String,
    /// The media type of `data`: `application/json`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "application/json")))]
    pub datacontenttype: String,
    /// The version of `data`: `urn:chathooks:data:1`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("const" = crate::DATA_SCHEMA)))]
    pub dataschema: String,
    /// The trace that the event belongs to (W3C Trace Context); absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String", regex(pattern = r"^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$")))]
    pub traceparent: Option<String>,
    /// The event itself.
    #[serde(default)]
    pub data: Data,
}

/// The event itself: who said what to whom, and what the provider sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "EventData", deny_unknown_fields, extend("allOf" = one_content_a_kind())))]
#[serde(default)]
pub struct Data {
    /// The provider's name, the first segment of `source`.
    pub provider: String,
    /// What the event is about.
    pub kind: Kind,
    /// The scope, bot or channel from the webhook's path; null where the path has none.
    pub channel: Option<String>,
    /// The provider's id of the conversation; null where there is none.
    pub conversation: Option<String>,
    /// Who wrote; null where nothing is known.
    pub sender: Option<Participant>,
    /// Who was written to; null where nothing is known.
    pub recipient: Option<Participant>,
    /// What was written, for kind `message`; null where the event has no message.
    pub message: Option<Message>,
    /// What became of an earlier message, for kind `status`; null where the event has no status.
    pub status: Option<Status>,
    /// How somebody reacted to a message, for kind `reaction`; null where the event has no reaction.
    pub reaction: Option<Reaction>,
    /// What a consumer should know: `account_mismatch`, `too_many_events`, `too_large`; on quarantined events `not_json`,
    /// `scalar` or `missing_field`. More words may be added.
    pub warnings: Vec<String>,
    /// What the provider sent.
    pub original: Original,
}

/// The schema's rule that `message`, `status` and `reaction` are there for their own kind, and null for every other.
#[cfg(feature = "schema")]
fn one_content_a_kind() -> serde_json::Value {
    let rule = |kind: &str| {
        let is = |schema: serde_json::Value| serde_json::json!({ "properties": { kind: schema } });
        let of_kind = serde_json::json!({ "properties": { "kind": { "const": kind } } });
        serde_json::json!({ "if": of_kind, "then": is(serde_json::json!({ "type": "object" })), "else": is(serde_json::json!({ "type": "null" })) })
    };
    ["message", "status", "reaction"].map(rule).into_iter().collect()
}

/// What the provider sent. Where `part` is null it is the exact body, and its signature can be verified again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Original {
    /// The request's body; where the request has several events, the body reduced to this one.
    pub body: String,
    /// How `body` is written in JSON.
    pub encoding: Encoding,
    /// SHA-256 of the whole request's body, in hex.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9a-f]{64}$")))]
    pub sha256: String,
    /// The signature over the body as it was sent; null for schemes that sign none.
    pub signature: Option<String>,
    /// Which of its request's several events this is; null where it is the only one.
    pub part: Option<Part>,
}

/// How a body is written in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Encoding {
    /// As it is.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// As base64, because the bytes are not UTF-8.
    #[serde(rename = "base64")]
    Base64,
    /// Another way, of a later version; never written.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// The place of an event among the events of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Part {
    /// The index of the event, from 0.
    pub index: usize,
    /// How many events the request has.
    #[cfg_attr(feature = "schema", schemars(range(min = 2)))]
    pub count: usize,
}
