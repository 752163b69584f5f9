//! Converts the events of a request to queue messages.

mod identity;
mod json;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::event::{CloudEvent, DATA_SCHEMA, Data, Encoding, Original, Part};
use crate::hex_digits::hex;
use crate::json::{Cut, Document, Piece};
use crate::parse::{Event, Identity, MAX_REQUEST_BYTES, Malformed};
use crate::provider::Provider;
use crate::queue::{MAX_BYTES, Message};
use crate::received::without_line_end;
use crate::route;
use crate::timestamp::Timestamp;
use crate::trace::Trace;
use crate::verify::Verified;
use identity::{Ids, digest};

pub use json::{escaped_len, is_fitting};

/// The maximum size of a queue message in bytes. It leaves 1 KiB of SQS's limit for attributes that are added later, such as
/// the reason in a dead-letter queue.
pub const FITTING_BYTES: usize = MAX_BYTES - 1024;
/// The maximum number of events of one conversation in a request to a FIFO queue, which accepts them one at a time.
const MAX_IN_ORDER: usize = 50;

/// The warning on an event that replaces more events than a request may have.
const TOO_MANY_EVENTS: &str = "too_many_events";
/// The warning on an event that replaces one that would not fit into a message.
const TOO_LARGE: &str = "too_large";

/// The error if not even an event of kind `unknown` with only the body would fit into a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// The data that all events of one request share.
pub struct Envelope<'r> {
    provider: &'static Provider,
    body: &'r [u8],
    signature: Option<&'r str>,
    trace: Option<&'r str>,
    channel: Option<&'r str>,
    source: String,
    tenant: String,
    traceparent: Option<String>,
    digests: Digests,
    received_at: Timestamp,
}

impl<'r> Envelope<'r> {
    /// Returns the envelope for the events of a verified request.
    #[must_use]
    pub fn new(provider: &'static Provider, verified: &Verified<'r>, channel: Option<&'r str>, received_at: Timestamp) -> Self {
        let request = verified.request();
        Self::of(provider, &request.body, verified.signature(), request.trace.as_deref(), channel, received_at)
    }

    /// Returns the envelope for the body of a quarantined event.
    pub(crate) fn again(provider: &'static Provider, event: &'r CloudEvent, body: &'r [u8], trace: Option<&'r str>) -> Self {
        let received_at = Timestamp::parse(&event.time).unwrap_or_else(Timestamp::now);
        Self::of(provider, body, event.data.original.signature.as_deref(), trace, event.data.channel.as_deref(), received_at)
    }

    fn of(
        provider: &'static Provider,
        body: &'r [u8],
        signature: Option<&'r str>,
        trace: Option<&'r str>,
        channel: Option<&'r str>,
        received_at: Timestamp,
    ) -> Self {
        let source = route::source(provider.name, channel);
        let (tenant, digests) = (tenant(&source), Digests::of(body));
        let traceparent = trace.and_then(Trace::parse).and_then(Trace::traceparent);
        Self { provider, body, signature, trace, channel, source, tenant, traceparent, digests, received_at }
    }

    /// Returns the messages for the events of a body, in order. `ordered` states whether a queue keeps the order within a
    /// conversation.
    ///
    /// If there are too many events (`None`), or if one would not fit into a message, the whole body becomes one event of
    /// kind `unknown`.
    ///
    /// # Errors
    /// That event would not fit into a message either.
    pub(crate) fn messages(&self, document: &Document<'_>, events: Option<Vec<Event>>, ordered: bool) -> Result<Vec<Message>, TooLarge> {
        let Some(events) = events else { return self.whole(TOO_MANY_EVENTS) };
        let pieces = if events.len() > 1 { pieces_of(&events) } else { Vec::new() };
        let parts = (events.len() > 1).then(|| (Cut::new(document.text(), &pieces), events.len()));
        let mut messages = Vec::with_capacity(events.len());
        let mut ids = Ids::default();
        let mut bytes = 0;
        for (index, mut event) in events.into_iter().enumerate() {
            let original = match &parts {
                Some((cut, count)) => {
                    event.pieces.sort_unstable();
                    event.pieces.dedup();
                    self.original(cut.with(&event.pieces).as_bytes(), Some(Part { index, count: *count }))
                }
                None => self.original(self.body, None),
            };
            let id = ids.next(&self.source, &event.identity, index, &self.digests.content);
            let message = self.message(event, id, original, None);
            bytes += message.size();
            if message.size() > FITTING_BYTES {
                return self.whole(TOO_LARGE);
            }
            if bytes > MAX_REQUEST_BYTES {
                return self.whole(TOO_MANY_EVENTS);
            }
            messages.push(message);
        }
        if ordered && has_long_conversation(&messages) { self.whole(TOO_MANY_EVENTS) } else { Ok(messages) }
    }

