//! WhatsApp's shapes: an object of arrays, each element of which is an event, with the `contacts` and `metadata` beside them.

use shared::event::Data;
use shared::json::{Piece, Value};
use shared::parse::{Event, Identity};
use shared::timestamp::Timestamp;

use crate::contacts::Contacts;
use crate::message;
use crate::object::{Member, Object, objects};
use crate::status::Report;
use crate::who::{Business, Who};

/// The arrays that tell such an object from others.
const ARRAYS: [&str; 4] = ["messages", "statuses", "message_echoes", "calls"];

/// The members of an object of unknown kind that may name its customer, as a contact does.
const MENTIONS: [&str; 9] =
    ["wa_id", "user_id", "from", "from_user_id", "to", "to_user_id", "recipient_id", "recipient_user_id", "recipient_participant_id"];

/// What an object is, by the array that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// What a customer wrote.
    Message,
    /// What the business wrote.
    Echo,
    /// What became of a message.
    Status,
    /// Anything else.
    Unknown,
}

impl Form {
    /// Returns what the elements of the array of that name are.
    pub(crate) fn of_array(name: &str) -> Self {
        match name {
            "messages" => Self::Message,
            "message_echoes" => Self::Echo,
            "statuses" => Self::Status,
            _ => Self::Unknown,
        }
    }
}

/// Whether an object is of WhatsApp's shape. It still is where its arrays are empty.
pub(crate) fn is_value(object: Value<'_>, members: &[Member<'_>]) -> bool {
    let has_array = members.iter().any(|member| member.value.is_array() && ARRAYS.contains(&&*member.name));
    has_array || (objects(members, "metadata").next().is_some() && object.get("messaging_product").is_given())
}

/// What stands beside the events of an object.
pub(crate) struct Scope<'d> {
    contacts: Contacts<'d>,
    business: Business,
}

impl<'d> Scope<'d> {
    pub(crate) fn of(members: &[Member<'d>]) -> Self {
        let metadata = objects(members, "metadata").last();
        Self { contacts: Contacts::of(members), business: metadata.map(|member| Business::of(member.value)).unwrap_or_default() }
    }

    /// Returns the event of an object, whose own pieces and those around it are given.
    pub(crate) fn event(&self, form: Form, object: Value<'d>, mut pieces: Vec<Piece>) -> Event {
        let object = &Object::of(object);
        let who = match form {
            Form::Message => Who::of_message(object),
            Form::Echo => Who::of_echo(object),
            Form::Status => Who::of_status(object),
            Form::Unknown => Who::of_unknown(object, &self.business),
        };
        let is_in_group = who.group.is_some();
        let matches = who.matching(&self.contacts);
        match form {
            Form::Unknown => pieces.extend(self.mentioned(object)),
            _ => pieces.extend(matches.pieces),
        }
        let data = match form {
            // Without a customer, nothing says who wrote it.
            Form::Unknown if !who.has_customer() => Data { conversation: who.group, ..Data::default() },
            _ => who.data(&self.business, matches.name, matches.number),
        };
        let id = object.get("id").text();
        let time = Timestamp::of(object.get("timestamp"));
        match form {
            Form::Message | Form::Echo => {
                Event { identity: Identity::from(id.clone()), time, data: message::data(object, id, data), pieces }
            }
            Form::Status => {
                let report = Report { status: object, around: None };
                let member = data.sender.as_ref().and_then(|sender| sender.id.as_deref()).filter(|_| is_in_group);
                Event { identity: report.identity(id.as_deref(), member), time: report.time(), data: report.data(id, data), pieces }
            }
            Form::Unknown => Event { identity: Identity::Fresh, time, data, pieces },
        }
    }

    fn mentioned(&self, object: &Object<'_>) -> Vec<Piece> {
        let texts: Vec<String> = MENTIONS.iter().filter_map(|name| object.get(name).text()).collect();
        self.contacts.matching(texts.iter().map(String::as_str)).pieces
    }
}
