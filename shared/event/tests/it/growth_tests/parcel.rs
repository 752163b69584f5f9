//! Schemas to try changes on: the events of a carrier of parcels.

use serde_json::{Value, json};

/// What was released: an event whose data has a kind, a list, an object that may be `null`, and a rule.
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

/// A change: a place in a schema, and what stands there from then on; `null` takes it away.
pub(super) type Change = (&'static str, Value);

pub(super) fn changed(schema: &Value, (place, value): &Change) -> Value {
    let mut schema = schema.clone();
    let (parent, name) = place.rsplit_once('/').expect("a place");
    match schema.pointer_mut(parent).expect(place) {
        Value::Array(list) if name == "-" => list.push(value.clone()),
        Value::Array(list) => drop(list.remove(name.parse().expect("an index"))),
        Value::Object(members) if value.is_null() => assert!(members.remove(name).is_some(), "{place}"),
        Value::Object(members) => drop(members.insert(name.to_owned(), value.clone())),
        _ => panic!("{place}"),
    }
    schema
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn word(word: &str) -> Value {
    json!({ "type": "string", "const": word })
}
