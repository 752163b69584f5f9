//! What the types deserialize, and what is not an event to them.

use chathooks_event::{CloudEvent, DATA_SCHEMA, Kind};
use serde_json::{Value, json};

/// The least that is an event.
fn least() -> Value {
    json!({ "specversion": "1.0", "id": "acme-1", "data": {} })
}

fn parse(event: &Value) -> serde_json::Result<CloudEvent> {
    serde_json::from_str(&event.to_string())
}

#[test]
fn a_member_of_the_data_may_be_missing_or_new_and_a_word_may_be_unknown() {
    let event = parse(&least()).expect("an event");
    assert_eq!((event.id.as_str(), event.data.kind, event.data.message), ("acme-1", Kind::Unknown, None));
    let mut event = least();
    event["dataschema"] = json!(DATA_SCHEMA);
    event["subject"] = Value::Null;
    event["data"] = json!({ "kind": "tomorrow", "tomorrow": [1], "sender": null, "message": { "text": "hi", "tomorrow": {} } });
    let event = parse(&event).expect("an event");
    assert_eq!((event.data.kind, event.data.message.expect("a message").text.as_deref()), (Kind::Unknown, Some("hi")));
}

#[test]
fn what_is_not_an_event_of_version_1_is_an_error() {
    let mut wrong = vec![json!({}), json!([]), json!(null), json!("hush"), json!(["1.0", "acme-1", {}])];
    for (name, values) in [
        ("specversion", vec![json!("0.3"), json!("1"), json!(""), json!(1.0), json!(null)]),
        ("id", vec![json!(""), json!(7), json!(null)]),
        ("dataschema", vec![json!("urn:chathooks:data:2"), json!(""), json!(null)]),
        ("data", vec![json!("hush"), json!([]), json!(["acme"]), json!(null), json!(1)]),
    ] {
        wrong.extend(values.into_iter().map(|value| {
            let mut event = least();
            event[name] = value;
            event
        }));
        let mut without = least();
        without.as_object_mut().expect("an object").remove(name);
        assert_eq!(parse(&without).is_ok(), name == "dataschema", "without {name}");
    }
    for event in wrong {
        assert!(parse(&event).is_err(), "{event}");
    }
}