    /// Returns the message for a malformed body.
    ///
    /// # Errors
    /// The body would not fit into a message.
    pub(crate) fn quarantined(&self, malformed: Malformed) -> Result<Vec<Message>, TooLarge> {
        self.unknown(malformed.reason(), &Identity::Fresh, Some(malformed.reason()))
    }

    fn whole(&self, warning: &str) -> Result<Vec<Message>, TooLarge> {
        self.unknown(warning, &Identity::Body, None)
    }

    /// Returns the message for one event of kind `unknown` with the whole body.
    fn unknown(&self, warning: &str, identity: &Identity, reason: Option<&'static str>) -> Result<Vec<Message>, TooLarge> {
        let data = Data { warnings: vec![warning.to_owned()], ..Data::default() };
        let id = Ids::default().next(&self.source, identity, 0, &self.digests.content);
        let message = self.message(Event { data, ..Event::default() }, id, self.original(self.body, None), reason);
        if message.size() > FITTING_BYTES { Err(TooLarge) } else { Ok(vec![message]) }
    }

    fn message(&self, event: Event, id: String, original: Original, reason: Option<&'static str>) -> Message {
        let cloud_event = self.cloud_event(event, id, original);
        Message {
            group: cloud_event.subject.clone().unwrap_or_else(|| cloud_event.id.clone()),
            tenant: self.tenant.clone(),
            body: json::of(&cloud_event),
            provider: self.provider.name,
            kind: cloud_event.data.kind,
            event_type: cloud_event.event_type,
            id: cloud_event.id,
            reason,
            traceparent: cloud_event.traceparent,
            trace: self.trace.map(str::to_owned),
        }
    }

    fn cloud_event(&self, event: Event, id: String, original: Original) -> CloudEvent {
        let conversation = event.data.conversation.as_deref();
        CloudEvent {
            specversion: "1.0".to_owned(),
            id: format!("{}-{id}", self.provider.name),
            source: self.source.clone(),
            event_type: format!("{}.{}", self.provider.type_prefix, event.data.kind.as_str()),
            subject: conversation.map(|conversation| digest(&[&self.source, "\n", conversation])),
            time: event.time.unwrap_or(self.received_at).to_string(),
            datacontenttype: "application/json".to_owned(),
            dataschema: DATA_SCHEMA.to_owned(),
            traceparent: self.traceparent.clone(),
            data: Data { provider: self.provider.name.to_owned(), channel: self.channel.map(str::to_owned), original, ..event.data },
        }
    }

    fn original(&self, body: &[u8], part: Option<Part>) -> Original {
        let (body, encoding) = match std::str::from_utf8(body) {
            Ok(text) => (text.to_owned(), Encoding::Utf8),
            Err(_) => (STANDARD.encode(body), Encoding::Base64),
        };
        Original { body, encoding, sha256: self.digests.whole.clone(), signature: self.signature.map(str::to_owned), part }
    }
}

/// Returns the message group of a source on a standard queue. SQS treats the groups of a standard queue fairly.
#[must_use]
pub fn tenant(source: &str) -> String {
    digest(&[source])
}

/// The digests of a body, in hex.
struct Digests {
    whole: String,
    /// The digest without the line end, which a sender may add. It identifies the body.
    content: String,
}

impl Digests {
    fn of(body: &[u8]) -> Self {
        let whole = hex(Sha256::digest(body));
        let content = match without_line_end(body) {
            content if content.len() == body.len() => whole.clone(),
            content => hex(Sha256::digest(content)),
        };
        Self { whole, content }
    }
}

/// Returns the pieces of all events, in the order of the body.
fn pieces_of(events: &[Event]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = events.iter().flat_map(|event| &event.pieces).copied().collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

/// Returns whether one conversation has more events than a FIFO queue accepts in time.
fn has_long_conversation(messages: &[Message]) -> bool {
    let mut groups: Vec<&str> = messages.iter().map(|message| message.group.as_str()).collect();
    groups.sort_unstable();
    groups.chunk_by(|one, other| one == other).any(|group| group.len() > MAX_IN_ORDER)
}

#[cfg(test)]
mod tests;
