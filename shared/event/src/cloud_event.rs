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
    /// The event's id, unique across all sources: `<provider>-<32 hex digits>`. A redelivery has the same id if the provider's
    /// payload identifies the event.
    #[serde(deserialize_with = "required::id")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[a-z]+-[0-9a-f]{32}$")))]
    pub id: String,
    /// The origin of the event, a URI reference: `/<provider>/<channel>` or `/<provider>`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "uri-reference"), regex(pattern = r"^/[a-z]+(/[^/?#]+)?$")))]
    pub source: String,
    /// The provider's prefix followed by `data.kind`, as in `com.example.message`.
    #[serde(default, rename = "type")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[a-z]+(\.[a-z]+)+\.(message|status|reaction|typing|notice|unknown)$")))]
    pub event_type: String,
    /// The key of the conversation, unique across all sources: the first 32 hex digits of the SHA-256 digest of `source`, a
    /// newline and `data.conversation`. Absent if there is no conversation. It is a pseudonym, so routers and tracers can log
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "String", regex(pattern = r"^[0-9a-f]{32}$")))]
    pub subject: Option<String>,
    /// The time of the event according to the provider, or the time of receipt if the provider gives none. RFC 3339, in UTC.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time"), regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z$")))]
    pub time: String,
    /// The media type of `data`: `application/json`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("const" = "application/json")))]
    pub datacontenttype: String,
    /// The schema of `data`: `urn:chathooks:data:1`. Each version of the event has its own schema.
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "EventData", deny_unknown_fields, extend("allOf" = one_content_per_kind())))]
#[serde(default)]
pub struct Data {
    /// The provider's name: the first segment of `source`.
    pub provider: String,
    /// What the event is about.
    pub kind: Kind,
    /// The scope, bot or channel from the webhook's path. Null if the path has none.
    pub channel: Option<String>,
    /// The provider's conversation id. Null if there is none.
    pub conversation: Option<String>,
    /// The sender. Null if nothing is known about them.
    pub sender: Option<Participant>,
    /// The recipient. Null if nothing is known about them.
    pub recipient: Option<Participant>,
    /// The message, if `kind` is `message`. Otherwise null.
    pub message: Option<Message>,
    /// The new status of an earlier message, if `kind` is `status`. Otherwise null.
    pub status: Option<Status>,
    /// The reaction to an earlier message, if `kind` is `reaction`. Otherwise null.
    pub reaction: Option<Reaction>,
    /// Conditions that a consumer should know about: `account_mismatch`, `too_many_events`, `too_large`; on quarantined events
    /// `not_json`, `scalar` or `missing_field`. More values may be added.
    pub warnings: Vec<String>,
    /// What the provider sent.
    pub original: Original,
}

/// Returns the schema rule for `message`, `status` and `reaction`: an object if `kind` has the same name, otherwise null.
#[cfg(feature = "schema")]
fn one_content_per_kind() -> serde_json::Value {
    let rule = |kind: &str| {
        let is = |schema: serde_json::Value| serde_json::json!({ "properties": { kind: schema } });
        let of_kind = serde_json::json!({ "properties": { "kind": { "const": kind } } });
        serde_json::json!({ "if": of_kind, "then": is(serde_json::json!({ "type": "object" })), "else": is(serde_json::json!({ "type": "null" })) })
    };
    ["message", "status", "reaction"].map(rule).into_iter().collect()
}

/// What the provider sent. If `part` is null, `body` is the exact request body, and its signature can be verified again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
#[serde(default)]
pub struct Original {
    /// The request body. If the request has more than one event, the body is reduced to this event.
    pub body: String,
    /// The encoding of `body`.
    pub encoding: Encoding,
    /// The SHA-256 digest of the whole request body, in hex.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9a-f]{64}$")))]
    pub sha256: String,
    /// The signature of the request body, as received. Null if the provider does not sign bodies.
    pub signature: Option<String>,
    /// The position of this event among the events of its request. Null if it is the only one.
    pub part: Option<Part>,
}

/// The encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Encoding {
    /// The text as received.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Base64, because the bytes are not UTF-8.
    #[serde(rename = "base64")]
    Base64,
    /// An encoding added by a later release. Never serialized.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// The position of an event among the events of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Part {
    /// The event's index, starting at 0.
    #[cfg_attr(feature = "schema", schemars(range(max = crate::MAX_INTEGER)))]
    pub index: usize,
    /// The number of events in the request.
    #[cfg_attr(feature = "schema", schemars(range(min = 2, max = crate::MAX_INTEGER)))]
    pub count: usize,
}
