//! A message of a conversation, including one from a bot or the system.

use shared::event::{Attachment, AttachmentKind, Data, Kind, Message, Participant, Role};
use shared::json::Value;
use shared::parse::{Event, Identity};
use shared::timestamp::Timestamp;

/// Returns the event of one message. Its kind is `unknown` if it has neither text nor a file.
pub(crate) fn event(body: Value<'_>) -> Event {
    let text = |name: &str| body.get(name).text();
    let id = text("key");
    let identity = match &id {
        Some(key) => Identity::Given(key.clone()),
        None if Timestamp::of_millis(body.get("timeStamp")).is_some() => Identity::Body,
        None => Identity::Fresh,
    };
    let (from, to) = (text("from"), text("to"));
    let conversation = ["groupId", "clientGroupId", "conversationId"].into_iter().find_map(text);
    let conversation = conversation.or_else(|| Some(pair(from.as_deref()?, to.as_deref()?)));
    let message =
        Message { id, text: text("message"), attachments: attachment(body.get("file")).into_iter().collect(), ..Message::default() };
    let message = Some(message).filter(|message| message.text.is_some() || !message.attachments.is_empty());
    let data = Data {
        kind: message.as_ref().map_or(Kind::Unknown, |_| Kind::Message),
        conversation,
        sender: Participant::with_id(from, Role::Unknown),
        recipient: Participant::with_id(to, Role::Unknown),
        message,
        ..Data::default()
    };
    Event { identity, time: Timestamp::of(body.get("timeStamp")), data, ..Event::default() }
}

/// Returns the conversation of two users: the same in both directions, and different for every other pair.
fn pair(one: &str, other: &str) -> String {
    let [first, second] = [one.min(other), one.max(other)].map(|id| id.replace('%', "%25").replace(':', "%3A"));
    format!("{first}:{second}")
}

/// Returns a file's attachment, or `None` if nothing is known about the file.
fn attachment(file: Value<'_>) -> Option<Attachment> {
    let text = |name: &str| file.get(name).text();
    let content_type = text("contentType");
    let nothing = Attachment { kind: AttachmentKind::File, ..Attachment::default() };
    let attachment = Attachment {
        kind: content_type.as_deref().map_or(AttachmentKind::File, AttachmentKind::of_media_type),
        url: text("url"),
        name: text("name"),
        content_type,
        size: file.get("size").size(),
        thumbnail_url: text("thumbnailUrl"),
        ..nothing.clone()
    };
    Some(attachment).filter(|attachment| *attachment != nothing)
}
