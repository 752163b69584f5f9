//! From a verified body to events: what a provider's parse function is given, and what it returns.

use crate::event::Data;
use crate::json::{Document, Piece, Value};
use crate::timestamp::Timestamp;

/// The most events that one request may make; with more, the whole body becomes one event of kind `unknown`.
pub const MAX_EVENTS: usize = 1_000;
/// The most bytes of all messages of one request; with more, the same.
pub const MAX_REQUEST_BYTES: usize = 8 << 20;

/// Pushes the events of an object or array. The second argument is the channel in the path.
///
/// A shape that it does not know is an event of kind `unknown`; a body without any event becomes one as well.
///
/// # Errors
/// [`Stop::Malformed`] where a field is missing without which the provider's own rules make the body invalid, and
/// whatever [`Events::push`] returns.
pub type Parse = fn(Value<'_>, Option<&str>, &mut Events) -> Result<(), Stop>;

/// One event, as a provider's parse function makes it. The pipeline adds the provider, the channel and the original.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// What makes it this event and no other.
    pub identity: Identity,
    /// The provider's time.
    pub time: Option<Timestamp>,
    /// What it says.
    pub data: Data,
    /// The pieces of the body that it is made from: first the element or member that holds it, then those around that one,
    /// then those that are about its customer. Where a body has several events, an event's `original.body`
    /// leaves out the pieces that only other events have.
    pub pieces: Vec<Piece>,
}

/// What makes an event the same one when its body is sent again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Identity {
    /// The provider's own id.
    Given(String),
    /// The body, which has a timestamp in milliseconds.
    Body,
    /// Nothing: two equal bodies may be two events.
    #[default]
    Fresh,
}

impl From<Option<String>> for Identity {
    fn from(id: Option<String>) -> Self {
        id.map_or(Self::Fresh, Self::Given)
    }
}

/// The events of one body.
#[derive(Debug, Default)]
pub struct Events {
    events: Vec<Event>,
    /// The bytes that their messages take at least. Events may share a text of any size, so that without this limit the
    /// memory would not be linear in the body.
    bytes: usize,
}

impl Events {
    /// Adds an event.
    ///
    /// # Errors
    /// [`Stop::TooMany`] where there are [`MAX_EVENTS`] already, or where their messages would take more than
    /// [`MAX_REQUEST_BYTES`].
    pub fn push(&mut self, event: Event) -> Result<(), Stop> {
        self.bytes += least_bytes(&event);
        if self.events.len() == MAX_EVENTS || self.bytes > MAX_REQUEST_BYTES {
            return Err(Stop::TooMany);
        }
        self.events.push(event);
        Ok(())
    }

    /// Returns how many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is no event yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns the events in the order in which they are in the body.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<Event> {
        self.events.sort_by_key(|event| event.pieces.first().copied());
        self.events
    }
}

/// Returns the fewest bytes that an event's message takes: its texts, its attachments without their texts, and the pieces
/// of the body that it keeps.
fn least_bytes(event: &Event) -> usize {
    const ATTACHMENT: usize = 85;
    const PIECE: usize = 12;
    let data = &event.data;
    let people = [&data.sender, &data.recipient].into_iter().flatten();
    let texts = people.flat_map(|person| [&person.id, &person.name, &person.phone, &person.email]).chain([&data.conversation]);
    let message = data.message.as_ref();
    let texts = texts.chain(message.into_iter().flat_map(|message| [&message.id, &message.text, &message.reply_to, &message.replaces]));
    let attachments = message.map_or(0, |message| message.attachments.len());
    texts.flatten().map(String::len).sum::<usize>() + attachments * ATTACHMENT + event.pieces.len() * PIECE
}

/// Why a body is not parsed to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It cannot be an event: it is quarantined.
    Malformed(Malformed),
    /// It makes more than [`MAX_EVENTS`] events.
    TooMany,
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// Why a body that proved itself cannot be an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It is not JSON.
    NotJson,
    /// It is JSON, and neither an object nor an array.
    Scalar,
    /// A mandatory field is missing.
    MissingField(&'static str),
}

impl Malformed {
    /// Returns the reason as a log field, a message attribute and a warning.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::Scalar => "scalar",
            Self::MissingField(_) => "missing_field",
        }
    }
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotJson => out.write_str("the body is not JSON"),
            Self::Scalar => out.write_str("the body is neither a JSON object nor an array"),
            Self::MissingField(field) => write!(out, "the mandatory field `{field}` is missing"),
        }
    }
}

/// A body that has been parsed.
pub(crate) struct Parsed<'t> {
    /// The body's index.
    pub(crate) document: Document<'t>,
    /// Its events, at least one; none where it makes too many.
    pub(crate) events: Option<Vec<Event>>,
}

/// Parses a body that is an object or an array.
///
/// # Errors
/// Why it is quarantined.
pub(crate) fn parse<'t>(parse: Parse, body: &'t [u8], channel: Option<&str>) -> Result<Parsed<'t>, Malformed> {
    let document = Document::parse(body).map_err(|_| Malformed::NotJson)?;
    let root = document.root();
    if !root.is_object() && !root.is_array() {
        return Err(Malformed::Scalar);
    }
    let mut events = Events::default();
    let events = match parse(root, channel, &mut events) {
        Ok(()) if events.is_empty() => Some(vec![Event::default()]),
        Ok(()) => Some(events.into_vec()),
        Err(Stop::TooMany) => None,
        Err(Stop::Malformed(malformed)) => return Err(malformed),
    };
    Ok(Parsed { document, events })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_events_are_enough() {
        let mut events = Events::default();
        for _ in 0..MAX_EVENTS {
            assert_eq!(events.push(Event::default()), Ok(()));
        }
        assert_eq!(events.push(Event::default()), Err(Stop::TooMany));
    }

    #[test]
    fn a_text_that_events_share_counts_for_each() {
        let conversation = Some("x".repeat(MAX_REQUEST_BYTES / 4));
        let event = Event { data: Data { conversation, ..Data::default() }, ..Event::default() };
        let mut events = Events::default();
        for _ in 0..4 {
            assert_eq!(events.push(event.clone()), Ok(()));
        }
        assert_eq!(events.push(event), Err(Stop::TooMany));
    }

    #[test]
    fn events_stand_in_the_order_of_the_body() {
        let document = Document::parse(b"[1,2]").expect("JSON");
        let mut events = Events::default();
        let pieces: Vec<Piece> = document.root().elements().map(|element| element.piece()).collect();
        for piece in pieces.iter().rev() {
            events.push(Event { pieces: vec![*piece], ..Event::default() }).expect("room");
        }
        assert_eq!(events.into_vec().iter().map(|event| event.pieces[0]).collect::<Vec<_>>(), pieces);
    }
}
