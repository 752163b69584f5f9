//! Each kind of schema change, and whether version 1 allows it.

mod consumer;
mod event;
mod parcel;

use serde_json::{Value, json};

use self::parcel::{Change, changed, consumer, exact, text, word};
use crate::growth::of_exact;

#[test]
fn additions_are_growth() {
    let changes: [&[Change]; 20] = [
        &[],
        // A member, optional or required.
        &[("/$defs/Parcel/properties/color", text())],
        &[("/$defs/Parcel/properties/color", text()), ("/$defs/Parcel/required/-", json!("color"))],
        &[("/$defs/Label/properties/color", text())],
        &[("/$defs/Owner/properties/age", json!({ "type": "integer" }))],
        &[("/properties/color2", text())],
        // A kind, with its own member and rules.
        &[
            ("/$defs/Kind/oneOf/-", word("pallet")),
            ("/properties/type/pattern", json!("^acme(\\.[a-z]+)+\\.(box|letter|pallet)$")),
            ("/$defs/Parcel/properties/pallet", json!({ "type": ["object", "null"] })),
            ("/$defs/Parcel/properties/wood", text()),
            ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "properties": { "pallet": { "type": "object" } } } })),
            ("/$defs/Parcel/dependentSchemas/wood", json!({ "required": ["pallet"] })),
        ],
        // An enum value, or any value.
        &[("/$defs/Wrap/enum/-", json!("straw"))],
        &[("/$defs/Wrap", json!({ "oneOf": [word("foil"), { "type": "string", "enum": ["straw", "paper"] }] }))],
        &[("/$defs/Parcel/properties/wrap", text())],
        // `null`, if a consumer expects it.
        &[("/$defs/Parcel/properties/weight/type", json!(["number", "null"]))],
        &[("/properties/trace/type", json!(["string", "null"]))],
        // A member that can be missing, if consumers do not rely on it.
        &[("/$defs/Parcel/required/4", Value::Null)],
        // A promise to a consumer: never missing, never `null`.
        &[("/$defs/Parcel/required/-", json!("weight"))],
        &[("/$defs/Parcel/properties/note/type", json!("string"))],
        &[("/$defs/Parcel/properties/owner", json!({ "$ref": "#/$defs/Owner" }))],
        // The same schema, written differently.
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
fn changes_that_break_a_consumer_are_not_growth() {
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
        ("/data/ghost is required but not described", ("/$defs/Parcel/required/-", json!("ghost"))),
        ("/type has another pattern", ("/properties/type/pattern", json!("^parcel(\\.[a-z]+)+\\.(box|letter)$"))),
        ("/data/size has another minimum", ("/$defs/Parcel/properties/size/minimum", Value::Null)),
        ("/ has another $id", ("/$id", json!("urn:acme:2:exact"))),
        // Keywords beside a reference or a choice count too.
        ("/data has another beside", ("/properties/data/maxProperties", json!(7))),
        ("/data/wrap has another beside", ("/$defs/Parcel/properties/wrap/minLength", json!(5))),
        ("/data/wrap has another beside", ("/$defs/Parcel/properties/wrap/enum", json!(["paper"]))),
        ("/data/owner has another beside", ("/$defs/Parcel/properties/owner/minProperties", json!(2))),
        ("/data/kind has another beside", ("/$defs/Kind/not", json!({ "const": "box" }))),
        // CloudEvents restricts the name and the type of an attribute.
        ("/parcel_color is not an attribute of CloudEvents", ("/properties/parcel_color", text())),
    ];
    for (problem, change) in changes {
        let problems = of_exact(&exact(), &changed(&exact(), &change), &consumer());
        assert!(problems.iter().any(|found| found == problem), "{change:?}: {problems:?}");
    }
    for attribute in [json!({ "type": "object" }), json!({ "type": "number" }), json!({ "$ref": "#/$defs/Parcel" }), json!({})] {
        let today = changed(&exact(), &("/properties/color", attribute));
        assert_eq!(of_exact(&exact(), &today, &consumer()), ["/color is not an attribute of CloudEvents"]);
    }
}

/// A new rule may only be about new members.
#[test]
fn rules_about_existing_members_do_not_change() {
    let color = changed(&exact(), &("/$defs/Parcel/properties/color", text()));
    let about = |name: &str| json!({ "properties": { name: { "type": "null" } } });
    let rules: [Change; 16] = [
        ("/$defs/Parcel/allOf/0", Value::Null),
        ("/$defs/Parcel/allOf", Value::Null),
        ("/$defs/Parcel/allOf", json!([{ "if": { "properties": { "kind": { "const": "letter" } } }, "then": false }])),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": about("note") })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "else": about("note") })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": false })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "not": about("color") } })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "allOf": [about("note")] } })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "$ref": "#/$defs/Label" } })),
        ("/$defs/Parcel/allOf/-", json!({ "if": {}, "then": { "required": ["weight"] } })),
        ("/$defs/Parcel/allOf/-", json!({ "not": about("note") })),
        ("/$defs/Parcel/allOf/-", json!(false)),
        ("/$defs/Parcel/dependentSchemas/weight", Value::Null),
        ("/$defs/Parcel/dependentSchemas/note", about("color")),
        ("/$defs/Parcel/dependentSchemas/color", about("note")),
        ("/$defs/Parcel/dependentSchemas/color", json!({ "required": ["weight"] })),
    ];
    for change in rules {
        let problems = of_exact(&exact(), &changed(&color, &change), &consumer());
        assert_eq!(problems, ["/data has other rules about its existing members"], "{change:?}");
    }
}

/// A kind appears twice: in `kind`, and as the last part of `type`.
#[test]
fn the_pattern_of_type_lists_the_kinds() {
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
fn a_closed_consumer_schema_allows_no_additions() {
    let closed = changed(&consumer(), &("/$defs/Parcel/additionalProperties", json!(false)));
    let today = changed(&exact(), &("/$defs/Parcel/properties/color", text()));
    assert_eq!(of_exact(&exact(), &today, &closed), ["/data/color is new"]);
    let known = changed(&consumer(), &("/$defs/Parcel/properties/color", json!({ "type": "integer" })));
    assert_eq!(of_exact(&exact(), &today, &known), ["/data/color is new"]);
    let known = changed(&consumer(), &("/$defs/Parcel/properties/wrap/enum", json!(["paper", "foil"])));
    for today in [("/$defs/Wrap/enum/-", json!("straw")), ("/$defs/Parcel/properties/wrap", text())] {
        let problems = of_exact(&exact(), &changed(&exact(), &today), &known);
        assert_eq!(problems, ["/data/wrap has other values than the consumer schema"]);
    }
}
