//! Finds the events of a body. They have three shapes:
//!
//! - Qikchat's own: `{event, payload{id, contacts[], message{}}}`, also nested under `message` or `statuses`.
//! - The two top-level objects of Qikchat's documentation: `message` and `statuses`.
//! - WhatsApp's: `{messages[], contacts[]}`, `{statuses[]}` and similar, at top level, in the `payload`, and as the `value` of
//!   `entry[].changes[]`.
//!
//! The reader looks for every shape, whatever else the body has. So a body that is reduced to one of its events yields exactly
//! that event.

use shared::json::{Piece, Value};
use shared::parse::{Event, Events, Stop};

use crate::object::{Member, containers, elements, objects};
use crate::own::{self, Name};
use crate::whatsapp::{Form, Scope, is_value};

/// A reader that pushes the events it finds.
pub(crate) struct Reader<'e> {
    events: &'e mut Events,
}

impl<'e> Reader<'e> {
    pub(crate) fn new(events: &'e mut Events) -> Self {
        Self { events }
    }

    /// Pushes the events of a whole body.
    ///
    /// # Errors
    /// There are too many events.
    pub(crate) fn read(&mut self, body: Value<'_>) -> Result<(), Stop> {
        self.envelope(body, body.get("event"), None)
    }

    /// Pushes the events of the body, or of an object nested in it. `around` is the piece of that object.
    fn envelope(&mut self, envelope: Value<'_>, event: Value<'_>, around: Option<Piece>) -> Result<(), Stop> {
        let members = containers(envelope);
        let name = Name::of(event);
        let scope = Scope::of(&members);
        let around = around.as_slice();
        self.entries(&members, around)?;
        if is_value(envelope, &members) {
            self.arrays(not_entries(&members), &scope, around)?;
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
            self.events.push(scope.event(form, object, with(member.piece, around)))?;
        }
        Ok(())
    }

    fn payload(&mut self, name: &Name, payload: Value<'_>, around: &[Piece]) -> Result<(), Stop> {
        let before = self.events.len();
        let members = containers(payload);
        self.entries(&members, around)?;
        if is_value(payload, &members) {
            self.arrays(not_entries(&members), &Scope::of(&members), around)?;
        }
        if objects(&members, "message").next().is_some() || self.events.len() == before {
            self.events.push(own::event(name, payload, &members, around))?;
        }
        Ok(())
    }

    /// Pushes the events of `entry[].changes[]`. A change without an event, and an entry with other content instead of events,
    /// becomes an event of kind `unknown`.
    fn entries(&mut self, members: &[Member<'_>], around: &[Piece]) -> Result<(), Stop> {
        for entry in elements(members, "entry") {
            let before = self.events.len();
            let members = containers(entry);
            for change in elements(&members, "changes").filter(|change| change.is_object()) {
                let around = [&[change.piece(), entry.piece()], around].concat();
                let before = self.events.len();
                for value in objects(&containers(change), "value") {
                    let members = containers(value.value);
                    self.arrays(members.iter(), &Scope::of(&members), &around)?;
                }
                if self.events.len() == before {
                    self.events.push(Event { pieces: around, ..Event::default() })?;
                }
            }
            if self.events.len() == before && members.iter().any(|member| member.value.is_given()) {
                self.events.push(Event { pieces: with(entry.piece(), around), ..Event::default() })?;
            }
        }
        Ok(())
    }

    /// Pushes an event for each object in an object's arrays, except `contacts`.
    fn arrays<'m, 'd: 'm>(
        &mut self,
        members: impl Iterator<Item = &'m Member<'d>>,
        scope: &Scope<'d>,
        around: &[Piece],
    ) -> Result<(), Stop> {
        for member in members.filter(|member| member.name != "contacts") {
            let form = Form::of_array(&member.name);
            for element in member.value.elements().filter(|element| element.is_object()) {
                self.events.push(scope.event(form, element, with(element.piece(), around)))?;
            }
        }
        Ok(())
    }
}

/// Whether an object under `message` or `statuses` is not an event but an envelope with events in it. One of an envelope's
/// members is enough, because a body that is reduced to one event keeps only that member.
fn is_envelope(object: Value<'_>) -> bool {
    let members = containers(object);
    let has_object = ["payload", "message", "statuses"].into_iter().any(|name| objects(&members, name).next().is_some());
    has_object || elements(&members, "entry").next().is_some() || is_value(object, &members)
}

/// Returns all members except the entries, which are handled separately.
fn not_entries<'m, 'd>(members: &'m [Member<'d>]) -> impl Iterator<Item = &'m Member<'d>> {
    members.iter().filter(|member| member.name != "entry")
}

fn with(piece: Piece, around: &[Piece]) -> Vec<Piece> {
    [&[piece], around].concat()
}
