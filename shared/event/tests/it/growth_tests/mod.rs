//! Each kind of change to a schema, and whether version 1 may have it.

mod consumer;
mod event;
mod parcel;

use serde_json::{Value, json};

use self::parcel::{Change, changed, consumer, exact, text, word};
use crate::growth::of_exact;

#[test]
fn what_is_added_is_growth() {
    let changes: [&[Change]; 20] = [
        &[],
        // A member, which may be missing, or is always there.
        &[("/$defs/Parcel/properties/colour", text())],
        &[("/$defs/Parcel/properties/colour", text()), ("/$defs/Parcel/required/-", json!("colour"))],
        &[("/$defs/Label/properties/colour", text())],
        &[("/$defs/Owner/properties/age", json!({ "type": "integer" }))],
        &[("/properties/colour2", text())],
        // A kind, with a member and rules of its own.
        &[
            ("/$defs/Kind/oneOf/-", word("pallet")),
            ("/properties/type/pattern", json!("^acme(\\.[a-z]+)+\\.(box|letter|pallet)$")),
            ("/$defs/Parcel/properties/pallet", json!({ "type": ["object", "null"] })),
            ("/$defs/Parcel/properties/wood", text()),
            ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "properties": { "pallet": { "type": "object" } } } })),
            ("/$defs/Parcel/dependentSchemas/wood", json!({ "required": ["pallet"] })),
        ],
        // A word, or any word.
        &[("/$defs/Wrap/enum/-", json!("straw"))],
        &[("/$defs/Wrap", json!({ "oneOf": [word("foil"), { "type": "string", "enum": ["straw", "paper"] }] }))],
        &[("/$defs/Parcel/properties/wrap", text())],
        // `null`, where a consumer expects it.
        &[("/$defs/Parcel/properties/weight/type", json!(["number", "null"]))],
        &[("/properties/trace/type", json!(["string", "null"]))],
        // A member that may be missing, where a consumer does not need it.
        &[("/$defs/Parcel/required/4", Value::Null)],
        // A promise to a consumer: never missing, never `null`.
        &[("/$defs/Parcel/required/-", json!("weight"))],
        &[("/$defs/Parcel/properties/note/type", json!("string"))],
        &[("/$defs/Parcel/properties/owner", json!({ "$ref": "#/$defs/Owner" }))],
        // The same in other words.
        &[("/$defs/Parcel/properties/note/description", json!("A note."))],
        &[("/$defs/Parcel/properties/note/type", json!(["null", "string"]))],
        &[("/$defs/Parcel/properties/note", json!({ "anyOf": [{ "type": "null" }, text()] }))],
        &[("/$defs/Kind", json!({ "type": "string", "enum": ["letter", "box"] }))],
    ];
    for change in changes {
        let today = change.iter().fold(exact(), |schema, change| changed(&schema, change));
        assert_eq!(of_exact(&exact(), &today, &consumer()), Vec::<String>::new(), "{change:?}");
    }
}

#[test]
fn what_breaks_a_consumer_of_the_event_is_not_growth() {
    let changes: [(&str, Change); 28] = [
        ("/data/note is gone", ("/$defs/Parcel/properties/note", Value::Null)),
        ("/data/owner/name is gone", ("/$defs/Owner/properties/name", Value::Null)),
        ("/data/labels/*/text is gone", ("/$defs/Label/properties/text", Value::Null)),
        ("/data/size is no longer integer", ("/$defs/Parcel/properties/size/type", json!("string"))),
        ("/data/size may be number", ("/$defs/Parcel/properties/size/type", json!("number"))),
        ("/data/size may be null", ("/$defs/Parcel/properties/size/type", json!(["integer", "null"]))),
        ("/data/size has another type", ("/$defs/Parcel/properties/size/type", Value::Null)),
        ("/data/labels/*/text may be null", ("/$defs/Label/properties/text/type", json!(["string", "null"]))),
        ("/data/wrap may be null", ("/$defs/Parcel/properties/wrap", json!({ "anyOf": [{ "$ref": "#/$defs/Wrap" }, { "type": "null" }] }))),
        ("/data/owner is no longer object", ("/$defs/Parcel/properties/owner", json!({ "type": ["string", "null"] }))),
        ("/data/labels/* is no longer object", ("/$defs/Parcel/properties/labels/items", text())),
        ("/data/labels has another items", ("/$defs/Parcel/properties/labels/items", Value::Null)),
        ("/data/labels has another schema", ("/$defs/Parcel/properties/labels", json!(true))),
        ("/data/wrap is no longer foil", ("/$defs/Wrap/enum/1", Value::Null)),
        ("/data/wrap is no longer string", ("/$defs/Wrap", json!({ "type": "integer" }))),
        ("/data/note has another enum", ("/$defs/Parcel/properties/note/enum", json!(["fragile"]))),
        ("/data/note may be missing", ("/$defs/Parcel/required/2", Value::Null)),
        ("/data/labels/*/text may be missing", ("/$defs/Label/required/0", Value::Null)),
        ("/data/ghost is required, and not described", ("/$defs/Parcel/required/-", json!("ghost"))),
        ("/type has another pattern", ("/properties/type/pattern", json!("^parcel(\\.[a-z]+)+\\.(box|letter)$"))),
        ("/data/size has another minimum", ("/$defs/Parcel/properties/size/minimum", Value::Null)),
        ("/ has another $id", ("/$id", json!("urn:acme:2:exact"))),
        // What stands beside a reference or a choice counts, too.
        ("/data has another beside", ("/properties/data/maxProperties", json!(7))),
        ("/data/wrap has another beside", ("/$defs/Parcel/properties/wrap/minLength", json!(5))),
        ("/data/wrap has another beside", ("/$defs/Parcel/properties/wrap/enum", json!(["paper"]))),
        ("/data/owner has another beside", ("/$defs/Parcel/properties/owner/minProperties", json!(2))),
        ("/data/kind has another beside", ("/$defs/Kind/not", json!({ "const": "box" }))),
        // An attribute has a name and a type that CloudEvents allows.
        ("/parcel_colour is not an attribute of CloudEvents", ("/properties/parcel_colour", text())),
    ];
    for (problem, change) in changes {
        let problems = of_exact(&exact(), &changed(&exact(), &change), &consumer());
        assert!(problems.iter().any(|found| found == problem), "{change:?}: {problems:?}");
    }
    for attribute in [json!({ "type": "object" }), json!({ "type": "number" }), json!({ "$ref": "#/$defs/Parcel" }), json!({})] {
        let today = changed(&exact(), &("/properties/colour", attribute));
        assert_eq!(of_exact(&exact(), &today, &consumer()), ["/colour is not an attribute of CloudEvents"]);
    }
}

