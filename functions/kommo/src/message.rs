//! Messages: version 2's `message`, and version 1's flat body, which has no message or account id.

use shared::event::{Data, Kind, Message, Participant, Role};
use shared::json::Value;
use shared::parse::{Event, Identity};

use crate::attachment;
use crate::fields::Fields;
use crate::participant::{id_of, participant};
use crate::timestamps::Timestamps;

/// Returns the event of a version 2 `message`.
pub(crate) fn nested(outer: Value<'_>) -> Event {
    // Kommo's table puts the message fields one level higher than Kommo's own example does.
    let levels = [outer.get("message"), outer];
    let fields = Fields(&levels);
    let id = fields.text("id");
    let message = content(fields).map(|message| Message { id: id.clone(), ..message });
    Timestamps::of(&levels).complete(Event {
        identity: Identity::from(id),
        data: Data {
            kind: kind_of(message.as_ref()),
            conversation: id_of(outer.get("conversation")),
            sender: participant(outer.get("sender"), Role::Agent),
            recipient: participant(outer.get("receiver"), Role::Customer),
            message,
            ..Data::default()
        },
        ..Event::default()
    })
}

/// Returns the event of a version 1 body. For any other body, its kind is `unknown`.
pub(crate) fn flat(body: Value<'_>) -> Event {
    let conversation = body.get("conversation_id").text();
    let recipient = Participant::with_id(body.get("receiver").text(), Role::Customer);
    // A `type` is not enough: any object can have one.
    let is_addressed = conversation.is_some() || recipient.is_some();
    let says = |message: &Message| message.text.is_some() || message.attachments.iter().any(|attachment| attachment.url.is_some());
    let message = content(Fields(&[body])).filter(|message| is_addressed || says(message));
    let data = Data { kind: kind_of(message.as_ref()), conversation, recipient, message, ..Data::default() };
    Timestamps::of(&[body]).complete(Event { data, ..Event::default() })
}

/// Returns a message's content, or `None` if it has neither text nor an attachment.
fn content(fields: Fields<'_, '_>) -> Option<Message> {
    let text = fields.text("text").or_else(|| fields.object("template")?.get("content").text());
    let attachments: Vec<_> = attachment::of(fields).into_iter().collect();
    if text.is_none() && attachments.is_empty() {
        return None;
    }
    let original = fields.object("reply_to").map(|reply| reply.get("message"));
    let reply_to = original.and_then(|original| original.get("id").text().or_else(|| original.get("msgid").text()));
    Some(Message { text, attachments, reply_to, ..Message::default() })
}

fn kind_of(message: Option<&Message>) -> Kind {
    message.map_or(Kind::Unknown, |_| Kind::Message)
}
