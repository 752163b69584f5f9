use super::*;
use crate::acme::{ROLES, SIGNER, endpoints, signed};
use crate::provider::Provider;

/// Returns the envelope of a body that was quarantined one second after the Unix epoch.
fn quarantined(provider: &'static Provider, body: &[u8]) -> CloudEvent {
    let request = signed(provider, "k", body);
    let endpoint = &endpoints(provider, "k")[0];
    let verified = endpoint.verify(&request, Some("shop"), Timestamp::now()).expect("a proof");
    let then = Timestamp::from_millis(1_000).expect("in range");
    let messages = Envelope::new(provider, &verified, Some("shop"), then).quarantined(Malformed::NotJson).expect("it fits");
    serde_json::from_str(&messages[0].body).expect("an event")
}

fn ids_by(endpoints: &[Endpoint], envelope: &CloudEvent) -> Result<Vec<String>, Remains> {
    let messages = parse_again(endpoints, envelope, None, false)?;
    Ok(messages.into_iter().map(|message| message.id).collect())
}

fn ids(envelope: &CloudEvent) -> Result<Vec<String>, Remains> {
    ids_by(&endpoints(&SIGNER, "k"), envelope)
}

#[test]
fn a_body_that_parses_now_keeps_its_time_of_receipt() {
    let envelope = quarantined(&SIGNER, br#"{"hello":"Hi","chat":"a"}"#);
    let messages = parse_again(&endpoints(&SIGNER, "k"), &envelope, Some("Root=1"), true).expect("an event");
    let event: CloudEvent = serde_json::from_str(&messages[0].body).expect("an event");
    assert_eq!((messages[0].kind, messages[0].reason, messages[0].trace.as_deref()), (Kind::Message, None, Some("Root=1")));
    assert_eq!((event.time.as_str(), event.source.as_str()), ("1970-01-01T00:00:01Z", "/acme/shop"));
    assert_eq!((event.data.original, event.data.warnings), (envelope.data.original, Vec::new()));
    assert_eq!(event.subject.as_deref(), Some(messages[0].group.as_str()));
}

#[test]
fn parsing_twice_gives_the_same_ids() {
    let envelope = quarantined(&SIGNER, b"[{},{}]");
    let first = ids(&envelope).expect("events");
    assert_eq!(ids(&envelope).as_ref(), Ok(&first));
    assert!(first.len() == 2 && first[0] != first[1], "{first:?}");
    assert_ne!(ids(&quarantined(&SIGNER, b"[{},{}]")), Ok(first), "a second delivery is another event");
    let given = || ids(&quarantined(&SIGNER, br#"{"id":"m-1"}"#));
    assert_eq!(given(), Ok(vec!["acme-4d6e83a15a9c12d96dd5ba4fcf44ba7d".to_owned()]), "the same as for a new delivery");
}

#[test]
fn the_body_is_reduced_to_each_of_multiple_events() {
    let messages = parse_again(&endpoints(&SIGNER, "k"), &quarantined(&SIGNER, b"[1,2]"), None, false).expect("events");
    let bodies = messages.iter().map(|message| serde_json::from_str::<CloudEvent>(&message.body).expect("an event").data.original.body);
    assert_eq!(bodies.collect::<Vec<_>>(), ["[1]", "[2]"]);
}

#[test]
fn the_order_of_the_queue_is_respected() {
    let body = format!("[{}]", vec![r#"{"chat":"a"}"#; 51].join(","));
    let envelope = quarantined(&SIGNER, body.as_bytes());
    let count = |ordered| parse_again(&endpoints(&SIGNER, "k"), &envelope, None, ordered).expect("events").len();
    assert_eq!((count(false), count(true)), (51, 1));
}

#[test]
fn a_signature_is_verified_again() {
    let mut envelope = quarantined(&SIGNER, br#"{"hello":"Hi"}"#);
    assert!(ids(&envelope).is_ok());
    assert_eq!(ids_by(&endpoints(&SIGNER, "new"), &envelope), Err(Remains::Refused(Refusal::WrongSignature)));
    envelope.data.original.signature = None;
    assert_eq!(ids(&envelope), Err(Remains::Refused(Refusal::MissingHeader)));
    // A token is not stored, so everyone who can write to the queue is trusted.
    assert!(ids_by(&endpoints(&ROLES, "new"), &quarantined(&ROLES, br#"{"hello":"Hi"}"#)).is_ok());
}

#[test]
fn a_body_that_does_not_parse_now_remains() {
    let remains = |body: &[u8]| ids(&quarantined(&SIGNER, body)).expect_err("it remains");
    assert_eq!(remains(b"{\"hello\":"), Remains::Malformed(Malformed::NotJson));
    assert_eq!(remains(b"\xff"), Remains::Malformed(Malformed::NotJson));
    assert_eq!(remains(b"5"), Remains::Malformed(Malformed::Scalar));
    assert_eq!(remains(br#"{"strict":1}"#), Remains::Malformed(Malformed::MissingField("id")));
    assert_eq!(ids_by(&[], &quarantined(&SIGNER, b"{}")), Err(Remains::UnknownProvider));
    let of_another =
        CloudEvent { data: crate::event::Data { provider: "other".to_owned(), ..Default::default() }, ..CloudEvent::default() };
    assert_eq!(ids(&of_another), Err(Remains::Altered), "its digest matches nothing");
}

#[test]
fn an_altered_body_remains() {
    let envelope = quarantined(&SIGNER, br#"{"hello":"Hi"}"#);
    let altered = |alter: fn(&mut crate::event::Original)| {
        let mut envelope = envelope.clone();
        alter(&mut envelope.data.original);
        ids(&envelope)
    };
    assert_eq!(altered(|original| original.body = r#"{"hello":"Ho"}"#.to_owned()), Err(Remains::Altered));
    assert_eq!(altered(|original| original.encoding = Encoding::Base64), Err(Remains::Altered));
    assert_eq!(altered(|original| original.part = Some(crate::event::Part { index: 0, count: 2 })), Err(Remains::Altered));
}

#[test]
fn the_webhook_is_identified_by_the_shape() {
    let by_role = |body: &[u8]| ids_by(&endpoints(&ROLES, "k"), &quarantined(&ROLES, body));
    assert!(by_role(br#"{"bye":"Bye"}"#).is_ok());
    assert_eq!(by_role(br#"{"other":1}"#), Err(Remains::Ambiguous));
    assert_eq!(by_role(br#"{"bye":"Bye","hello":"Hi"}"#), Err(Remains::Ambiguous));
    assert_eq!(by_role(b"no"), Err(Remains::Malformed(Malformed::NotJson)));
}

#[test]
fn every_reason_is_one_word() {
    for remains in [
        Remains::Malformed(Malformed::Scalar),
        Remains::Refused(Refusal::WrongSignature),
        Remains::Altered,
        Remains::UnknownProvider,
        Remains::Ambiguous,
        Remains::TooLarge,
    ] {
        assert!(remains.reason().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", remains.reason());
        assert!(!remains.to_string().is_empty());
    }
}
