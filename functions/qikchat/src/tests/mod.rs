//! Bodies through the whole pipeline. [`events`] checks of each of them what holds for all.

mod content;
mod generated;
mod large;
mod mixed;
mod several;
mod shapes;
mod status;
mod who;

use serde_json::{Value, json};
use shared::event::{CloudEvent, Message, Participant};
use testkit::{Pipeline, parts};

use crate::PROVIDER;

const PATH: &str = "/qikchat/shop";

/// Returns the events of a body, after checking what every body's events have to satisfy.
fn events(body: &Value) -> Vec<CloudEvent> {
    events_of_text(&body.to_string())
}

fn events_of_text(body: &str) -> Vec<CloudEvent> {
    parts::check(&Pipeline::new(&PROVIDER), PATH, body.as_bytes())
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
