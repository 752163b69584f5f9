use super::*;
use crate::acme::{SIGNER, endpoints, signed};
use crate::event::Kind;
use crate::parse;
use crate::received::Received;

const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// Returns the messages of a request to the channel `shop`, received one second after the Unix epoch.
fn messages_of(request: &Received, ordered: bool) -> Result<Vec<Message>, TooLarge> {
    let endpoint = &endpoints(&SIGNER, "k")[0];
    let verified = endpoint.verify(request, Some("shop"), Timestamp::now()).expect("a proof");
    let envelope = Envelope::new(&SIGNER, &verified, Some("shop"), Timestamp::from_millis(1_000).expect("in range"));
    match parse::parse(endpoint.webhook.parse, &request.body, Some("shop")) {
        Ok(parsed) => envelope.messages(&parsed.document, parsed.events, ordered),
        Err(malformed) => envelope.quarantined(malformed),
    }
}

fn messages(body: &str, ordered: bool) -> Vec<Message> {
    messages_of(&signed(&SIGNER, "k", body.as_bytes()), ordered).expect("they fit")
}

fn events(body: &str) -> Vec<CloudEvent> {
    messages(body, false).iter().map(|message| serde_json::from_str(&message.body).expect("an event")).collect()
}

fn ids(body: &str) -> Vec<String> {
    events(body).into_iter().map(|event| event.id).collect()
}

/// Returns an array of `count` equal elements.
fn array(element: &str, count: usize) -> String {
    format!("[{}]", vec![element; count].join(","))
}

/// Asserts that a body becomes one event of kind `unknown` with this warning and the whole body, and the same id each time.
fn is_one_event(body: &str, ordered: bool, warning: &str) {
    let [one, again] = [messages(body, ordered), messages(body, ordered)];
    assert_eq!((one.len(), &one), (1, &again));
    let event: CloudEvent = serde_json::from_str(&one[0].body).expect("an event");
    let Data { kind, conversation, message, warnings, original, .. } = event.data;
    assert_eq!((kind, conversation, message, warnings), (Kind::Unknown, None, None, vec![warning.to_owned()]));
    assert_eq!((original.body.as_str(), original.part, event.subject), (body, None, None));
    let identity = format!("/acme/shop\nbody:0:{}", original.sha256);
    assert_eq!(event.id, format!("acme-{}", digest(&[&identity])));
}

