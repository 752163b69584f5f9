//! Each kind of change to a schema, and whether version 1 may have it.

use serde_json::{Value, json};

use crate::growth::{of_consumer, of_exact};
use crate::{consumer, exact};

/// What was released: an object with a word, a list, an object that may be `null`, and a rule.
fn exact() -> Value {
    json!({
        "$id": "urn:acme:1:exact", "title": "Parcel", "type": "object", "additionalProperties": false,
        "required": ["kind", "type", "size", "note", "labels", "owner"],
        "properties": {
            "kind": { "$ref": "#/$defs/Kind" },
            "type": { "type": "string", "pattern": "^acme\\.(box|letter)$" },
            "size": { "type": "integer", "minimum": 0 },
            "note": { "type": ["string", "null"] },
            "labels": { "type": "array", "items": { "$ref": "#/$defs/Label" } },
            "owner": { "anyOf": [{ "$ref": "#/$defs/Owner" }, { "type": "null" }] },
            "weight": { "type": "number" },
        },
        "allOf": [{
            "if": { "properties": { "kind": { "const": "letter" } } },
            "then": { "properties": { "weight": { "type": "null" } } },
        }],
        "dependentSchemas": { "weight": { "required": ["size"] } },
        "$defs": {
            "Kind": { "oneOf": [{ "type": "string", "const": "box" }, { "type": "string", "const": "letter" }] },
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

fn consumer() -> Value {
    json!({
        "$id": "urn:acme:1", "title": "Parcel", "description": "A parcel.", "type": "object",
        "required": ["kind", "type", "size", "note", "labels"],
        "properties": {
            "kind": { "type": "string" },
            "type": { "type": "string" },
            "size": { "type": "integer" },
            "note": { "type": ["string", "null"] },
            "labels": { "type": "array", "items": { "$ref": "#/$defs/Label" } },
            "owner": { "anyOf": [{ "$ref": "#/$defs/Owner" }, { "type": "null" }] },
            "weight": { "type": ["number", "null"] },
        },
        "$defs": {
            "Label": { "title": "Label", "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } },
            "Owner": { "title": "Owner", "type": "object", "required": ["name"], "properties": { "name": { "type": ["string", "null"] } } },
        },
    })
}

/// A change: a place in a schema, and what stands there from then on; `null` takes it away.
type Change = (&'static str, Value);

fn changed(schema: &Value, (place, value): &Change) -> Value {
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

fn text() -> Value {
    json!({ "type": "string" })
}

#[test]
fn what_is_added_is_growth() {
    let changes: [&[Change]; 11] = [
        &[],
        // A member, which may be missing, or is always there.
        &[("/properties/colour", text())],
        &[("/properties/colour", text()), ("/required/-", json!("colour"))],
        &[("/$defs/Label/properties/colour", text())],
        &[("/$defs/Owner/properties/age", json!({ "type": "integer" }))],
        // A kind, with a member and a rule of its own.
        &[
            ("/$defs/Kind/oneOf/-", json!({ "type": "string", "const": "pallet" })),
            ("/properties/type/pattern", json!("^acme\\.(box|letter|pallet)$")),
            ("/properties/pallet", json!({ "type": ["object", "null"] })),
            ("/allOf/-", json!({ "if": {}, "then": { "properties": { "pallet": { "type": "object" } } } })),
            ("/dependentSchemas/pallet", json!({ "required": ["size"] })),
        ],
        // Any word.
        &[("/properties/kind", text())],
        // `null`, where a consumer expects it.
        &[("/properties/weight/type", json!(["number", "null"]))],
        // A member that may be missing, where a consumer does not need it.
        &[("/required/5", Value::Null)],
        &[("/properties/note/description", json!("A note."))],
        &[("/properties/note/type", json!(["null", "string"]))],
    ];
    for change in changes {
        let today = change.iter().fold(exact(), |schema, change| changed(&schema, change));
        assert_eq!(of_exact(&exact(), &today, &consumer()), Vec::<String>::new(), "{change:?}");
    }
}

#[test]
fn what_breaks_a_consumer_of_the_event_is_not_growth() {
    let closed = json!({ "type": "object", "additionalProperties": false, "properties": {} });
    let changes: [(&str, Change); 24] = [
        ("/note is gone", ("/properties/note", Value::Null)),
        ("/owner/name is gone", ("/$defs/Owner/properties/name", Value::Null)),
        ("/labels/*/text is gone", ("/$defs/Label/properties/text", Value::Null)),
        ("/size is no longer integer", ("/properties/size/type", json!("string"))),
        ("/size may be number", ("/properties/size/type", json!("number"))),
        ("/size may be null", ("/properties/size/type", json!(["integer", "null"]))),
        ("/labels/*/text may be null", ("/$defs/Label/properties/text/type", json!(["string", "null"]))),
        ("/kind may be null", ("/properties/kind", json!({ "anyOf": [{ "$ref": "#/$defs/Kind" }, { "type": "null" }] }))),
        ("/note is no longer null", ("/properties/note/type", json!("string"))),
        ("/owner is no longer null", ("/properties/owner", json!({ "$ref": "#/$defs/Owner" }))),
        ("/owner is no longer object", ("/properties/owner", json!({ "type": ["string", "null"] }))),
        ("/labels/* is no longer object", ("/properties/labels/items", text())),
        ("/kind is no longer box", ("/$defs/Kind/oneOf/0", Value::Null)),
        ("/kind is no longer string", ("/properties/kind", json!({ "type": "integer" }))),
        ("/note is one of a few words", ("/properties/note", json!({ "type": ["string", "null"], "enum": ["fragile"] }))),
        ("/note may be missing", ("/required/3", Value::Null)),
        ("/labels/*/text may be missing", ("/$defs/Label/required/0", Value::Null)),
        ("/weight is never missing", ("/required/-", json!("weight"))),
        ("/type has another pattern", ("/properties/type/pattern", json!("^acme\\.(box|parcel)$"))),
        ("/type has another pattern", ("/properties/type/pattern", json!("^parcel\\.(box|letter)$"))),
        ("/size has another minimum", ("/properties/size/minimum", Value::Null)),
        ("/ has other rules about members that it had", ("/allOf/0", Value::Null)),
        ("/ has other rules about members that it had", ("/allOf/-", json!({ "then": { "properties": { "note": closed } } }))),
        ("/ has another $id", ("/$id", json!("urn:acme:2:exact"))),
    ];
    for (problem, change) in changes {
        let problems = of_exact(&exact(), &changed(&exact(), &change), &consumer());
        assert!(problems.iter().any(|found| found == problem), "{change:?}: {problems:?}");
    }
}

#[test]
fn what_a_closed_consumer_schema_does_not_know_is_not_growth() {
    let closed = changed(&consumer(), &("/additionalProperties", json!(false)));
    let today = changed(&exact(), &("/properties/colour", text()));
    assert_eq!(of_exact(&exact(), &today, &closed), ["/colour is new"]);
    let known = changed(&consumer(), &("/properties/kind/enum", json!(["box", "letter"])));
    let today = changed(&exact(), &("/$defs/Kind/oneOf/-", json!({ "type": "string", "const": "pallet" })));
    assert_eq!(of_exact(&exact(), &today, &known), ["/kind has other words than the consumer schema"]);
}

#[test]
fn a_consumer_schema_gets_members_that_may_be_missing_and_definitions() {
    let growing: [Change; 5] = [
        ("/properties/colour", text()),
        ("/$defs/Label/properties/colour", text()),
        ("/$defs/Pallet", json!({ "title": "Pallet", "type": "object", "required": ["wood"] })),
        ("/description", json!("Something that is sent.")),
        ("/required", json!(["labels", "kind", "type", "size", "note"])),
    ];
    for change in growing {
        assert_eq!(of_consumer(&consumer(), &changed(&consumer(), &change)), Vec::<String>::new(), "{change:?}");
    }
    let breaking: [Change; 11] = [
        ("/$id", json!("urn:acme:2")),
        ("/title", json!("Package")),
        ("/required/-", json!("owner")),
        ("/required/0", Value::Null),
        ("/properties/note", Value::Null),
        ("/properties/note/type", json!("string")),
        ("/properties/size/type", json!(["integer", "null"])),
        ("/properties/kind/enum", json!(["box"])),
        ("/additionalProperties", json!(false)),
        ("/$defs/Owner", Value::Null),
        ("/$defs/Label/properties/text/maxLength", json!(10)),
    ];
    for change in breaking {
        let problems = of_consumer(&consumer(), &changed(&consumer(), &change));
        assert_eq!(problems.len(), 1, "{change:?}: {problems:?}");
    }
}

/// The event itself may get what the contract lets version 1 get.
#[test]
fn the_event_can_grow() {
    let (exact, consumer) = (exact::today(), consumer::today());
    let word = || json!({ "type": "string", "const": "tomorrow" });
    let pattern = exact["properties"]["type"]["pattern"].as_str().expect("a pattern").replace("|unknown)", "|unknown|tomorrow)");
    let rule = json!({ "if": { "properties": { "kind": { "const": "tomorrow" } } }, "then": { "properties": { "tomorrow": text() } } });
    let growing = [
        ("/$defs/Kind/oneOf/-", word()),
        ("/properties/type/pattern", json!(pattern)),
        ("/$defs/EventData/properties/tomorrow", text()),
        ("/$defs/EventData/required/-", json!("tomorrow")),
        ("/$defs/EventData/allOf/-", rule),
        ("/$defs/AttachmentKind/oneOf/-", word()),
        ("/$defs/Role/oneOf/-", word()),
        ("/$defs/Encoding/oneOf/-", word()),
        ("/properties/subject/type", json!(["string", "null"])),
        ("/$defs/Attachment/properties/latitude/type", json!(["number", "null"])),
        ("/properties/tomorrow", text()),
    ];
    let today = growing.iter().fold(exact.clone(), |schema, change| changed(&schema, change));
    assert_eq!(of_exact(&exact, &today, &consumer), Vec::<String>::new());

    let breaking = [
        ("/$defs/Kind/oneOf/0", Value::Null),
        ("/$defs/EventData/allOf/0", Value::Null),
        ("/$defs/EventData/properties/warnings/type", json!(["array", "null"])),
        ("/$defs/Message/properties/attachments/type", json!(["array", "null"])),
        ("/$defs/Original/properties/sha256/type", json!(["string", "null"])),
        ("/$defs/Participant/properties/role", json!({ "type": ["string", "null"] })),
        ("/$defs/Part/properties/count/type", json!("string")),
        ("/properties/time/format", Value::Null),
        ("/properties/dataschema/const", json!("urn:chathooks:data:2")),
        ("/required/0", Value::Null),
    ];
    for change in breaking {
        assert!(!of_exact(&exact, &changed(&exact, &change), &consumer).is_empty(), "{change:?}");
    }
}
