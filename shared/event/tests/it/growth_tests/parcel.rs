//! Schemas that the tests change: the events of a parcel carrier.

use serde_json::{Value, json};

/// The released schema: an event whose data has a kind, a list, a nullable object and a rule.
pub(super) fn exact() -> Value {
    json!({
        "$id": "urn:acme:1:exact", "title": "Event", "type": "object",
        "required": ["type", "data"],
        "properties": {
            "type": { "type": "string", "pattern": "^acme(\\.[a-z]+)+\\.(box|letter)$" },
            "data": { "description": "The parcel.", "$ref": "#/$defs/Parcel" },
            "trace": { "type": "string", "minLength": 2 },
        },
        "$defs": {
            "Parcel": {
                "title": "Parcel", "type": "object", "additionalProperties": false,
                "required": ["kind", "size", "note", "labels", "owner", "wrap"],
                "properties": {
                    "kind": { "$ref": "#/$defs/Kind" },
                    "size": { "type": "integer", "minimum": 0 },
                    "note": { "type": ["string", "null"] },
                    "labels": { "type": "array", "items": { "$ref": "#/$defs/Label" } },
                    "owner": { "anyOf": [{ "$ref": "#/$defs/Owner" }, { "type": "null" }] },
                    "wrap": { "$ref": "#/$defs/Wrap" },
                    "weight": { "type": "number" },
                },
                "allOf": [{
                    "if": { "properties": { "kind": { "const": "letter" } } },
                    "then": { "properties": { "weight": { "type": "null" } } },
                }],
                "dependentSchemas": { "weight": { "required": ["size"] } },
            },
            "Kind": { "oneOf": [{ "type": "string", "const": "box" }, { "type": "string", "const": "letter" }] },
            "Wrap": { "type": "string", "enum": ["paper", "foil"] },
            "Label": {
                "type": "object", "additionalProperties": false, "required": ["text"], "properties": { "text": { "type": "string" } },
            },
            "Owner": {
                "type": "object", "additionalProperties": false, "required": ["name"],
                "properties": { "name": { "type": ["string", "null"] } },
            },
        },
    })
}

pub(super) fn consumer() -> Value {
    json!({
        "$id": "urn:acme:1", "title": "Event", "description": "An event.", "type": "object",
        "required": ["type", "data"],
        "properties": {
            "type": { "type": "string" },
            "data": { "$ref": "#/$defs/Parcel" },
            "trace": { "type": ["string", "null"] },
        },
        "$defs": {
            "Label": { "title": "Label", "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } },
            "Owner": { "title": "Owner", "type": "object", "required": ["name"], "properties": { "name": { "type": ["string", "null"] } } },
            "Parcel": {
                "title": "Parcel", "type": "object",
                "required": ["kind", "size", "note", "labels", "wrap"],
                "properties": {
                    "kind": { "type": "string" },
                    "size": { "type": "integer" },
                    "note": { "type": ["string", "null"] },
                    "labels": { "type": "array", "items": { "$ref": "#/$defs/Label" } },
                    "owner": { "anyOf": [{ "$ref": "#/$defs/Owner" }, { "type": "null" }] },
                    "wrap": { "type": "string" },
                    "weight": { "type": ["number", "null"] },
                },
            },
        },
    })
}

/// A change: a JSON pointer into a schema, and the new value. `null` removes the member or element, and `-` appends.
pub(super) type Change = (&'static str, Value);

pub(super) fn changed(schema: &Value, (pointer, value): &Change) -> Value {
    let mut schema = schema.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a JSON pointer");
    match schema.pointer_mut(parent).expect(pointer) {
        Value::Array(list) if name == "-" => list.push(value.clone()),
        Value::Array(list) => drop(list.remove(name.parse().expect("an index"))),
        Value::Object(members) if value.is_null() => assert!(members.remove(name).is_some(), "{pointer}"),
        Value::Object(members) => drop(members.insert(name.to_owned(), value.clone())),
        _ => panic!("{pointer}"),
    }
    schema
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn word(word: &str) -> Value {
    json!({ "type": "string", "const": word })
}
