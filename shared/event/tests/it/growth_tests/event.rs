//! How the event itself may change.

use serde_json::{Value, json};

use super::parcel::{changed, text, word};
use crate::growth::of_exact;
use crate::{consumer, exact};

/// The event may gain everything that the contract allows version 1 to gain.
#[test]
fn the_event_can_grow() {
    let (exact, consumer) = (exact::today(), consumer::today());
    let pattern = exact["properties"]["type"]["pattern"].as_str().expect("a pattern").replace("|unknown)", "|unknown|tomorrow)");
    let rule = json!({ "if": { "properties": { "kind": { "const": "tomorrow" } } }, "then": { "properties": { "tomorrow": text() } } });
    let growing = [
        ("/$defs/Kind/oneOf/-", word("tomorrow")),
        ("/properties/type/pattern", json!(pattern)),
        ("/$defs/EventData/properties/tomorrow", text()),
        ("/$defs/EventData/required/-", json!("tomorrow")),
        ("/$defs/EventData/allOf/-", rule),
        ("/$defs/AttachmentKind/oneOf/-", word("tomorrow")),
        ("/$defs/Role/oneOf/-", word("tomorrow")),
        ("/$defs/Encoding/oneOf/-", word("tomorrow")),
        ("/properties/subject/type", json!(["string", "null"])),
        ("/$defs/Attachment/properties/latitude/type", json!(["number", "null"])),
        ("/properties/tomorrow", text()),
    ];
    let today = growing.iter().fold(exact.clone(), |schema, change| changed(&schema, change));
    assert_eq!(of_exact(&exact, &today, &consumer), Vec::<String>::new());

    let breaking = [
        ("/$defs/Kind/oneOf/0", Value::Null),
        ("/$defs/Kind/oneOf/-", word("tomorrow")),
        ("/$defs/EventData/allOf/0", Value::Null),
        ("/$defs/EventData/properties/warnings/type", json!(["array", "null"])),
        ("/$defs/Message/properties/attachments/type", json!(["array", "null"])),
        ("/$defs/Original/properties/sha256/type", json!(["string", "null"])),
        ("/$defs/Participant/properties/role", json!({ "type": ["string", "null"] })),
        ("/$defs/Part/properties/count/type", json!("string")),
        ("/$defs/Attachment/properties/size/maximum", Value::Null),
        ("/properties/time/format", Value::Null),
        ("/properties/dataschema/const", json!("urn:chathooks:data:2")),
        ("/required/0", Value::Null),
        ("/properties/tomorrow_text", text()),
    ];
    for change in breaking {
        assert!(!of_exact(&exact, &changed(&exact, &change), &consumer).is_empty(), "{change:?}");
    }
}
