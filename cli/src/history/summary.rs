//! A summary of a delivery's events, for the list and the chat.

use serde_json::Value;
use shared::event::{CloudEvent, Data};

/// The maximum number of characters of a preview in the list.
const PREVIEW: usize = 160;
/// The maximum number of characters of a text in the chat.
const TEXT: usize = 4_000;
/// The maximum number of attachments of a message in the chat.
const ATTACHMENTS: usize = 20;

/// A summary of a delivery's events.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// The beginning of the first text, or a word for what happened.
    pub(super) preview: Option<String>,
    /// The conversation of the first event that has one, and the key of the conversation.
    pub(super) conversation: Option<(String, String)>,
    /// The events that belong to a conversation: the index of the event, the key of the conversation, and the event as JSON.
    pub(super) parts: Vec<(i64, String, String)>,
}

impl Summary {
    /// Summarizes events, skipping what is not an event.
    pub(super) fn of(events: &[String]) -> Self {
        let mut summary = Self::default();
        for (index, text) in (0..).zip(events) {
            let Ok(event) = serde_json::from_str::<CloudEvent>(text) else { continue };
            if summary.preview.is_none() {
                summary.preview = Some(preview(&event.data)).filter(|preview| !preview.is_empty());
            }
            let (Some(subject), Some(conversation)) = (event.subject.clone(), event.data.conversation.clone()) else { continue };
            summary.conversation.get_or_insert_with(|| (conversation, subject.clone()));
            summary.parts.push((index, subject, shortened(event).to_string()));
        }
        summary
    }
}

fn preview(data: &Data) -> String {
    let of_message = data.message.as_ref().map(|message| {
        let attachments = message.attachments.iter().map(|attachment| {
            let kind = serde_json::to_value(attachment.kind).unwrap_or_default();
            let kind = kind.as_str().unwrap_or_default();
            attachment.name.as_ref().map_or_else(|| format!("[{kind}]"), |name| format!("[{kind} {name}]"))
        });
        message.text.clone().into_iter().chain(attachments).collect::<Vec<_>>().join(" ")
    });
    let of_status = data.status.as_ref().and_then(|status| status.state.clone());
    let of_reaction = data.reaction.as_ref().map(|reaction| match (&reaction.emoji, reaction.removed) {
        (Some(emoji), false) => emoji.clone(),
        (emoji, _) => format!("{} removed", emoji.as_deref().unwrap_or("reaction")),
    });
    let text = of_message.or(of_status).or(of_reaction).unwrap_or_default();
    truncated(&text.split_whitespace().collect::<Vec<_>>().join(" "), PREVIEW)
}

/// Returns the event with a truncated text, without its original and without the URLs of attachments.
fn shortened(mut event: CloudEvent) -> Value {
    if let Some(message) = &mut event.data.message {
        message.text = message.text.as_deref().map(|text| truncated(text, TEXT));
        message.attachments.truncate(ATTACHMENTS);
    }
    let mut event = serde_json::to_value(event).unwrap_or_default();
    if let Some(data) = event.pointer_mut("/data").and_then(Value::as_object_mut) {
        data.remove("original");
    }
    for attachment in event.pointer_mut("/data/message/attachments").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(attachment) = attachment.as_object_mut() {
            attachment.retain(|name, _| matches!(name.as_str(), "kind" | "name"));
        }
    }
    event
}

fn truncated(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(data: &Value) -> String {
        let mut all = json!({"provider": "acme", "kind": "message", "channel": null, "conversation": "c", "sender": null, "recipient": null,
            "message": null, "status": null, "reaction": null, "warnings": [],
            "original": {"body": "{}", "encoding": "utf-8", "sha256": "", "signature": null, "part": null}});
        for (name, value) in data.as_object().expect("an object") {
            all[name] = value.clone();
        }
        json!({"specversion": "1.0", "id": "acme-1", "source": "/acme", "type": "com.acme.message", "subject": "key", "time": "2026-01-01T00:00:00Z",
            "datacontenttype": "application/json", "dataschema": "urn:chathooks:data:1", "data": all})
        .to_string()
    }

    #[test]
    fn a_preview_shows_what_happened() {
        let attachment = json!({"kind": "image", "url": "https://h.example/secret", "name": "cat.png", "content_type": null, "size": null, "thumbnail_url": null});
        for (data, expected) in [
            (
                json!({"message": {"id": "1", "text": "Good\n morning", "attachments": [], "reply_to": null, "replaces": null}}),
                "Good morning",
            ),
            (
                json!({"message": {"id": "1", "text": null, "attachments": [attachment], "reply_to": null, "replaces": null}}),
                "[image cat.png]",
            ),
            (json!({"kind": "status", "status": {"message_id": "1", "state": "read", "error": null}}), "read"),
            (json!({"kind": "reaction", "reaction": {"emoji": "👍", "message_id": "1", "removed": true}}), "👍 removed"),
        ] {
            let summary = Summary::of(&[event(&data)]);
            assert_eq!(summary.preview.as_deref(), Some(expected));
            assert_eq!(summary.conversation, Some(("c".to_owned(), "key".to_owned())));
            let [(0, subject, part)] = &summary.parts[..] else { panic!("{:?}", summary.parts) };
            assert!(subject == "key" && !part.contains("original") && !part.contains("secret"), "{part}");
            let part: Value = serde_json::from_str(part).expect("JSON");
            assert_eq!(part["data"]["message"].is_null(), data["message"].is_null());
        }
        let long = "ü".repeat(TEXT + 1);
        let summary =
            Summary::of(&[event(&json!({"message": {"id": "1", "text": long, "attachments": [], "reply_to": null, "replaces": null}}))]);
        assert_eq!(summary.preview.map(|preview| preview.chars().count()), Some(PREVIEW + 1));
        assert!(summary.parts[0].2.len() < 2 * TEXT + 1_000);
        assert!(Summary::of(&["no event".to_owned()]).preview.is_none());
    }
}
