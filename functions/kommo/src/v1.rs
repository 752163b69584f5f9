//! Version 1: a flat object without the ids of message and account.

use shared::event::{Event, Identity, Kind, Message, Participant, Role};
use shared::json::Value;
use shared::timestamp::Timestamp;

use crate::attachments;

pub(crate) fn event(body: &Value<'_>) -> Event {
    let is_message = ["receiver", "conversation_id", "type", "text"].iter().any(|name| body[name].is_given());
    let time = Timestamp::read(&body["msec_timestamp"]);
    Event {
        kind: if is_message { Kind::Message } else { Kind::Unknown },
        identity: if time.is_some() { Identity::Body } else { Identity::Fresh },
        time,
        conversation: body["conversation_id"].text(),
        recipient: Participant::with_id(body["receiver"].text(), Role::Customer),
        message: is_message.then(|| Message {
            id: None,
            text: body["text"].text(),
            attachments: attachments(|name| &body[name]),
            reply_to: None,
        }),
        ..Event::default()
    }
}
