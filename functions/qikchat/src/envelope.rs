//! Where the events of a body are.
//!
//! - Qikchat's own: `{event, payload{id, contacts[], message{}}}`, also nested under a `message` or `statuses`.
//! - The document's two objects at top level: `message`, `statuses`.
//! - WhatsApp's: `{messages[], contacts[]}`, `{statuses[]}` and the like, at top level, in the `payload`, and as the `value` of
//!   `entry[].changes[]`.
//!
//! Each is looked for whatever else is there, so that a body reduced to one of its events is that event and no other.

use shared::event::Participant;
use shared::json::{Piece, Value};
use shared::parse::{Event, Events, Stop};

use crate::own::{self, Name};
use crate::whatsapp::{Form, Scope, is_value};

/// What the pipeline puts into the queue for one request; a body whose events take more becomes one event.
const MAX_BYTES: usize = 8 << 20;
/// The fewest bytes that an attachment takes in an event.
const ATTACHMENT_BYTES: usize = 90;

/// Adds the events of a body.
pub(crate) struct Reader<'e> {
    events: &'e mut Events,
    count: usize,
    /// The bytes that the events take at least, beside their own part of the body. They may share a contact or a name that is
    /// large, so that without a limit the memory would not be linear in the body.
    bytes: usize,
}

impl<'e> Reader<'e> {
    pub(crate) fn new(events: &'e mut Events) -> Self {
        Self { events, count: 0, bytes: 0 }
    }

    /// Reads a whole body.
    ///
    /// # Errors
    /// It makes too many events.
    pub(crate) fn read(&mut self, body: Value<'_>) -> Result<(), Stop> {
        self.envelope(body, body.get("event"), None)
    }

    /// Reads the body, or what is nested in it and then has a piece around it.
    fn envelope(&mut self, envelope: Value<'_>, event: Value<'_>, around: Option<Piece>) -> Result<(), Stop> {
        let name = Name::of(event);
        self.entries(envelope, around.as_slice())?;
        if is_value(envelope) {
            self.arrays(envelope, around.as_slice())?;
        }
        for (payload, piece) in objects(envelope, "payload") {
            self.payload(&name, payload, &around_with(piece, around.as_slice()))?;
        }
        let scope = Scope::of(envelope);
        for member in ["message", "statuses"] {
            for (object, piece) in objects(envelope, member) {
                if around.is_none() && object.get("payload").is_object() {
                    self.envelope(object, object.get("event").or(event), Some(piece))?;
                    continue;
                }
                let form = match member == "statuses" || name.is_status(object.get("status").is_given()) {
                    true => Form::Status,
                    false if name.is_from_business() => Form::Echo,
                    false => Form::Message,
                };
                self.push(scope.event(form, object, around_with(piece, around.as_slice())), around.iter().count() + 1)?;
            }
        }
        Ok(())
    }

    fn payload(&mut self, name: &Name, payload: Value<'_>, around: &[Piece]) -> Result<(), Stop> {
        let before = self.count;
        self.entries(payload, around)?;
        if is_value(payload) {
            self.arrays(payload, around)?;
        }
        if payload.get("message").is_object() || self.count == before {
            self.push(own::event(name, payload, around), usize::MAX)?;
        }
        Ok(())
    }

    /// Reads `entry[].changes[]`.
    fn entries(&mut self, object: Value<'_>, around: &[Piece]) -> Result<(), Stop> {
        for entry in elements(object, "entry") {
            let around = around_with(entry.piece(), around);
            for change in elements(entry, "changes") {
                let around = around_with(change.piece(), &around);
                let before = self.count;
                for (value, _) in objects(change, "value") {
                    self.arrays(value, &around)?;
                }
                if self.count == before {
                    self.push(Event { pieces: around, ..Event::default() }, usize::MAX)?;
                }
            }
        }
        Ok(())
    }

    /// Reads every array of an object but its contacts.
    fn arrays(&mut self, object: Value<'_>, around: &[Piece]) -> Result<(), Stop> {
        let scope = Scope::of(object);
        for (name, array) in object.members().filter(|(name, _)| name != "contacts" && name != "entry") {
            for element in array.elements().filter(|element| element.is_object()) {
                let event = scope.event(Form::of_array(&name), element, around_with(element.piece(), around));
                self.push(event, around.len() + 1)?;
            }
        }
        Ok(())
    }

    /// Adds an event. Its pieces after the first `own` ones are contacts, which it may share with others.
    fn push(&mut self, event: Event, own: usize) -> Result<(), Stop> {
        let contacts: usize = event.pieces.iter().skip(own).map(|piece| piece.span().len()).sum();
        let people = [&event.data.sender, &event.data.recipient].into_iter().flatten().map(size).sum::<usize>();
        let attachments = event.data.message.as_ref().map_or(0, |message| message.attachments.len() * ATTACHMENT_BYTES);
        self.bytes += contacts + people + attachments;
        self.count += 1;
        if self.bytes > MAX_BYTES { Err(Stop::TooMany) } else { self.events.push(event) }
    }
}

/// Returns the objects among an object's members of that name, each with its piece.
fn objects<'d>(object: Value<'d>, name: &'static str) -> impl Iterator<Item = (Value<'d>, Piece)> {
    let members = object.members().filter(move |(member, _)| member == name).map(|(_, value)| value);
    members.zip(object.pieces(name)).filter(|(value, _)| value.is_object())
}

/// Returns the objects in an object's arrays of that name.
fn elements<'d>(object: Value<'d>, name: &'static str) -> impl Iterator<Item = Value<'d>> {
    let arrays = object.members().filter(move |(member, _)| member == name);
    arrays.flat_map(|(_, array)| array.elements()).filter(|element| element.is_object())
}

fn around_with(piece: Piece, around: &[Piece]) -> Vec<Piece> {
    [&[piece], around].concat()
}

fn size(participant: &Participant) -> usize {
    let texts = [&participant.id, &participant.name, &participant.phone];
    texts.into_iter().flatten().map(String::len).sum()
}
