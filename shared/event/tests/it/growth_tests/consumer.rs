//! How the consumer schema may change.

use serde_json::{Value, json};

use super::parcel::{Change, changed, consumer, text};
use crate::growth::of_consumer;

#[test]
fn a_consumer_schema_may_gain_optional_members_and_definitions() {
    let growing: [Change; 5] = [
        ("/properties/color", text()),
        ("/$defs/Label/properties/color", text()),
        ("/$defs/Pallet", json!({ "title": "Pallet", "type": "object", "required": ["wood"] })),
        ("/description", json!("Something that is sent.")),
        ("/$defs/Parcel/required", json!(["labels", "wrap", "kind", "size", "note"])),
    ];
    for change in growing {
        assert_eq!(of_consumer(&consumer(), &changed(&consumer(), &change)), Vec::<String>::new(), "{change:?}");
    }
    let breaking: [Change; 11] = [
        ("/$id", json!("urn:acme:2")),
        ("/title", json!("Package")),
        ("/required/-", json!("trace")),
        ("/required/0", Value::Null),
        ("/$defs/Parcel/properties/note", Value::Null),
        ("/$defs/Parcel/properties/note/type", json!("string")),
        ("/$defs/Parcel/properties/size/type", json!(["integer", "null"])),
        ("/$defs/Parcel/properties/kind/enum", json!(["box"])),
        ("/additionalProperties", json!(false)),
        ("/$defs/Owner", Value::Null),
        ("/$defs/Label/properties/text/maxLength", json!(10)),
    ];
    for change in breaking {
        let problems = of_consumer(&consumer(), &changed(&consumer(), &change));
        assert_eq!(problems.len(), 1, "{change:?}: {problems:?}");
    }
}
