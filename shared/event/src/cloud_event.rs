//! The CloudEvent in a queue message.

use serde::{Deserialize, Serialize};

use crate::{Kind, Message, Participant, Reaction, Status, required};

/// The body of a queue message: a CloudEvents 1.0 event.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ChathooksEvent"))]
pub struct CloudEvent {
    /// The version of the CloudEvents specification: `1.0`.
    #[serde(deserialize_with = "required::specversion")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "1.0")))]
    pub specversion: String,
    /// Identifies the event across all sources: `<provider>-<32 hex digits>`. A redelivery has the same id if the provider
    /// identifies what it sends.
    #[serde(deserialize_with = "required::id")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[a-z]+-[0-9a-f]{32}$")))]
    pub id: String,
    /// Where the event comes from: `/<provider>/<channel>` or `/<provider>`. A URI reference.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri-reference"), regex(pattern = r"^/[a-z]+(/[^/?#]+)?$")))]
    pub source: String,
    /// The provider's prefix followed by `data.kind`, as in `com.example.message`.
    #[serde(default, rename = "type")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[a-z]+(\.[a-z]+)+\.(message|status|reaction|typing|notice|unknown)$")))]
    pub event_type: String,
    /// Identifies the conversation across all sources: 32 hex digits of a SHA-256 digest of `source` and
    /// `data.conversation`. Absent if there is no conversation. A pseudonym, which routers and tracers may log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String", regex(pattern = r"^[0-9a-f]{32}$")))]
    pub subject: Option<String>,
    /// When the event happened, according to the provider, or else when it was received. RFC 3339, in UTC.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time"), regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z$")))]
    pub time: String,
    /// The media type of `data`: `application/json`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "application/json")))]
    pub datacontenttype: String,
    /// The schema of `data`: `urn:chathooks:data:1`. Another version of the event has another one.
    #[serde(default, deserialize_with = "required::dataschema")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = crate::DATA_SCHEMA)))]
    pub dataschema: String,
    /// The trace that the event belongs to (W3C Trace Context). Absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String", regex(pattern = r"^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$")))]
    pub traceparent: Option<String>,
    /// The chat event.
    #[serde(deserialize_with = "required::object")]
    pub data: Data,
}

/// A chat event: who said what to whom, and what the provider sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "EventData", deny_unknown_fields, extend("allOf" = one_content_a_kind())))]
#[serde(default)]
pub struct Data {
    /// The provider's name: the first segment of `source`.
    pub provider: String,
    /// What the event is about.
    pub kind: Kind,
    /// The scope, bot or channel from the webhook's path. Null if the path has none.
    pub channel: Option<String>,
    /// The provider's id of the conversation. Null if there is none.
    pub conversation: Option<String>,
    /// The sender. Null if nothing is known about them.
    pub sender: Option<Participant>,
    /// The recipient. Null if nothing is known about them.
    pub recipient: Option<Participant>,
    /// The message, for kind `message`. Null if the event has none.
    pub message: Option<Message>,
    /// The new status of an earlier message, for kind `status`. Null if the event has none.
    pub status: Option<Status>,
    /// The reaction to an earlier message, for kind `reaction`. Null if the event has none.
    pub reaction: Option<Reaction>,
    /// What a consumer should know: `account_mismatch`, `too_many_events`, `too_large`; for quarantined events `not_json`,
    /// `scalar` or `missing_field`. More values may be added.
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

/// What the provider sent. If `part` is null, `body` is exactly the request's body, and its signature can be verified again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Original {
    /// The request's body. If the request has several events, it is reduced to this event.
    pub body: String,
    /// The encoding of `body`.
    pub encoding: Encoding,
    /// The SHA-256 digest of the whole body of the request, in hex.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9a-f]{64}$")))]
    pub sha256: String,
    /// The signature of the request's body, as it was sent. Null if the provider does not sign bodies.
    pub signature: Option<String>,
    /// The place of this event among the events of its request. Null if it is the only one.
    pub part: Option<Part>,
}

/// The encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Encoding {
    /// The text as it was sent.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Base64, because the bytes are not UTF-8.
    #[serde(rename = "base64")]
    Base64,
    /// An encoding that a later release adds. Never serialized.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// The place of an event among the events of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Part {
    /// The event's index, starting at 0.
    #[cfg_attr(feature = "schema", schemars(range(max = crate::MAX_INTEGER)))]
    pub index: usize,
    /// The number of events that the request has.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = crate::MAX_INTEGER)))]
    pub count: usize,
}
