//! The hooks role: clients written for Kore.ai's platform call this function instead.
//!
//! Clients post to `…/chatbot/hooks/{bot}[/hookInstance/{hook}]` (version 1: `text`, `attachments`) or
//! `…/chatbot/v2/webhook/{bot}[/hookInstance/{hook}]` (version 2: `type`, `val`), with a JWT. Both paths accept both shapes.
//! Only `from.id` is required. The JWT does not sign the body.

use shared::event::{Attachment, AttachmentKind, Data, Kind, Message, Participant, Role};
use shared::json::Value;
use shared::parse::{Event, Events, Identity, Malformed, Stop};
use shared::timestamp::Timestamp;

use crate::content::{Author, Content, MAX_ATTACHMENTS};
use crate::{attachment, kind_of};

/// Pushes the one event of a request.
///
/// # Errors
/// [`Malformed::MissingField`] if there is no `from.id`.
pub(crate) fn parse(body: Value<'_>, _channel: Option<&str>, events: &mut Events) -> Result<(), Stop> {
    let user = body.get("from").get("id").text().ok_or(Malformed::MissingField("from.id"))?;
    let message = body.get("message");
    let id = message.get("messageId").or(body.get("messageId")).text();
    let identity = id.as_ref().map(|id| format!("hooks:{id}"));
    let time = Timestamp::of(message.get("createdOn").or(body.get("createdOn")));
    let data = Data {
        conversation: Some(user.clone()),
        sender: Some(customer(user, body.get("from"))),
        // Often the literal `Kore.ai`: useful for display, but not for routing.
        recipient: Participant::with_id(body.get("to").get("id").text(), Role::Bot),
        ..said(message, id)
    };
    events.push(Event { identity: Identity::from(identity), time, data, pieces: Vec::new() })
}

fn customer(id: String, from: Value<'_>) -> Participant {
    let info = from.get("userInfo");
    let names: Vec<String> = ["firstName", "lastName"].iter().filter_map(|name| info.get(name).text()).collect();
    let name = if names.is_empty() { from.get("name").text() } else { Some(names.join(" ")) };
    Participant { id: Some(id), role: Role::Customer, name, phone: None, email: info.get("email").text() }
}

fn said(message: Value<'_>, id: Option<String>) -> Data {
    if message.get("type").is("event") {
        return Data { kind: Kind::Notice, ..Data::default() };
    }
    let message = content(message, id);
    Data { kind: kind_of(message.as_ref()), message, ..Data::default() }
}

/// Returns what the customer wrote and attached. A message that is not an object counts as its own text.
fn content(message: Value<'_>, id: Option<String>) -> Option<Message> {
    let text = if message.is_object() { message.get("text").or(message.get("val")) } else { message };
    let mut content = Content::of(Author::Person, message, text);
    // A submitted form: `{"type":"formData","val":{…}}` or `{"formData":{…}}`.
    if message.get("type").is("formData") && text.is_given() || message.get("formData").is_given() {
        content.attach(Attachment { kind: AttachmentKind::Other, name: Some("formData".to_owned()), ..Attachment::default() });
    }
    let attachments = message.get("attachments");
    let single = Some(attachments).filter(|attachments| !attachments.is_array());
    for attachment in attachments.elements().chain(single).filter_map(attachment::of).take(MAX_ATTACHMENTS) {
        content.attach(attachment);
    }
    content.into_message(id)
}
