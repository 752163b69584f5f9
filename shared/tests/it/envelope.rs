//! Envelopes of arbitrary bodies: SQS accepts them, and they contain the exact bytes.

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use shared::envelope::escaped_len;
use shared::event::{CloudEvent, Encoding, Original};
use shared::ingest::Ingest;
use shared::queue::{Destination, Message};
use shared::route::Prefix;
use shared::settings::Settings;
use tokio::time::Instant;

use crate::acme::{endpoints, signed};
use crate::memory::Memory;

/// Generates bytes, text, and text with characters that SQS or JSON treats specially.
pub(crate) fn body() -> impl Strategy<Value = Vec<u8>> {
    let special = vec!['"', '\\', '/', '\u{7f}', '\u{fffd}', '\u{fffe}', '\u{ffff}', '\u{1ffff}', '€'];
    let odd = prop_oneof![prop::char::range('\0', ' '), prop::sample::select(special)];
    prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        prop::collection::vec(odd, 0..40).prop_map(|text| text.into_iter().collect::<String>().into_bytes()),
    ]
}

/// Returns the original bytes of an event.
pub(crate) fn original_bytes(original: &Original) -> Vec<u8> {
    match original.encoding {
        Encoding::Utf8 => original.body.clone().into_bytes(),
        Encoding::Base64 => STANDARD.decode(&original.body).expect("base64"),
        other => panic!("{other:?}"),
    }
}

/// Returns the destination and the first message for a body.
fn message(body: &[u8], trace: Option<&str>) -> (Destination, Message) {
    let ingest = Ingest::new(endpoints(), Memory::default(), Prefix::Required, &Settings::new(|_| None)).expect("settings");
    let request = shared::received::Received { trace: trace.map(str::to_owned), ..signed(body) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(ingest.receive(&request, Instant::now()));
    let (to, mut messages) = ingest.queue().calls().remove(0);
    (to, messages.remove(0))
}

/// Returns whether this is a character of XML 1.0. SQS accepts no others.
fn is_accepted_by_sqs(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

proptest! {
    #[test]
    fn the_exact_bytes_are_preserved(body in body()) {
        let (to, message) = message(&body, None);
        prop_assert!(message.body.chars().all(is_accepted_by_sqs), "{}", message.body);
        let event: CloudEvent = serde_json::from_str(&message.body).expect("a CloudEvent");
        prop_assert_eq!(&event.data.original.sha256, &Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        prop_assert!(message.id == event.id && message.group.len() >= 32);
        if to == Destination::Quarantine {
            prop_assert_eq!(original_bytes(&event.data.original), body.clone());
            prop_assert_eq!(event.data.original.encoding == Encoding::Utf8, std::str::from_utf8(&body).is_ok());
            prop_assert_eq!(event.data.warnings, [message.reason.expect("a reason")]);
        }
    }

    #[test]
    fn the_size_of_a_body_in_a_message_is_known_before_parsing(body in body()) {
        let message = message(&body, None).1;
        let json: serde_json::Value = serde_json::from_str(&message.body).expect("JSON");
        let rest = message.size() - escaped_len(original_bytes(&serde_json::from_value::<CloudEvent>(json).expect("an event").data.original).as_slice());
        prop_assert!((500..1_200).contains(&rest), "{}", rest);
    }
}

#[test]
fn the_size_includes_the_body_and_every_attribute() {
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let traceparent = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    for (body, reason, trace) in [(&b"{}"[..], None, None), (b"{}", None, Some(trace)), (b"no json", Some("not_json"), None)] {
        let (_, message) = message(body, trace);
        let mut expected = vec![("provider", "acme"), ("type", "com.acme.unknown"), ("content-type", "application/cloudevents+json")];
        expected.extend(trace.map(|_| ("traceparent", traceparent)));
        expected.extend(reason.map(|reason| ("reason", reason)));
        let bytes: usize = expected.iter().map(|(name, value)| name.len() + "String".len() + value.len()).sum();
        assert_eq!(message.attributes().collect::<Vec<_>>(), expected);
        assert_eq!(message.size(), message.body.len() + bytes);
        let event: CloudEvent = serde_json::from_str(&message.body).expect("an event");
        assert_eq!((event.traceparent.as_deref(), event.dataschema.as_str()), (trace.map(|_| traceparent), "urn:chathooks:data:1"));
    }
}
