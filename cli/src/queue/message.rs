//! A message as a queue holds it, without what belongs to that queue: what is moved, exported and sent
//! again.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use shared::envelope::tenant;
use shared::event::CloudEvent;
use shared::queue::Message;
use worker::handle::Reason;

/// The attribute that says why a message is quarantined, or a dead letter.
pub(super) const REASON: &str = "reason";
/// The attribute with the status by which a receiver refused a message.
const STATUS: &str = "status";

/// The reasons of the dead letters that the worker makes itself.
const DEAD_LETTER_REASONS: [&str; 2] = [Reason::Refused.as_str(), Reason::Invalid.as_str()];

/// A message: a line of an export file, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredMessage {
    /// The CloudEvent.
    pub(crate) body: String,
    /// Its attributes by name.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Attribute>,
    /// The group within which order is kept.
    #[serde(default)]
    pub(crate) group_id: Option<String>,
    /// What makes a FIFO queue take it once within five minutes.
    #[serde(default)]
    pub(crate) deduplication_id: Option<String>,
    /// The X-Ray trace header.
    #[serde(default)]
    pub(crate) trace: Option<String>,
}

/// The value of an attribute: a text, or one of another type, which Chathooks itself never sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Attribute {
    /// Of type `String`.
    Text(String),
    /// A number, a text of a type of one's own, or bytes in base64.
    Other {
        /// Its type, like `Number` or `Binary.png`.
        #[serde(rename = "type")]
        data_type: String,
        /// The value.
        value: String,
    },
}

impl Attribute {
    /// The bytes of a binary value.
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
    /// What a person and a filter want to know of it.
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

    /// Returns the group of the message on a queue of that kind: it is kept on a queue of the same kind. A FIFO queue keeps
    /// the order within a conversation; a standard one is fair between channels.
    pub(crate) fn group(&self, is_fifo: bool) -> Option<String> {
        // Only a FIFO queue, and the embedded one, give messages a deduplication id.
        let is_kept = self.group_id.is_some() && self.deduplication_id.is_some() == is_fifo;
        match self.event().filter(|_| !is_kept) {
            Some(event) if is_fifo => Some(event.subject.unwrap_or(event.id)),
            Some(event) => Some(tenant(&event.source)),
            None => self.group_id.clone().or_else(|| is_fifo.then(|| self.summary().id)),
        }
    }

    /// Returns the message as it was before the worker made it a dead letter.
    pub(crate) fn revived(mut self) -> Self {
        if self.is_dead_letter() {
            let reason = self.attributes.remove(REASON);
            // An invalid record keeps a `status` that its sender set.
            if reason == Some(Attribute::Text(Reason::Refused.as_str().to_owned())) {
                self.attributes.remove(STATUS);
            }
        }
        self
    }

    /// Whether the worker itself made it a dead letter, because its receiver refused it or because it is not an event.
    pub(crate) fn is_dead_letter(&self) -> bool {
        matches!(self.attributes.get(REASON), Some(Attribute::Text(reason)) if DEAD_LETTER_REASONS.contains(&reason.as_str()))
    }

    /// Why nobody should handle it: it was quarantined, or the worker found that it is not an event. A body that is not an
    /// event is malformed too.
    pub(crate) fn malformed(&self) -> Option<String> {
        match self.attributes.get(REASON) {
            Some(Attribute::Text(reason)) if reason == Reason::Refused.as_str() => None,
            Some(Attribute::Text(reason)) => Some(reason.clone()),
            _ => self.event().is_none().then(|| Reason::Invalid.as_str().to_owned()),
        }
    }

    /// The event, where the body is one.
    pub(crate) fn event(&self) -> Option<CloudEvent> {
        serde_json::from_str(&self.body).ok()
    }

