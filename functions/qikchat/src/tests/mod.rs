//! Bodies through the whole pipeline. [`events`] also checks what must hold for every body.

mod content;
mod generated;
mod large;
mod mixed;
mod shapes;
mod splitting;
mod status;
mod who;

use serde_json::{Value, json};
use shared::event::{CloudEvent, Message, Participant};
use testkit::{Pipeline, parts};

use crate::PROVIDER;

const PATH: &str = "/qikchat/shop";

/// Returns the events of a body, after checking what must hold for every body.
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

/// Returns WhatsApp's body with one entry, which has these changes.
fn entry(changes: Value) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "215", "changes": changes}]})
}

/// Returns WhatsApp's body with one change, whose value has these members beside the metadata.
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

/// Returns WhatsApp's body with one message from a customer.
fn from_customer(members: Value) -> Value {
    let mut message = json!({"from": "12025550163", "id": "wamid.1", "timestamp": "1795000355"});
    let Value::Object(members) = members else { panic!("an object") };
    message.as_object_mut().expect("an object").extend(members);
    change(json!({"messages": [message]}))
}

/// Returns a participant's id, name and phone number.
fn who(participant: Option<&Participant>) -> Option<[Option<&str>; 3]> {
    participant.map(|one| [one.id.as_deref(), one.name.as_deref(), one.phone.as_deref()])
}
