//! Envelopes of any body: SQS takes them, and the exact bytes come back out.

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use shared::envelope::{Envelope, escaped_len};
use shared::event::{CloudEvent, Encoding, Event, Identity, Kind, Message as Written, Original, Participant};
use shared::queue::Message;
use shared::received::{Received, Verified};
use shared::timestamp::Timestamp;
use shared::verify::Proof;

use crate::acme::about;

/// Bytes, text, and text with what SQS or JSON has its own opinion of.
pub(crate) fn body() -> impl Strategy<Value = Vec<u8>> {
    let special = vec!['"', '\\', '/', '\u{7f}', '\u{fffd}', '\u{fffe}', '\u{ffff}', '\u{1ffff}', '€'];
    let odd = prop_oneof![prop::char::range('\0', ' '), prop::sample::select(special)];
    prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        prop::collection::vec(odd, 0..40).prop_map(|text| text.into_iter().collect::<String>().into_bytes()),
    ]
}

/// The bytes that an event says were sent.
pub(crate) fn original_bytes(original: &Original) -> Vec<u8> {
    match original.encoding {
        Encoding::Utf8 => original.body.clone().into_bytes(),
        Encoding::Base64 => STANDARD.decode(&original.body).expect("base64"),
    }
}

fn messages(body: &[u8], channel: Option<&str>, events: Vec<Event>, reason: Option<&'static str>) -> Vec<Message> {
    let request = Received { body: body.to_vec(), ..Received::default() };
    let verified = Verified::new(&request, Proof::waived_by_operator());
    let now = Timestamp::from_millis(1_000).expect("in range");
    Envelope::new(about(), &verified, channel, now).messages(events, reason)
}

/// XML 1.0's characters, the only ones that SQS takes.
fn is_taken_by_sqs(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

proptest! {
    #[test]
    fn the_exact_bytes_come_back_out(body in body(), channel: Option<String>, text: String, id: String) {
        let written = Written { text: Some(text.clone()), ..Written::default() };
        let sender = Participant { name: Some(text.clone()), ..Participant::default() };
        let event = Event { kind: Kind::Message, identity: Identity::Given(id), conversation: Some(text.clone()), sender: Some(sender), message: Some(written), warnings: vec![text.clone()], ..Event::default() };
        let message = messages(&body, channel.as_deref(), vec![event], None).remove(0);
        prop_assert!(message.body.chars().all(is_taken_by_sqs), "{}", message.body);
        let event: CloudEvent = serde_json::from_str(&message.body).expect("a CloudEvent");
        prop_assert_eq!(original_bytes(&event.data.original), body.clone());
        prop_assert_eq!(event.data.original.encoding == Encoding::Utf8, std::str::from_utf8(&body).is_ok());
        prop_assert_eq!(&event.data.original.sha256, &Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        prop_assert_eq!((event.data.channel, event.subject.as_ref()), (channel, Some(&text)));
        prop_assert_eq!(event.data.message.and_then(|message| message.text), Some(text));
        prop_assert!(message.id == event.id && message.group.len() == 32);
    }

    #[test]
    fn the_escaped_length_is_what_a_body_adds(body in body()) {
        let event = || vec![Event::default()];
        let (empty, full) = (&messages(b"", None, event(), None)[0], &messages(&body, None, event(), None)[0]);
        let encoding = if std::str::from_utf8(&body).is_ok() { 0 } else { "base64".len() - "utf-8".len() };
        prop_assert_eq!(full.body.len() - empty.body.len(), escaped_len(&body) + encoding);
    }

    #[test]
    fn the_size_is_the_body_and_every_attribute(body in body(), reason in prop::option::of(Just("not_json"))) {
        let message = &messages(&body, None, vec![Event::default()], reason)[0];
        let attributes = ["provider", "String", "acme", "type", "String", "com.acme.unknown", "content-type", "String", "application/cloudevents+json"];
        let quarantined = reason.map(|reason| ["reason", "String", reason].concat()).unwrap_or_default();
        prop_assert_eq!(message.size(), message.body.len() + attributes.concat().len() + quarantined.len());
    }

    #[test]
    fn several_events_have_their_own_slices(parts in prop::collection::vec("[a-zé\"\\\\]{0,9}", 2..9)) {
        let mut body = String::new();
        let events = parts.iter().map(|part| {
            let start = body.len();
            body.push_str(part);
            Event { element: Some(start..body.len()), ..Event::default() }
        });
        let events: Vec<Event> = events.collect();
        let messages = messages(body.as_bytes(), None, events, None);
        for (index, (message, part)) in messages.iter().zip(&parts).enumerate() {
            let original = serde_json::from_str::<CloudEvent>(&message.body).expect("a CloudEvent").data.original;
            prop_assert_eq!((&original.body, original.part.map(|part| (part.index, part.count))), (part, Some((index, parts.len()))));
        }
        let ids: std::collections::BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
        prop_assert_eq!(ids.len(), parts.len());
    }
}
