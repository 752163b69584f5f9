//! Qikchat's own shape: `{"event", "payload": {"id", "contacts": [], "message": {}}}`.
//!
//! `contacts[0].to` is the customer and `message.from` the business. A status is a `message` with a `status`, or a payload
//! with one.

use shared::json::{Piece, Value};
use shared::parse::{Event, Identity};
use shared::timestamp::Timestamp;

use crate::contacts::name_of;
use crate::message;
use crate::object::{Member, Object, objects};
use crate::status::Report;
use crate::who::{Business, Who};

/// The maximum length in bytes of an `event` that is decoded.
const MAX_NAME: usize = 256;

/// The name in an envelope's `event`, which describes the content.
pub(crate) struct Name(Option<String>);

impl Name {
    pub(crate) fn of(event: Value<'_>) -> Self {
        // Longer names are unknown, and could be decoded once for each object that is nested in the body.
        Self(Some(event).filter(|event| event.raw().len() <= MAX_NAME).and_then(Value::text))
    }

    /// Whether the content is a status, according to the name or, if the name does not decide it, to `has_state`.
    pub(crate) fn is_status(&self, has_state: bool) -> bool {
        !self.ends(":in") && (self.ends(":status") || self.ends(":dlr") || has_state)
    }

    /// Whether the business wrote the content. A guess, because no such name has been seen: it keeps the words of the business
    /// from being taken for the customer's.
    pub(crate) fn is_from_business(&self) -> bool {
        self.ends(":out") || self.ends(":echo")
    }

    /// Whether a payload without a `message` can itself be one.
    fn is_message(&self) -> bool {
        self.0.as_deref().is_none_or(|name| name.contains("message"))
    }

    fn ends(&self, end: &str) -> bool {
        self.0.as_deref().is_some_and(|name| name.ends_with(end))
    }
}

/// Returns the event of a payload with these members. `around` is the payload's piece and those around it.
pub(crate) fn event(name: &Name, payload: Value<'_>, members: &[Member<'_>], around: &[Piece]) -> Event {
    let own = objects(members, "message").map(|message| message.piece).chain(around.iter().copied());
    let payload = Object::of(payload);
    let message = Object::of(payload.get("message"));
    let has_state = message.get("status").is_given();
    let is_status = name.is_status(has_state || payload.get("status").is_given());
    let id = payload.get("id").or(message.get("id")).text();
    let contact = Some(payload.get("contacts").first()).filter(|contact| contact.is_given()).map(Value::piece);
    let pieces = own.chain(contact).collect();
    let business = Business::of(payload.get("metadata"));
    if is_status {
        let (status, around) = if has_state { (&message, &payload) } else { (&payload, &message) };
        let report = Report { status, around: Some(around) };
        let (who, customer_name) = who_of_status(&payload, &message);
        let is_in_group = who.group.is_some();
        let data = who.data(&business, customer_name, None);
        let member = data.sender.as_ref().and_then(|sender| sender.id.as_deref()).filter(|_| is_in_group);
        let identity = report.identity(id.as_deref(), member);
        return Event { identity, time: report.time(), data: report.data(id, data), pieces };
    }
    let who = Who { is_from_business: name.is_from_business(), ..who(&payload, &message) };
    let data = who.data(&business, name_of(payload.get("contacts").first()), None);
    let data = match (message.value().is_object(), name.is_message()) {
        (true, _) => message::data(&message, id.clone(), data),
        (false, true) => message::data(&payload, id.clone(), data),
        (false, false) => data,
    };
    let time = Timestamp::of(message.get("timestamp").or(payload.get("timestamp")));
    Event { identity: Identity::from(id), time, data, pieces }
}

fn who(payload: &Object<'_>, message: &Object<'_>) -> Who {
    let sender = payload.get("contacts").first();
    let find = |names: &[&str]| message.first_of(names).or(payload.first_of(names));
    let recipient = payload.first_of(&["to", "recipient_id"]).or(message.first_of(&["to", "recipient_id"]));
    Who {
        customer: sender.first_of(&["to", "wa_id"]).or(recipient).text(),
        user_id: sender.get("user_id").or(find(&["from_user_id", "recipient_user_id"])).text(),
        group: find(&["group_id"]).text(),
        business: message.get("from").or(payload.get("from")).text(),
        is_from_business: false,
    }
}

/// Returns the two sides of a status, and the customer's name. In a group, the customer is the member that the status names.
fn who_of_status(payload: &Object<'_>, message: &Object<'_>) -> (Who, Option<String>) {
    let sender = payload.get("contacts").first();
    let who = who(payload, message);
    let groups = [message, payload].map(Who::of_status);
    let Some(member) = groups.into_iter().find(|who| who.group.is_some()) else { return (who, name_of(sender)) };
    let is_sender = ["to", "wa_id", "user_id"].iter().filter_map(|name| sender.get(name).text()).any(|key| member.has(&key));
    (Who { business: who.business, ..member }, name_of(sender).filter(|_| is_sender))
}
