//! From events to the messages of the queue.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::event::{CloudEvent, Data, Encoding, Event, Identity, Original, Part};
use crate::hex;
use crate::provider::About;
use crate::queue::Message;
use crate::received::Verified;
use crate::route;
use crate::timestamp::Timestamp;
use crate::trace::Trace;
use crate::verify::hmac_sha1::without_line_end;

/// What the events of one request have in common.
pub struct Envelope<'r> {
    about: &'static About,
    verified: &'r Verified<'r>,
    channel: Option<&'r str>,
    source: String,
    sha256: String,
    /// The same without the line end, which a sender may add: what identifies a body.
    sha256_of_content: String,
    received_at: Timestamp,
}

impl<'r> Envelope<'r> {
    /// The envelope for the events of this request.
    #[must_use]
    pub fn new(about: &'static About, verified: &'r Verified<'r>, channel: Option<&'r str>, received_at: Timestamp) -> Self {
        let body = verified.request().body.as_slice();
        let sha256 = hex::encode(&Sha256::digest(body));
        let sha256_of_content = match without_line_end(body) {
            content if content.len() == body.len() => sha256.clone(),
            content => hex::encode(&Sha256::digest(content)),
        };
        Self { about, verified, channel, source: route::source(about.name, channel), sha256, sha256_of_content, received_at }
    }

    /// The queue messages of a request's events, in their order. `reason` is why they are quarantined.
    #[must_use]
    pub fn messages(&self, events: Vec<Event>, reason: Option<&'static str>) -> Vec<Message> {
        let count = events.len();
        events
            .into_iter()
            .enumerate()
            .map(|(index, event)| {
                let part = (count > 1).then_some(Part { index, count });
                self.message(event, index, part, reason)
            })
            .collect()
    }

    fn message(&self, event: Event, index: usize, part: Option<Part>, reason: Option<&'static str>) -> Message {
        let kind = event.kind;
        let cloud_event = self.wrap(event, index, part);
        let group = cloud_event.subject.as_deref().unwrap_or(&cloud_event.id);
        Message {
            group: digest_id(&self.source, group),
            tenant: hex::encode(&Sha256::digest(&self.source)[..16]),
            body: to_json(&cloud_event),
            provider: self.about.name,
            kind,
            event_type: cloud_event.event_type,
            id: cloud_event.id,
            reason,
            trace: self.verified.request().trace.clone(),
            traceparent: self.verified.request().trace.as_deref().and_then(Trace::read).and_then(Trace::traceparent),
        }
    }

    fn wrap(&self, event: Event, index: usize, part: Option<Part>) -> CloudEvent {
        let body = self.verified.request().body.as_slice();
        let slice = part.and(event.element).and_then(|span| body.get(span)).unwrap_or(body);
        let (body, encoding) = match std::str::from_utf8(slice) {
            Ok(text) => (text.to_owned(), Encoding::Utf8),
            Err(_) => (STANDARD.encode(slice), Encoding::Base64),
        };
        CloudEvent {
            specversion: "1.0".to_owned(),
            id: self.id(event.identity, index),
            source: self.source.clone(),
            event_type: format!("{}.{}", self.about.event_type, event.kind.as_str()),
            subject: event.conversation.clone(),
            time: event.time.unwrap_or(self.received_at).to_string(),
            datacontenttype: "application/json".to_owned(),
            data: Data {
                provider: self.about.name.to_owned(),
                kind: event.kind,
                channel: self.channel.map(str::to_owned),
                conversation: event.conversation,
                sender: event.sender,
                recipient: event.recipient,
                message: event.message,
                status: event.status,
                reaction: event.reaction,
                warnings: event.warnings,
                original: Original {
                    body,
                    encoding,
                    sha256: self.sha256.clone(),
                    signature: self.verified.proof().signature().map(str::to_owned),
                    part,
                },
            },
        }
    }

    fn id(&self, identity: Identity, index: usize) -> String {
        let digits = match identity {
            Identity::Given(id) => digest_id(&self.source, &id),
            Identity::Body => digest_id(&self.source, &format!("body:{index}:{}", self.sha256_of_content)),
            Identity::Fresh => Uuid::now_v7().simple().to_string(),
        };
        format!("{}-{digits}", self.about.name)
    }
}

/// The first 32 hex digits of SHA-256 over a source and a name within it.
fn digest_id(source: &str, name: &str) -> String {
    let digest = Sha256::new().chain_update(source).chain_update("\n").chain_update(name).finalize();
    hex::encode(&digest[..16])
}

/// JSON without a character that SQS refuses: JSON escapes the control characters, we the two others.
fn to_json(event: &CloudEvent) -> String {
    #[allow(clippy::expect_used)] // Plain structs with string keys always serialise.
    let json = serde_json::to_string(event).expect("serialisable");
    match count_refused(&json) {
        0 => json,
        _ => json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff"),
    }
}

/// How many bytes a body takes as a JSON string in the envelope: the part of a message's size that is
/// known before the body is read.
#[must_use]
pub fn escaped_len(body: &[u8]) -> usize {
    let Ok(text) = std::str::from_utf8(body) else { return body.len().div_ceil(3) * 4 };
    let escaped = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..0x20 => 6,
        _ => 1,
    });
    escaped.sum::<usize>() + 3 * count_refused(text)
}

