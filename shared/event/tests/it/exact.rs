//! The exact schema is as strict as the contract. `testkit::contract` checks that every event of every function is valid
//! under it.

use chathooks_event::{Attachment, AttachmentKind, CloudEvent, Data, Kind, MAX_INTEGER, Message, Original, Participant, Role};
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use crate::published;

/// Returns the current exact schema.
pub(crate) fn today() -> Value {
    generate().to_value()
}

/// The JSON Schema formats of an event's strings.
const FORMATS: [&str; 2] = ["date-time", "uri-reference"];

/// Generates the exact schema, with its keywords in the order in which they are published.
pub(crate) fn generate() -> Schema {
    // `default` is the value of a missing field when an event is read. A written event has every field.
    let without_default = RecursiveTransform(|schema: &mut Schema| {
        schema.remove("default");
    });
    // Number formats belong to OpenAPI. JSON Schema has none, and strict validators reject them.
    let without_formats = RecursiveTransform(|schema: &mut Schema| {
        if schema.get("format").is_some_and(|format| !FORMATS.iter().any(|known| format == known)) {
            schema.remove("format");
        }
    });
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(without_default).with_transform(without_formats);
    let mut schema = settings.into_generator().into_root_schema_for::<CloudEvent>();
    schema.insert("$id".to_owned(), "urn:chathooks:event:1:exact".into());
    schema
}

#[test]
fn the_exact_schema_is_generated_from_the_types() {
    published::is("event.schema.json", &generate());
}

/// JSON pointers into an event, each with an invalid value. `null` removes the member.
const BROKEN: [(&str, &str); 42] = [
    ("/specversion", r#""0.3""#),
    ("/id", "null"),
    ("/id", r#""acme-4D6E83A15A9C12D96DD5BA4FCF44BA7D""#),
    ("/id", r#""acme-4d6e83a15a9c12d96dd5ba4fcf44ba7""#),
    ("/source", r#""acme/shop""#),
    ("/source", r#""/acme/my shop""#),
    ("/source", r#""/acme/a/b""#),
    ("/type", r#""com.acme.greeting""#),
    ("/type", r#""message""#),
    ("/subject", r#""c-1""#),
    ("/dataschema", "null"),
    ("/dataschema", r#""urn:chathooks:data:2""#),
    ("/traceparent", r#""00-1-2-01""#),
    ("/data/message/replaces", "7"),
    ("/subject", "7"),
    ("/time", "null"),
    ("/time", r#""2026-11-18T09:15:02+01:00""#),
    ("/time", r#""2026-02-30T09:15:02Z""#),
    ("/time", r#""2026-11-18 09:15:02Z""#),
    ("/datacontenttype", r#""text/plain""#),
    ("/data", "null"),
    ("/data/kind", r#""greeting""#),
    ("/data/kind", r#""status""#),
    ("/data/kind", r#""unknown""#),
    ("/data/warnings", r#"[1]"#),
    ("/data/another", "1"),
    ("/data/message", "null"),
    ("/data/status", r#"{"message_id":null,"state":"read","error":null}"#),
    ("/data/message/id", "7"),
    ("/data/message/attachments/0/kind", r#""poem""#),
    ("/data/message/attachments/0/size", "-1"),
    ("/data/message/attachments/0/size", "9007199254740992"),
    ("/data/message/attachments/0/latitude", "52.5"),
    ("/data/message/attachments/1/latitude", "90.5"),
    ("/data/message/attachments/1/longitude", "-180.5"),
    ("/data/sender/role", r#""boss""#),
    ("/data/sender/age", "40"),
    ("/data/recipient/phone", "49"),
    ("/data/original/encoding", r#""latin-1""#),
    ("/data/original/sha256", r#""abc""#),
    ("/data/original/part", r#"{"index":0,"count":1}"#),
    ("/data/original/part", r#"{"index":0,"count":9007199254740992}"#),
];

#[test]
fn an_invalid_event_fails_validation() {
    // As strict as Ajv, which rejects a format that JSON Schema does not define.
    let options = jsonschema::options().should_validate_formats(true).should_ignore_unknown_formats(false);
    let schema = options.build(&today()).expect("a JSON Schema");
    let valid = serde_json::to_value(event()).expect("JSON");
    assert!(schema.is_valid(&valid), "{:?}", schema.iter_errors(&valid).collect::<Vec<_>>());
    for (pointer, text) in BROKEN {
        let (parent, name) = pointer.rsplit_once('/').expect("a JSON pointer");
        let mut broken = valid.clone();
        let members = broken.pointer_mut(parent).and_then(Value::as_object_mut).expect(pointer);
        match serde_json::from_str(text).expect("JSON") {
            Value::Null => drop(members.remove(name)),
            value => drop(members.insert(name.to_owned(), value)),
        }
        assert!(!schema.is_valid(&broken), "{pointer}: {text}");
    }
}

fn event() -> CloudEvent {
    let person = |role| Participant::with_id(Some("ada".to_owned()), role);
    let file = Attachment { size: Some(MAX_INTEGER), ..Attachment::default() };
    let location = Attachment { kind: AttachmentKind::Location, latitude: Some(90.0), longitude: Some(-180.0), ..Attachment::default() };
    let message = Message { attachments: vec![file, location], ..Message::default() };
    CloudEvent {
        specversion: "1.0".to_owned(),
        id: "acme-4d6e83a15a9c12d96dd5ba4fcf44ba7d".to_owned(),
        source: "/acme/my%20shop".to_owned(),
        event_type: "com.acme.message".to_owned(),
        subject: Some("0e9ba4e8d51a28a4dc8b6cf2bb0f8c5d".to_owned()),
        time: "2026-11-18T09:15:02.120Z".to_owned(),
        datacontenttype: "application/json".to_owned(),
        dataschema: chathooks_event::DATA_SCHEMA.to_owned(),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        data: Data {
            provider: "acme".to_owned(),
            kind: Kind::Message,
            conversation: Some("c-1".to_owned()),
            sender: person(Role::Customer),
            recipient: person(Role::Business),
            message: Some(message),
            original: Original { sha256: "0".repeat(64), ..Original::default() },
            ..Data::default()
        },
    }
}
