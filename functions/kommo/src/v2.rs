//! Version 2: an account's `message` or `action`.
//!
//! Since 2021 `client_id` is the integration's own id and `id` is Kommo's; before, `id` was the
//! integration's. So `client_id` comes first for participants and conversations; messages go by `id`.

use shared::event::{Event, Identity, Kind, Message, Participant, Reaction, Role};
use shared::json::Value;
use shared::timestamp::Timestamp;

use crate::attachments;

pub(crate) fn event(body: &Value<'_>) -> Event {
    if body["message"].is_object() { message(&body["message"]) } else { action(&body["action"]) }
}

/// The event with what stands beside it in the body, also where that is neither a message nor an action.
pub(crate) fn with_account(event: Event, body: &Value<'_>, scope: Option<&str>) -> Event {
    let mismatch = is_other_account(body["account_id"].text(), scope);
    Event {
        time: event.time.or_else(|| Timestamp::read(&body["time"])),
        warnings: mismatch.then(|| "account_mismatch".to_owned()).into_iter().collect(),
        ..event
    }
}

fn message(outer: &Value<'_>) -> Event {
    let inner = &outer["message"];
    // Kommo's table has the message's fields one level above where its own example has them.
    let field = |name: &str| inner[name].or(&outer[name]);
    let id = field("id").text();
    let millis = Timestamp::read(field("msec_timestamp"));
    let identity = match &id {
        Some(id) => Identity::Given(id.clone()),
        None if millis.is_some() => Identity::Body,
        None => Identity::Fresh,
    };
    Event {
        kind: Kind::Message,
        identity,
        time: millis.or_else(|| Timestamp::read(field("timestamp"))),
        conversation: id_of(&outer["conversation"]),
        sender: participant(&outer["sender"], Role::Agent),
        recipient: participant(&outer["receiver"], Role::Customer),
        message: Some(Message {
            id,
            text: field("text").or(&field("template")["content"]).text(),
            attachments: attachments(field),
            reply_to: field("reply_to")["message"]["id"].text(),
        }),
        ..Event::default()
    }
}

fn action(action: &Value<'_>) -> Event {
    let (typing, reaction) = (&action["typing"], &action["reaction"]);
    let (kind, about) = match (typing.is_object(), reaction.is_object()) {
        (true, _) => (Kind::Typing, typing),
        (_, true) => (Kind::Reaction, reaction),
        _ => (Kind::Unknown, action),
    };
    Event {
        kind,
        conversation: id_of(&about["conversation"]),
        sender: participant(&about["user"], Role::Agent),
        reaction: (kind == Kind::Reaction).then(|| Reaction {
            emoji: about["emoji"].text(),
            message_id: about["msgid"].or(&about["message"]["id"]).text(),
            removed: about["type"].as_str() == Some("unreact"),
        }),
        ..Event::default()
    }
}

fn id_of(thing: &Value<'_>) -> Option<String> {
    thing["client_id"].or(&thing["id"]).text()
}

fn participant(person: &Value<'_>, role: Role) -> Option<Participant> {
    Participant { id: id_of(person), role, name: person["name"].text(), phone: person["phone"].text(), email: person["email"].text() }
        .known()
}

/// Whether a body is about another account than its scope, `<channel>_<account>`.
fn is_other_account(account: Option<String>, scope: Option<&str>) -> bool {
    let expected = scope.and_then(|scope| scope.split_once('_'));
    matches!((account, expected), (Some(account), Some((_, expected))) if !account.eq_ignore_ascii_case(expected))
}
