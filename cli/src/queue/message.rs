//! A queue message without the parts that belong to one queue. This is what commands move, export and send.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use shared::envelope::tenant;
use shared::event::CloudEvent;
use shared::queue::Message;
use worker::handle::Reason;

/// The attribute with the reason why a message was quarantined or dead-lettered.
pub(super) const REASON: &str = "reason";
/// The attribute with the status with which a receiver refused a message.
const STATUS: &str = "status";

/// The reasons with which the worker itself sends messages to the dead-letter queue.
const DEAD_LETTER_REASONS: [&str; 2] = [Reason::Refused.as_str(), Reason::Invalid.as_str()];

/// A message. Its JSON is a line of an export file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredMessage {
    /// The CloudEvent.
    pub(crate) body: String,
    /// The message attributes, by name.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Attribute>,
    /// The message group, within which a FIFO queue keeps the order.
    #[serde(default)]
    pub(crate) group_id: Option<String>,
    /// The deduplication id. A FIFO queue accepts one message with this id within five minutes.
    #[serde(default)]
    pub(crate) deduplication_id: Option<String>,
    /// The X-Ray trace header.
    #[serde(default)]
    pub(crate) trace: Option<String>,
}

/// The value of an attribute. Chathooks itself sends only strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Attribute {
    /// A value of type `String`.
    Text(String),
    /// A number, a string of a custom type, or bytes in base64.
    Other {
        /// The type, like `Number` or `Binary.png`.
        #[serde(rename = "type")]
        data_type: String,
        /// The value.
        value: String,
    },
}

impl Attribute {
    /// Returns the bytes of a binary value.
    pub(crate) fn bytes(data_type: &str, value: &str) -> Option<Vec<u8>> {
        if data_type.starts_with("Binary") { STANDARD.decode(value).ok() } else { None }
    }

    fn size(&self) -> usize {
        match self {
            Self::Text(value) => "String".len() + value.len(),
            Self::Other { data_type, value } => data_type.len() + value.len(),
        }
    }
}

impl StoredMessage {
    /// Returns the summary that is shown and filtered by.
    pub(crate) fn summary(&self) -> Summary {
        let event = self.event();
        let text = |name: &str| match self.attributes.get(name) {
            Some(Attribute::Text(value)) => Some(value.clone()),
            _ => None,
        };
        let unnamed = || "-".to_owned();
        let data = event.as_ref().map(|event| &event.data);
        Summary {
            provider: data.map(|data| data.provider.clone()).or_else(|| text("provider")).unwrap_or_else(unnamed),
            kind: data.map_or_else(unnamed, |data| data.kind.as_str().to_owned()),
            conversation: data.and_then(|data| data.conversation.clone()),
            reason: text(REASON),
            cause: None,
            text: data.and_then(|data| data.message.as_ref()?.text.clone()),
            time: event.as_ref().map_or_else(unnamed, |event| event.time.clone()),
            id: event.map_or_else(|| self.deduplication_id.clone().unwrap_or_else(unnamed), |event| event.id),
        }
    }

    /// Returns the message group on a FIFO or a standard queue. Keeps the message's own group if that came from a queue of
    /// the same kind. Otherwise, the group is the conversation on a FIFO queue, for order, and the channel on a standard
    /// queue, for fairness.
    pub(crate) fn group(&self, is_fifo: bool) -> Option<String> {
        // Only messages from FIFO queues and from the embedded queue have a deduplication id.
        let is_kept = self.group_id.is_some() && self.deduplication_id.is_some() == is_fifo;
        match self.event().filter(|_| !is_kept) {
            Some(event) if is_fifo => Some(event.subject.unwrap_or(event.id)),
            Some(event) => Some(tenant(&event.source)),
            None => self.group_id.clone().or_else(|| is_fifo.then(|| self.summary().id)),
        }
    }

    /// Returns the message without the attributes that the worker added when it sent the message to the dead-letter queue.
    pub(crate) fn without_dead_letter_attributes(mut self) -> Self {
        if self.is_dead_letter() {
            let reason = self.attributes.remove(REASON);
            // In an invalid message, the sender set `status`.
            if reason == Some(Attribute::Text(Reason::Refused.as_str().to_owned())) {
                self.attributes.remove(STATUS);
            }
        }
        self
    }

    /// Returns whether the worker itself sent the message to the dead-letter queue, because the receiver refused it or because
    /// it is not an event.
    pub(crate) fn is_dead_letter(&self) -> bool {
        matches!(self.attributes.get(REASON), Some(Attribute::Text(reason)) if DEAD_LETTER_REASONS.contains(&reason.as_str()))
    }

    /// Returns why handlers cannot process the message: the reason why it was quarantined, or `invalid` if its body is not an
    /// event. Returns `None` if the message is well-formed.
    pub(crate) fn malformed(&self) -> Option<String> {
        match self.attributes.get(REASON) {
            Some(Attribute::Text(reason)) if reason == Reason::Refused.as_str() => None,
            Some(Attribute::Text(reason)) => Some(reason.clone()),
            _ => self.event().is_none().then(|| Reason::Invalid.as_str().to_owned()),
        }
    }

    /// Parses the event in the body. Returns `None` if the body is not an event.
    pub(crate) fn event(&self) -> Option<CloudEvent> {
        serde_json::from_str(&self.body).ok()
    }

    /// Returns the size in bytes, as SQS counts it.
    pub(crate) fn size(&self) -> usize {
        self.body.len() + self.attributes.iter().map(|(name, value)| name.len() + value.size()).sum::<usize>()
    }
}

impl From<Message> for StoredMessage {
    fn from(message: Message) -> Self {
        let attributes = message.attributes().map(|(name, value)| (name.to_owned(), Attribute::Text(value.to_owned()))).collect();
        let Message { id, group, body, trace, .. } = message;
        Self { body, attributes, group_id: Some(group), deduplication_id: Some(id), trace }
    }
}

/// The parts of a message that are shown and filtered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The provider's name, or `-` if it is unknown.
    pub(crate) provider: String,
    /// The event's kind, or `-` if the body is not an event.
    pub(crate) kind: String,
    /// The event's id.
    pub(crate) id: String,
    /// The event's time.
    pub(crate) time: String,
    /// The conversation's id.
    pub(crate) conversation: Option<String>,
    /// Why the message was quarantined or dead-lettered, or why its delivery was given up.
    pub(crate) reason: Option<String>,
    /// The one-word cause of the last delivery failure. Only the embedded queue records it.
    pub(crate) cause: Option<String>,
    /// What a person wrote.
    pub(crate) text: Option<String>,
}

#[cfg(test)]
pub(crate) mod tests;
