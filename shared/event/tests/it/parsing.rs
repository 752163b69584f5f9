//! What the types deserialize, and what they reject.

use chathooks_event::{CloudEvent, DATA_SCHEMA, Kind};
use serde_json::{Value, json};

/// The smallest valid event.
fn smallest() -> Value {
    json!({ "specversion": "1.0", "id": "acme-1", "data": {} })
}

fn parse(event: &Value) -> serde_json::Result<CloudEvent> {
    serde_json::from_str(&event.to_string())
}

#[test]
fn members_of_the_data_may_be_missing_or_new_and_values_unknown() {
    let event = parse(&smallest()).expect("an event");
    assert_eq!((event.id.as_str(), event.data.kind, event.data.message), ("acme-1", Kind::Unknown, None));
    let mut event = smallest();
    event["dataschema"] = json!(DATA_SCHEMA);
    event["subject"] = Value::Null;
    event["data"] = json!({ "kind": "tomorrow", "tomorrow": [1], "sender": null, "message": { "text": "hi", "tomorrow": {} } });
    let event = parse(&event).expect("an event");
    assert_eq!((event.data.kind, event.data.message.expect("a message").text.as_deref()), (Kind::Unknown, Some("hi")));
}

#[test]
fn json_that_is_not_an_event_of_version_1_is_an_error() {
    let mut invalid = vec![json!({}), json!([]), json!(null), json!("hush"), json!(["1.0", "acme-1", {}])];
    for (name, values) in [
        ("specversion", vec![json!("0.3"), json!("1"), json!(""), json!(1.0), json!(null)]),
        ("id", vec![json!(""), json!(7), json!(null)]),
        ("dataschema", vec![json!("urn:chathooks:data:2"), json!(""), json!(null)]),
        ("data", vec![json!("hush"), json!([]), json!(["acme"]), json!(null), json!(1)]),
    ] {
        invalid.extend(values.into_iter().map(|value| {
            let mut event = smallest();
            event[name] = value;
            event
        }));
        let mut without = smallest();
        without.as_object_mut().expect("an object").remove(name);
        assert_eq!(parse(&without).is_ok(), name == "dataschema", "without {name}");
    }
    for event in invalid {
        assert!(parse(&event).is_err(), "{event}");
    }
}
