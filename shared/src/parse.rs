//! Converts a verified body to events: the input and output of a provider's parse function.

use crate::event::Data;
use crate::json::{Document, Piece, Value};
use crate::timestamp::Timestamp;

/// The maximum number of events per request. With more, the whole body becomes one event of kind `unknown`.
pub const MAX_EVENTS: usize = 1_000;
/// The maximum total size of a request's messages, in bytes. If it is exceeded, the whole body becomes one event of kind
/// `unknown`.
pub const MAX_REQUEST_BYTES: usize = 8 << 20;

/// A provider's parse function: pushes the events of a JSON object or array. The second argument is the channel in the path.
///
/// The function pushes an event of kind `unknown` for a shape that it does not recognize. If it pushes nothing, the body
/// becomes one event of kind `unknown`.
///
/// # Errors
/// [`Stop::Malformed`] if a field is missing that the provider declares mandatory, and any error of [`Events::push`].
pub type Parse = fn(Value<'_>, Option<&str>, &mut Events) -> Result<(), Stop>;

/// One event as returned by a provider's parse function. The pipeline adds the provider, the channel and the original.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// What distinguishes this event from every other.
    pub identity: Identity,
    /// The time according to the provider.
    pub time: Option<Timestamp>,
    /// The data of the event.
    pub data: Data,
    /// The pieces of the body that belong to the event: first the element or member that holds it, then the pieces that
    /// enclose it, then those about its customer. If a body has more than one event, an event's `original.body` leaves out
    /// the pieces that belong only to other events.
    pub pieces: Vec<Piece>,
}

/// What identifies an event when its body is redelivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Identity {
    /// The provider's own id.
    Given(String),
    /// The body, which has a timestamp in milliseconds.
    Body,
    /// No identity: two equal bodies may be two events.
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
    /// A lower bound for the total size of the events' messages. Multiple events can share a text of any size, so without a limit
    /// the memory use would not be linear in the body.
    bytes: usize,
}

impl Events {
    /// Adds an event.
    ///
    /// # Errors
    /// [`Stop::TooMany`] if there are already [`MAX_EVENTS`], or if the messages would exceed [`MAX_REQUEST_BYTES`].
    pub fn push(&mut self, event: Event) -> Result<(), Stop> {
        self.bytes += least_bytes(&event);
        if self.events.len() == MAX_EVENTS || self.bytes > MAX_REQUEST_BYTES {
            return Err(Stop::TooMany);
        }
        self.events.push(event);
        Ok(())
    }

    /// Returns the number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns whether there are no events.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns the events in the order of the body.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<Event> {
        self.events.sort_by_key(|event| event.pieces.first().copied());
        self.events
    }
}

/// Returns a lower bound for the size of an event's message: its texts, its attachments without their texts, and the pieces
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

/// Why parsing a body stops early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The body cannot become an event and is quarantined.
    Malformed(Malformed),
    /// The body has more than [`MAX_EVENTS`] events, or their messages exceed [`MAX_REQUEST_BYTES`].
    TooMany,
}

impl From<Malformed> for Stop {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// Why a verified body cannot become an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The body is not JSON.
    NotJson,
    /// The body is JSON, but neither an object nor an array.
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
    /// Its events, at least one. `None` if it has too many.
    pub(crate) events: Option<Vec<Event>>,
}

/// Parses a body that is an object or an array.
///
/// # Errors
/// Returns why the body is quarantined.
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
    fn a_thousand_events_are_the_limit() {
        let mut events = Events::default();
        for _ in 0..MAX_EVENTS {
            assert_eq!(events.push(Event::default()), Ok(()));
        }
        assert_eq!(events.push(Event::default()), Err(Stop::TooMany));
    }

    #[test]
    fn a_shared_text_counts_for_each_event() {
        let conversation = Some("x".repeat(MAX_REQUEST_BYTES / 4));
        let event = Event { data: Data { conversation, ..Data::default() }, ..Event::default() };
        let mut events = Events::default();
        for _ in 0..4 {
            assert_eq!(events.push(event.clone()), Ok(()));
        }
        assert_eq!(events.push(event), Err(Stop::TooMany));
    }

    #[test]
    fn events_are_in_the_order_of_the_body() {
        let document = Document::parse(b"[1,2]").expect("JSON");
        let mut events = Events::default();
        let pieces: Vec<Piece> = document.root().elements().map(|element| element.piece()).collect();
        for piece in pieces.iter().rev() {
            events.push(Event { pieces: vec![*piece], ..Event::default() }).expect("room");
        }
        assert_eq!(events.into_vec().iter().map(|event| event.pieces[0]).collect::<Vec<_>>(), pieces);
    }
}
