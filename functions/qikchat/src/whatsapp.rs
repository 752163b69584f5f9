//! WhatsApp's shape: an object with arrays whose elements are events, and with `contacts` and `metadata` next to them.

use shared::event::Data;
use shared::json::{Piece, Value};
use shared::parse::{Event, Identity};
use shared::timestamp::Timestamp;

use crate::contacts::Contacts;
use crate::message;
use crate::object::{Member, Object, objects};
use crate::status::Report;
use crate::who::{Business, Who};

/// The arrays that identify such an object.
const ARRAYS: [&str; 4] = ["messages", "statuses", "message_echoes", "calls"];

/// The members of an object of unknown kind that can name its customer, and so match a contact.
const MENTIONS: [&str; 9] =
    ["wa_id", "user_id", "from", "from_user_id", "to", "to_user_id", "recipient_id", "recipient_user_id", "recipient_participant_id"];

/// The form of an object, according to its array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A message that the customer wrote.
    Message,
    /// A message that the business wrote.
    Echo,
    /// The status of a message.
    Status,
    /// Anything else.
    Unknown,
}

impl Form {
    /// Returns the form of the elements of an array.
    pub(crate) fn of_array(name: &str) -> Self {
        match name {
            "messages" => Self::Message,
            "message_echoes" => Self::Echo,
            "statuses" => Self::Status,
            _ => Self::Unknown,
        }
    }
}

/// Whether an object has WhatsApp's shape, even if its arrays are empty.
pub(crate) fn is_value(object: Value<'_>, members: &[Member<'_>]) -> bool {
    let has_array = members.iter().any(|member| member.value.is_array() && ARRAYS.contains(&&*member.name));
    has_array || (objects(members, "metadata").next().is_some() && object.get("messaging_product").is_given())
}

/// The contacts and the business that an object contains in addition to its events.
pub(crate) struct Scope<'d> {
    contacts: Contacts<'d>,
    business: Business,
}

impl<'d> Scope<'d> {
    pub(crate) fn of(members: &[Member<'d>]) -> Self {
        let metadata = objects(members, "metadata").last();
        Self { contacts: Contacts::of(members), business: metadata.map(|member| Business::of(member.value)).unwrap_or_default() }
    }

    /// Returns the event of an object. `pieces` is the object's piece and those around it.
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
            // Without a customer, it is not known which side is the sender.
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
