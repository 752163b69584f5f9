//! The consumer schema: what every event of version 1 is valid under, today's and those of later versions.
//!
//! It is made from the exact schema, in a few words that every generator of types understands: objects with a title, open to
//! other members; texts, numbers and arrays; `null` beside them. A word of an enum is any text, a member that may be missing
//! may also be `null` (CloudEvents' JSON format treats both alike), and no rule joins two members.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::{exact, published};

const FILE: &str = "event.consumer.schema.json";

#[test]
fn the_consumer_schema_is_generated_from_the_types() {
    let exact = serde_json::to_value(exact::generate()).expect("JSON");
    published::is(FILE, &(serde_json::to_string_pretty(&consumer(&exact)).expect("JSON") + "\n"));
}

#[derive(Serialize)]
struct Root {
    #[serde(rename = "$schema")]
    dialect: &'static str,
    #[serde(rename = "$id")]
    id: &'static str,
    #[serde(flatten)]
    event: Definition,
    #[serde(rename = "$defs")]
    definitions: Ordered<Definition>,
}

/// An object. Its members stand in the order in which the type declares them, those that may be missing last.
#[derive(Serialize)]
struct Definition {
    title: String,
    description: String,
    r#type: &'static str,
    properties: Ordered<Value>,
    required: Vec<String>,
}

struct Ordered<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

fn consumer(exact: &Value) -> Root {
    let definitions = exact["$defs"].as_object().expect("definitions");
    let objects = definitions.iter().filter(|(_, definition)| definition["type"] == "object");
    Root {
        dialect: "https://json-schema.org/draft/2020-12/schema",
        id: "urn:chathooks:event:1",
        event: definition("ChathooksEvent", exact, definitions),
        definitions: Ordered(objects.map(|(name, value)| (name.clone(), definition(name, value, definitions))).collect()),
    }
}

type Definitions = serde_json::Map<String, Value>;

fn definition(title: &str, exact: &Value, definitions: &Definitions) -> Definition {
    let required: Vec<String> = serde_json::from_value(exact["required"].clone()).expect("what is required");
    let members = exact["properties"].as_object().expect("members");
    let optional = members.keys().filter(|name| !required.contains(name));
    let member = |name: &String| {
        let member = member(&members[name], definitions);
        (name.clone(), if required.contains(name) { member } else { nullable(member) })
    };
    let properties = required.iter().chain(optional).map(member).collect();
    Definition {
        title: title.to_owned(),
        description: text(&exact["description"]),
        r#type: "object",
        properties: Ordered(properties),
        required,
    }
}

fn member(exact: &Value, definitions: &Definitions) -> Value {
    let description = text(&exact["description"]);
    if let Some(reference) = exact["$ref"].as_str() {
        return match definitions[name_of(reference)]["oneOf"].as_array() {
            Some(words) => json!({ "description": with_words(&description, words), "type": "string" }),
            // The definition's own description says more, and some generators take only one of the two.
            None => json!({ "$ref": reference }),
        };
    }
    let mut member = json!({ "description": description });
    for keyword in ["type", "anyOf", "items"] {
        if let Some(value) = exact.get(keyword) {
            member[keyword] = value.clone();
        }
    }
    if exact["format"] == "date-time" {
        member["format"] = exact["format"].clone();
    }
    member
}

/// Returns a member that may be `null`, too.
fn nullable(mut member: Value) -> Value {
    member["type"] = json!([member["type"], "null"]);
    member
}

/// Adds the words that version 1 has so far to a description.
fn with_words(description: &str, words: &[Value]) -> String {
    let lines = words.iter().map(|word| format!("\n- `{}`: {}", word["const"].as_str().expect("a word"), text(&word["description"])));
    format!("{description} More words may be added.\n{}", lines.collect::<String>())
}

/// Returns a description as one line.
fn text(description: &Value) -> String {
    description.as_str().expect("a description").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn name_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}