/// How many characters SQS refuses that JSON does not escape. One after the other: a search for one
/// character goes by words of memory, one for two decodes each character.
fn count_refused(text: &str) -> usize {
    text.matches('\u{fffe}').count() + text.matches('\u{ffff}').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Kind;
    use crate::received::Received;
    use crate::verify::Proof;
    use std::time::Duration;

    const ABOUT: About = About { name: "acme", event_type: "com.acme", challenge: None, ack_budget: Duration::ZERO };

    fn messages(body: &[u8], events: Vec<Event>) -> Vec<serde_json::Value> {
        let request = Received { body: body.to_vec(), ..Received::default() };
        let verified = Verified::new(&request, Proof::waived_by_operator());
        let now = Timestamp::from_millis(1_000).expect("in range");
        let envelope = Envelope::new(&ABOUT, &verified, Some("shop"), now);
        envelope.messages(events, None).iter().map(|message| serde_json::from_str(&message.body).expect("JSON")).collect()
    }

    fn with_identity(identity: Identity) -> Event {
        Event { identity, ..Event::default() }
    }

    #[test]
    fn an_id_is_a_digest_of_source_and_identity() {
        // printf '/acme/shop\nm-1' | sha256sum
        let event = &messages(b"{}", vec![with_identity(Identity::Given("m-1".to_owned()))])[0];
        assert_eq!(event["id"], "acme-4d6e83a15a9c12d96dd5ba4fcf44ba7d");
    }

    #[test]
    fn a_body_is_an_identity_without_its_line_end() {
        let id = |body: &[u8]| messages(body, vec![with_identity(Identity::Body)])[0]["id"].clone();
        assert_eq!(id(b"{\"a\":1}\r\n"), id(b"{\"a\":1}"));
        assert_ne!(id(b"{\"a\":1}"), id(b"{\"a\":2}"));
        let two = messages(b"[]", vec![with_identity(Identity::Body), with_identity(Identity::Body)]);
        assert_ne!(two[0]["id"], two[1]["id"]);
    }

    #[test]
    fn without_an_identity_two_equal_bodies_are_two_events() {
        let id = || messages(b"{}", vec![Event::default()])[0]["id"].as_str().expect("text").to_owned();
        let (one, two) = (id(), id());
        assert_ne!(one, two);
        assert_eq!((one.len(), &one[..5], &one[17..18]), (37, "acme-", "7"));
    }

    #[test]
    fn one_event_has_the_whole_body_and_several_have_their_slices() {
        let whole = &messages(b"[1,2]", vec![Event { element: Some(1..2), ..Event::default() }])[0];
        assert_eq!(
            (whole["data"]["original"]["body"].as_str(), &whole["data"]["original"]["part"]),
            (Some("[1,2]"), &serde_json::Value::Null)
        );
        let parts =
            messages(b"[1,2]", vec![Event { element: Some(1..2), ..Event::default() }, Event { element: Some(3..4), ..Event::default() }]);
        assert_eq!(parts[1]["data"]["original"]["body"], "2");
        assert_eq!(parts[1]["data"]["original"]["part"], serde_json::json!({"index": 1, "count": 2}));
        assert_eq!(parts[1]["data"]["original"]["sha256"], whole["data"]["original"]["sha256"]);
    }

    #[test]
    fn an_envelope_without_a_conversation_has_no_subject() {
        let event = &messages(b"{}", vec![Event::default()])[0];
        assert!(event.get("subject").is_none());
        assert_eq!(event["time"], "1970-01-01T00:00:01Z");
        assert_eq!(event["type"], "com.acme.unknown");
        assert_eq!(event["data"]["kind"], Kind::Unknown.as_str());
    }

    #[test]
    fn bytes_that_are_no_text_are_kept_as_base64() {
        let event = &messages(b"\xff\x00", vec![Event::default()])[0];
        assert_eq!(event["data"]["original"]["body"], "/wA=");
        assert_eq!(event["data"]["original"]["encoding"], "base64");
    }

    #[test]
    fn no_character_is_left_that_sqs_refuses() {
        let body = "\u{1}\u{7f}\u{fffe}\u{ffff}\u{1fffe}\t\"\\";
        let request = Received { body: body.into(), ..Received::default() };
        let verified = Verified::new(&request, Proof::waived_by_operator());
        let now = Timestamp::from_millis(1_000).expect("in range");
        let message = &Envelope::new(&ABOUT, &verified, None, now).messages(vec![Event::default()], None)[0];
        let refused =
            |character: char| matches!(character, '\0'..' ' | '\u{fffe}' | '\u{ffff}') && !matches!(character, '\t' | '\n' | '\r');
        assert!(!message.body.contains(refused), "{}", message.body);
        let read: CloudEvent = serde_json::from_str(&message.body).expect("JSON");
        assert_eq!(read.data.original.body, body);
    }

    #[test]
    fn the_escaped_length_is_exact() {
        let texts = ["", "plain", "\"\\/\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}", "é€😀", "\u{fffe}\u{ffff}x"];
        for text in texts {
            let json = serde_json::to_string(text).expect("JSON").replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff");
            assert_eq!(escaped_len(text.as_bytes()), json.len() - 2, "{text:?}");
        }
        assert_eq!(escaped_len(b"\xff\xff\xff\xff"), 8);
    }
}