#[test]
fn an_id_is_a_digest_of_source_and_identity() {
    // printf '/acme/shop\nm-1' | sha256sum
    assert_eq!(ids(r#"{"id":"m-1"}"#), ["acme-4d6e83a15a9c12d96dd5ba4fcf44ba7d"]);
}

#[test]
fn the_body_identity_ignores_the_line_end() {
    let body = r#"{"millis":1795000001234}"#;
    assert_eq!(ids(&format!("{body}\r\n")), ids(body));
    assert_ne!(ids(&format!("{body} ")), ids(body));
    let two = ids(&array(body, 2));
    assert_ne!(two[0], two[1]);
    assert_eq!(ids(&array(body, 2)), two);
}

#[test]
fn without_an_identity_two_equal_bodies_are_two_events() {
    let [one, other] = [ids("{}").remove(0), ids("{}").remove(0)];
    assert_ne!(one, other);
    assert_eq!((one.len(), &one[..5], &one[17..18]), (37, "acme-", "7"));
}

#[test]
fn duplicate_identities_in_a_request_are_numbered() {
    let several = ids(r#"[{"id":"a"},{"id":"a"},{"id":"a#1"},{"id":"a"}]"#);
    let alone = ["a", "a#1", "a#1#1", "a#2"].map(|id| ids(&format!(r#"{{"id":"{id}"}}"#)).remove(0));
    assert_eq!(several, alone);
}

#[test]
fn one_event_has_the_whole_body() {
    for body in [" [ {\"id\":1} ]\n", "{\"id\":1}", "[]", "{}"] {
        let original = events(body).remove(0).data.original;
        assert_eq!((original.body.as_str(), original.part, original.encoding), (body, None, Encoding::Utf8));
        assert_eq!(original.signature.as_deref(), Some(signed(&SIGNER, "k", body.as_bytes()).headers[0].1.as_str()));
    }
}

#[test]
fn the_body_is_reduced_to_each_of_multiple_events() {
    let body = "[ {\"id\":1} ,{\"id\":2},\n 3 ]\n";
    let whole = signed(&SIGNER, "k", body.as_bytes());
    let events = events(body);
    let bodies: Vec<&str> = events.iter().map(|event| event.data.original.body.as_str()).collect();
    assert_eq!(bodies.iter().map(|body| body.replace([' ', '\n'], "")).collect::<Vec<_>>(), ["[{\"id\":1}]", "[{\"id\":2}]", "[3]"]);
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event.data.original.part, Some(Part { index, count: 3 }));
        assert_eq!(event.data.original.sha256, hex::encode(Sha256::digest(&whole.body)));
        assert_eq!(event.data.original.signature.as_deref(), Some(whole.headers[0].1.as_str()));
    }
}

#[test]
fn an_event_has_its_source_and_time() {
    let event = &events(r#"{"hello":"Hi","chat":"+1 202","millis":1795000001234}"#)[0];
    // printf '/acme/shop\n+1 202' | sha256sum
    assert_eq!(event.subject.as_deref(), Some("7c2b617413de71a37c3939aabdaf3856"));
    assert_eq!(
        (event.source.as_str(), event.event_type.as_str(), event.time.as_str()),
        ("/acme/shop", "com.acme.message", "2026-11-18T11:06:41.234Z")
    );
    assert_eq!(
        (event.specversion.as_str(), event.datacontenttype.as_str(), event.dataschema.as_str()),
        ("1.0", "application/json", "urn:chathooks:data:1")
    );
    assert_eq!((event.data.provider.as_str(), event.data.channel.as_deref()), ("acme", Some("shop")));
    let unknown = &events("{}")[0];
    assert_eq!(
        (unknown.subject.as_deref(), unknown.time.as_str(), unknown.event_type.as_str()),
        (None, "1970-01-01T00:00:01Z", "com.acme.unknown")
    );
}

#[test]
fn messages_are_grouped_by_conversation_and_by_channel() {
    let messages = messages(r#"[{"chat":"a","id":1},{"chat":"a"},{"chat":"b"},{}]"#, true);
    let groups: Vec<&str> = messages.iter().map(|message| message.group.as_str()).collect();
    assert!(groups[0] == groups[1] && groups[1] != groups[2], "{groups:?}");
    assert_eq!((groups[0], groups[3]), (digest(&["/acme/shop\na"]).as_str(), messages[3].id.as_str()));
    assert!(messages.iter().all(|message| message.tenant == digest(&["/acme/shop"])));
}

#[test]
fn a_trace_with_a_parent_becomes_a_traceparent() {
    for (trace, expected) in [
        (Some(TRACE), Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01")),
        (Some("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"), None),
        (Some("nonsense"), None),
        (None, None),
    ] {
        let request = Received { trace: trace.map(str::to_owned), ..signed(&SIGNER, "k", b"{}") };
        let message = messages_of(&request, false).expect("it fits").remove(0);
        let event: CloudEvent = serde_json::from_str(&message.body).expect("an event");
        assert_eq!((event.traceparent.as_deref(), message.traceparent.as_deref(), message.trace.as_deref()), (expected, expected, trace));
    }
}

#[test]
fn a_thousand_events_are_not_too_many() {
    assert_eq!(messages(&array("{}", 1_000), false).len(), 1_000);
    is_one_event(&array("{}", 1_001), false, TOO_MANY_EVENTS);
}

#[test]
fn eight_mebibytes_of_messages_are_not_too_many() {
    let fitting = messages(&array(r#"{"hello":800000}"#, 10), false);
    let bytes: usize = fitting.iter().map(Message::size).sum();
    assert!(fitting.len() == 10 && bytes < MAX_REQUEST_BYTES);
    let rest = MAX_REQUEST_BYTES - bytes;
    let last = messages(r#"[{"hello":100000},{}]"#, false)[0].size() - 100_000;
    let with = |length: usize| array(r#"{"hello":800000}"#, 10).replace("]", &format!(",{{\"hello\":{length}}}]"));
    // The indexes and counts of the parts take a few more bytes.
    assert_eq!(messages(&with(rest - last - 100), false).len(), 11);
    is_one_event(&with(rest - last + 100), false, TOO_MANY_EVENTS);
}

#[test]
fn an_event_that_would_not_fit_is_replaced_by_the_whole_body() {
    let body = |length: usize| format!(r#"{{"hello":{length},"chat":"a"}}"#);
    let length = FITTING_BYTES - (messages(&body(1_000_000), false)[0].size() - 1_000_000);
    assert_eq!(messages(&body(length), false)[0].size(), FITTING_BYTES);
    assert_eq!(messages(&body(length), false)[0].kind, Kind::Message);
    is_one_event(&body(length + 1), false, TOO_LARGE);
    is_one_event(&format!("[{},{{}}]", body(length + 1)), false, TOO_LARGE);
}

#[test]
fn a_body_that_would_not_fit_is_too_large() {
    let body = |count: usize| format!(r#"{{"a":"{}"}}"#, "\\\"".repeat(count));
    let attempt = |count: usize| messages_of(&signed(&SIGNER, "k", body(count).as_bytes()), false).map(|messages| messages.len());
    assert_eq!((attempt(261_000), attempt(262_000)), (Ok(1), Err(TooLarge)));
    let not_json = |count: usize| messages_of(&signed(&SIGNER, "k", &vec![0xff; count]), false).map(|messages| messages.len());
    assert_eq!((not_json(784_000), not_json(786_000)), (Ok(1), Err(TooLarge)));
}

#[test]
fn fifty_events_of_one_conversation_are_not_too_many_in_order() {
    let chat = |count: usize| array(r#"{"chat":"a","hello":"Hi"}"#, count);
    assert_eq!(messages(&chat(50), true).len(), 50);
    is_one_event(&chat(51), true, TOO_MANY_EVENTS);
    assert_eq!(messages(&chat(51), false).len(), 51, "a queue without order has no such limit");
    assert_eq!(messages(&chat(50).replace(']', r#",{"chat":"b"}]"#), true).len(), 51);
    assert_eq!(messages(&array("{}", 51), true).len(), 51, "each event without a conversation is its own group");
}

#[test]
fn a_malformed_body_is_quarantined_unchanged() {
    for (body, reason, kept, encoding) in [
        (&b"\xff\x00"[..], "not_json", "/wA=", Encoding::Base64),
        (b"{\"a\":", "not_json", "{\"a\":", Encoding::Utf8),
        (b"7", "scalar", "7", Encoding::Utf8),
        (b"{\"strict\":1}", "missing_field", "{\"strict\":1}", Encoding::Utf8),
    ] {
        let message = messages_of(&signed(&SIGNER, "k", body), false).expect("it fits").remove(0);
        let event: CloudEvent = serde_json::from_str(&message.body).expect("an event");
        assert_eq!((message.reason, message.kind, message.event_type.as_str()), (Some(reason), Kind::Unknown, "com.acme.unknown"));
        assert_eq!(event.data.warnings, [reason]);
        let Original { body: found, encoding: found_encoding, sha256, signature, part } = event.data.original;
        assert_eq!((found.as_str(), found_encoding, part), (kept, encoding, None));
        assert_eq!((sha256, signature.is_some()), (hex::encode(Sha256::digest(body)), true));
    }
}