    /// The size as SQS counts it.
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

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The provider's name; `-` where nothing tells it.
    pub(crate) provider: String,
    /// What the event is about; `-` where the body is no event.
    pub(crate) kind: String,
    /// The event's id.
    pub(crate) id: String,
    /// The event's time.
    pub(crate) time: String,
    /// The conversation's id.
    pub(crate) conversation: Option<String>,
    /// Why it is quarantined or a dead letter, or why its delivery was given up.
    pub(crate) reason: Option<String>,
    /// Why its delivery was given up, in one word; only the embedded queue knows it.
    pub(crate) cause: Option<String>,
    /// What a person wrote.
    pub(crate) text: Option<String>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A message of that id, group and provider.
    pub(crate) fn stored_message(id: &str, group: &str, provider: &str) -> StoredMessage {
        let body = serde_json::json!({
            "specversion": "1.0", "id": id, "source": "/acme", "type": format!("com.{provider}.message"), "subject": format!("key of {group}"),
            "time": "2026-01-02T03:04:05Z",
            "data": {"provider": provider, "kind": "message", "conversation": group, "message": {"text": "hush"}}
        });
        StoredMessage {
            body: body.to_string(),
            attributes: BTreeMap::from([("provider".to_owned(), Attribute::Text(provider.to_owned()))]),
            group_id: Some(group.to_owned()),
            deduplication_id: Some(id.to_owned()),
            trace: None,
        }
    }

    #[test]
    fn a_line_of_an_export_is_read_as_it_was_written() {
        let mut message = stored_message("a", "g", "acme");
        message.attributes.insert("count".to_owned(), Attribute::Other { data_type: "Number".to_owned(), value: "5".to_owned() });
        let line = serde_json::to_string(&message).expect("JSON");
        assert!(line.contains(r#""attributes":{"count":{"type":"Number","value":"5"},"provider":"acme"}"#), "{line}");
        assert_eq!(serde_json::from_str::<StoredMessage>(&line).expect("a message"), message);
        assert!(serde_json::from_str::<StoredMessage>(r#"{"body":"{}","group":"typo"}"#).is_err());
    }

    #[test]
    fn a_group_is_kept_on_a_queue_of_the_same_kind_and_made_for_another() {
        let of_fifo = stored_message("a", "g", "acme");
        let of_standard = StoredMessage { deduplication_id: None, ..of_fifo.clone() };
        let group = |message: &StoredMessage, is_fifo| message.group(is_fifo).expect("a group");
        assert_eq!((group(&of_fifo, true), group(&of_standard, false)), ("g".to_owned(), "g".to_owned()));
        assert_eq!((group(&of_standard, true), group(&of_fifo, false)), ("key of g".to_owned(), tenant("/acme")));
        let without = StoredMessage { group_id: None, ..of_standard };
        assert_eq!((group(&without, true), group(&without, false)), ("key of g".to_owned(), tenant("/acme")));
        let no_event = StoredMessage { body: "no event".to_owned(), ..without };
        assert_eq!((no_event.group(true).as_deref(), no_event.group(false)), (Some("-"), None));
    }

    #[test]
    fn a_dead_letter_of_the_worker_loses_its_reason_and_another_message_does_not() {
        let with = |reason: &str| {
            let mut message = stored_message("a", "g", "acme");
            message
                .attributes
                .extend([(REASON, reason), (STATUS, "422")].map(|(name, value)| (name.to_owned(), Attribute::Text(value.to_owned()))));
            message
        };
        assert_eq!(with("refused").revived(), stored_message("a", "g", "acme"));
        let mut invalid = with("invalid");
        invalid.attributes.remove(REASON);
        assert_eq!(with("invalid").revived(), invalid, "its status is its sender's");
        assert_eq!(with("not_json").revived(), with("not_json"));
    }

    #[test]
    fn what_was_quarantined_or_is_no_event_is_malformed_and_what_was_refused_is_not() {
        let with = |reason: &str| {
            let mut message = stored_message("a", "g", "acme");
            message.attributes.insert(REASON.to_owned(), Attribute::Text(reason.to_owned()));
            message.malformed()
        };
        assert_eq!(
            [with("refused"), with("not_json"), with("invalid")].map(|reason| reason.unwrap_or_default()),
            ["", "not_json", "invalid"]
        );
        assert_eq!(stored_message("a", "g", "acme").malformed(), None);
        assert_eq!(
            StoredMessage { body: "no event".to_owned(), ..stored_message("a", "g", "acme") }.malformed().as_deref(),
            Some("invalid")
        );
    }

    #[test]
    fn a_body_that_is_no_event_is_told_by_its_attributes() {
        let summary = StoredMessage { body: "no event".to_owned(), ..stored_message("a", "g", "acme") }.summary();
        assert_eq!((summary.provider.as_str(), summary.kind.as_str(), summary.id.as_str()), ("acme", "-", "a"));
    }
}