/// A rule is new only with what it is about.
#[test]
fn what_old_members_may_be_stays() {
    let colour = changed(&exact(), &("/$defs/Parcel/properties/colour", text()));
    let about = |name: &str| json!({ "properties": { name: { "type": "null" } } });
    let rules: [Change; 16] = [
        ("/$defs/Parcel/allOf/0", Value::Null),
        ("/$defs/Parcel/allOf", Value::Null),
        ("/$defs/Parcel/allOf", json!([{ "if": { "properties": { "kind": { "const": "letter" } } }, "then": false }])),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": about("note") })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "else": about("note") })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": false })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "not": about("colour") } })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "allOf": [about("note")] } })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "$ref": "#/$defs/Label" } })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "required": ["weight"] } })),
        ("/$defs/Parcel/allOf/-", json!({ "not": about("note") })),
        ("/$defs/Parcel/allOf/-", json!(false)),
        ("/$defs/Parcel/dependentSchemas/weight", Value::Null),
        ("/$defs/Parcel/dependentSchemas/note", about("colour")),
        ("/$defs/Parcel/dependentSchemas/colour", about("note")),
        ("/$defs/Parcel/dependentSchemas/colour", json!({ "required": ["weight"] })),
    ];
    for change in rules {
        let problems = of_exact(&exact(), &changed(&colour, &change), &consumer());
        assert_eq!(problems, ["/data has other rules about the members that it had"], "{change:?}");
    }
}

/// A kind is in two places: `kind`, and the last part of `type`.
#[test]
fn a_type_has_the_words_of_the_kinds() {
    let pattern = |kinds: &str| ("/properties/type/pattern", json!(format!("^acme(\\.[a-z]+)+\\.({kinds})$")));
    let kind = |kind: &str| ("/$defs/Kind/oneOf/-", word(kind));
    let differ: [&[Change]; 8] = [
        &[kind("pallet")],
        &[pattern("box|letter|pallet")],
        &[pattern("box|letter|pallet"), kind("bag")],
        &[pattern("box|letter|.*"), kind("pallet")],
        &[pattern("box|letter|.*"), kind(".*")],
        &[pattern("box|letter|"), kind("")],
        &[pattern("box"), ("/$defs/Kind", text())],
        &[("/properties/type/pattern", Value::Null)],
    ];
    for change in differ {
        let today = change.iter().fold(exact(), |schema, change| changed(&schema, change));
        let problems = of_exact(&exact(), &today, &consumer());
        assert!(problems.iter().any(|problem| problem == "/type has other kinds than /data/kind"), "{change:?}: {problems:?}");
    }
}

#[test]
fn what_a_closed_consumer_schema_does_not_know_is_not_growth() {
    let closed = changed(&consumer(), &("/$defs/Parcel/additionalProperties", json!(false)));
    let today = changed(&exact(), &("/$defs/Parcel/properties/colour", text()));
    assert_eq!(of_exact(&exact(), &today, &closed), ["/data/colour is new"]);
    let known = changed(&consumer(), &("/$defs/Parcel/properties/colour", json!({ "type": "integer" })));
    assert_eq!(of_exact(&exact(), &today, &known), ["/data/colour is new"]);
    let known = changed(&consumer(), &("/$defs/Parcel/properties/wrap/enum", json!(["paper", "foil"])));
    for today in [("/$defs/Wrap/enum/-", json!("straw")), ("/$defs/Parcel/properties/wrap", text())] {
        let problems = of_exact(&exact(), &changed(&exact(), &today), &known);
        assert_eq!(problems, ["/data/wrap has other words than the consumer schema"]);
    }
}
