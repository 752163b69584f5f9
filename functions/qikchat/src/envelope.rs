//! Where the events of a body are.
//!
//! - Qikchat's own: `{event, payload{id, contacts[], message{}}}`, also nested under a `message` or `statuses`.
//! - The document's two objects at top level: `message`, `statuses`.
//! - WhatsApp's: `{messages[], contacts[]}`, `{statuses[]}` and the like, at top level, in the `payload`, and as the `value` of
//!   `entry[].changes[]`.
//!
//! Each is looked for whatever else is there, so that a body reduced to one of its events is that event and no other.

use shared::envelope::MAX_REQUEST_BYTES;
use shared::event::Participant;
use shared::json::{Piece, Value};
use shared::parse::{Event, Events, Stop};

use crate::object::{Member, containers, elements, objects};
use crate::own::{self, Name};
use crate::whatsapp::{Form, Scope, is_value};

/// The fewest bytes that an attachment takes in an event.
const ATTACHMENT_BYTES: usize = 90;

/// Adds the events of a body.
pub(crate) struct Reader<'e> {
    events: &'e mut Events,
    count: usize,
    /// The bytes that the events take at least. They may share a contact or a name of any size, so that without this limit
    /// the memory would not be linear in the body.
    bytes: usize,
}

impl<'e> Reader<'e> {
    pub(crate) fn new(events: &'e mut Events) -> Self {
        Self { events, count: 0, bytes: 0 }
    }

    /// Adds the events of a whole body.
    ///
    /// # Errors
    /// It makes too many events.
    pub(crate) fn read(&mut self, body: Value<'_>) -> Result<(), Stop> {
        self.envelope(body, body.get("event"), None)
    }

    /// Adds the events of the body, or of what is nested in it and then has a piece around it.
    fn envelope(&mut self, envelope: Value<'_>, event: Value<'_>, around: Option<Piece>) -> Result<(), Stop> {
        let members = containers(envelope);
        let name = Name::of(event);
        let scope = Scope::of(&members);
        let around = around.as_slice();
        self.entries(&members, around)?;
        if is_value(envelope, &members) {
            self.arrays(&members, &scope, around)?;
        }
        for payload in objects(&members, "payload") {
            self.payload(&name, payload.value, &with(payload.piece, around))?;
        }
        for member in ["message", "statuses"].into_iter().flat_map(|name| objects(&members, name)) {
            let object = member.value;
            if around.is_empty() && is_envelope(object) {
                self.envelope(object, object.get("event").or(event), Some(member.piece))?;
                continue;
            }
            let form = match member.name == "statuses" || name.is_status(object.get("status").is_given()) {
                true => Form::Status,
                false if name.is_from_business() => Form::Echo,
                false => Form::Message,
            };
            self.push(scope.event(form, object, with(member.piece, around)), around.len() + 1)?;
        }
        Ok(())
    }

    fn payload(&mut self, name: &Name, payload: Value<'_>, around: &[Piece]) -> Result<(), Stop> {
        let before = self.count;
        let members = containers(payload);
        self.entries(&members, around)?;
        if is_value(payload, &members) {
            self.arrays(&members, &Scope::of(&members), around)?;
        }
        if objects(&members, "message").next().is_some() || self.count == before {
            self.push(own::event(name, payload, &members, around), usize::MAX)?;
        }
        Ok(())
    }

    /// Adds the events of `entry[].changes[]`.
    fn entries(&mut self, members: &[Member<'_>], around: &[Piece]) -> Result<(), Stop> {
        for entry in elements(members, "entry") {
            for change in elements(&containers(entry), "changes").filter(|change| change.is_object()) {
                let around = [&[change.piece(), entry.piece()], around].concat();
                let before = self.count;
                for value in objects(&containers(change), "value") {
                    let members = containers(value.value);
                    self.arrays(&members, &Scope::of(&members), &around)?;
                }
                if self.count == before {
                    self.push(Event { pieces: around, ..Event::default() }, usize::MAX)?;
                }
            }
        }
        Ok(())
    }

    /// Adds the events of every array of an object but its contacts.
    fn arrays<'d>(&mut self, members: &[Member<'d>], scope: &Scope<'d>, around: &[Piece]) -> Result<(), Stop> {
        for member in members.iter().filter(|member| member.name != "contacts" && member.name != "entry") {
            let form = Form::of_array(&member.name);
            for element in member.value.elements().filter(|element| element.is_object()) {
                self.push(scope.event(form, element, with(element.piece(), around)), around.len() + 1)?;
            }
        }
        Ok(())
    }

    /// Adds an event. Its pieces after the first `own` ones are contacts, which it may share with others.
    fn push(&mut self, event: Event, own: usize) -> Result<(), Stop> {
        let contacts: usize = event.pieces.iter().skip(own).map(|piece| piece.span().len()).sum();
        let people: usize = [&event.data.sender, &event.data.recipient].into_iter().flatten().map(size).sum();
        let attachments = event.data.message.as_ref().map_or(0, |message| message.attachments.len());
        self.bytes += contacts + people + attachments * ATTACHMENT_BYTES;
        self.count += 1;
        if self.bytes > MAX_REQUEST_BYTES { Err(Stop::TooMany) } else { self.events.push(event) }
    }
}

/// Whether what stands under `message` or `statuses` is not one of them, but holds them. Any of its members tells: where it has
/// several events, each of them has a body with that one member alone.
fn is_envelope(object: Value<'_>) -> bool {
    let members = containers(object);
    let has_object = ["payload", "message", "statuses"].into_iter().any(|name| objects(&members, name).next().is_some());
    has_object || elements(&members, "entry").next().is_some() || is_value(object, &members)
}

fn with(piece: Piece, around: &[Piece]) -> Vec<Piece> {
    [&[piece], around].concat()
}

fn size(participant: &Participant) -> usize {
    let texts = [&participant.id, &participant.name, &participant.phone];
    texts.into_iter().flatten().map(String::len).sum()
}
