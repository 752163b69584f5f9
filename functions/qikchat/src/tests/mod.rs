//! Bodies through the whole pipeline. [`events`] checks of each of them what holds for all.

mod content;
mod large;
mod mixed;
mod parts;
mod shapes;
mod status;
mod who;

use std::collections::HashSet;

use serde_json::{Value, json};
use shared::event::{CloudEvent, Message, Original, Participant};
use shared::timestamp::Timestamp;
use testkit::Pipeline;

use crate::PROVIDER;

const PATH: &str = "/qikchat/shop";

/// Returns the events of a body, after checking what every body's events have to satisfy.
fn events(body: &Value) -> Vec<CloudEvent> {
    events_of_text(&body.to_string())
}

fn events_of_text(body: &str) -> Vec<CloudEvent> {
    let started = Timestamp::now();
    let pipeline = Pipeline::new(&PROVIDER);
    let events = pipeline.events(PATH, body.as_bytes());
    let again = pipeline.events(PATH, body.as_bytes());
    let ids: HashSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len(), "an id twice: {body}");
    for (index, (event, again)) in events.iter().zip(&again).enumerate() {
        let part = event.data.original.part;
        assert_eq!(part.map(|part| (part.index, part.count)), (events.len() > 1).then_some((index, events.len())));
        let is_stable = event.id == again.id;
        let alone = pipeline.events(PATH, event.data.original.body.as_bytes());
        assert_eq!(alone.len(), 1, "{}", event.data.original.body);
        let alone = &alone[0];
        let is_numbered = ids.contains(alone.id.as_str());
        assert!(!is_stable || is_numbered, "another id: {}", event.data.original.body);
        assert_eq!(comparable(alone, started), comparable(event, started), "{body}");
    }
    assert!(is_covered(body, &events), "a value is in no part: {body}");
    events
}

/// An event without what depends on the request around it.
fn comparable(event: &CloudEvent, started: Timestamp) -> CloudEvent {
    let mut event = event.clone();
    event.id = String::new();
    if Timestamp::parse(&event.time).is_some_and(|time| time >= started) {
        event.time = String::new();
    }
    event.data.original = Original { body: event.data.original.body, ..Original::default() };
    event
}

/// Whether each name and value of the body is in one of the parts.
fn is_covered(body: &str, events: &[CloudEvent]) -> bool {
    let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let (mut whole, mut parts) = (HashSet::new(), HashSet::new());
    leaves(&parse(body), "", &mut whole);
    for event in events {
        leaves(&parse(&event.data.original.body), "", &mut parts);
    }
    whole.is_subset(&parts)
}

fn leaves(value: &Value, name: &str, into: &mut HashSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| leaves(value, name, into)),
        Value::Array(elements) => elements.iter().for_each(|element| leaves(element, name, into)),
        leaf => drop(into.insert(format!("{name}={leaf}"))),
    }
}

/// Returns the one event of a body.
fn event(body: &Value) -> CloudEvent {
    let mut events = events(body);
    assert_eq!(events.len(), 1, "{body}");
    events.remove(0)
}

fn message(body: &Value) -> Message {
    event(body).data.message.expect("a message")
}

/// WhatsApp's body with one entry of these changes.
fn entry(changes: Value) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "215", "changes": changes}]})
}

/// WhatsApp's body with one change, whose value has these members beside the metadata.
fn change(members: Value) -> Value {
    entry(json!([{"field": "messages", "value": value(members)}]))
}

fn value(members: Value) -> Value {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "+44 7700 900150", "phone_number_id": "508813370042216"},
    });
    let Value::Object(members) = members else { panic!("an object") };
    value.as_object_mut().expect("an object").extend(members);
    value
}

/// One message from a customer in WhatsApp's shape.
fn from_customer(members: Value) -> Value {
    let mut message = json!({"from": "12025550163", "id": "wamid.1", "timestamp": "1795000355"});
    let Value::Object(members) = members else { panic!("an object") };
    message.as_object_mut().expect("an object").extend(members);
    change(json!({"messages": [message]}))
}

/// What is asserted of a participant: id, name, phone.
fn who(participant: Option<&Participant>) -> Option<[Option<&str>; 3]> {
    participant.map(|one| [one.id.as_deref(), one.name.as_deref(), one.phone.as_deref()])
}
