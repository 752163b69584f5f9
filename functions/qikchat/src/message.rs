//! The content of a message: a text, an edit, a reaction, or the revocation of another message.

use shared::event::{Data, Kind, Message, Reaction, Status};
use shared::json::Value;

use crate::content;
use crate::object::Object;

/// Adds a message's content to its event. Without content, the kind stays `unknown`.
pub(crate) fn data(message: &Object<'_>, id: Option<String>, who: Data) -> Data {
    let is = |name: &str| {
        let kind = message.get("type");
        kind.is(name) || (!kind.is_given() && message.get(name).is_object())
    };
    if is("revoke") {
        let message_id = message.get("revoke").get("original_message_id").text();
        let status = Status { message_id, state: Some("deleted".to_owned()), error: None };
        return Data { kind: Kind::Status, status: Some(status), ..who };
    }
    if is("reaction") {
        return reaction(message.get("reaction"), who);
    }
    let edit = message.get("edit");
    let (edited, replaces) = if is("edit") { (Some(edit.get("message")), edit.get("original_message_id").text()) } else { (None, None) };
    let edited = edited.filter(|edited| edited.is_object()).map(Object::of);
    let content = edited.as_ref().unwrap_or(message);
    let text = content::text(content);
    let attachments = content::attachments(content, text.is_some());
    if text.is_none() && attachments.is_empty() && replaces.is_none() {
        return who;
    }
    let reply_to = reply_to(content).or_else(|| reply_to(message));
    Data { kind: Kind::Message, message: Some(Message { id, text, attachments, reply_to, replaces }), ..who }
}

fn reaction(reaction: Value<'_>, who: Data) -> Data {
    let (emoji, message_id) = (reaction.get("emoji").text(), reaction.first_of(&["message_id", "messageId"]).text());
    if emoji.is_none() && message_id.is_none() {
        return who;
    }
    let reaction = Reaction { removed: emoji.is_none(), emoji, message_id };
    Data { kind: Kind::Reaction, reaction: Some(reaction), ..who }
}

fn reply_to(message: &Object<'_>) -> Option<String> {
    message.get("context").first_of(&["messageId", "id", "message_id"]).text()
}
