//! The consumer schema: every event of version 1 is valid under it, including those of later releases.
//!
//! It is derived from the exact schema and uses only keywords that every type generator understands: titled objects that are
//! open to other members, strings, numbers, arrays, and `null` as an alternative. An enum becomes a string. A member that can
//! be missing can also be `null`, because CloudEvents' JSON format treats both alike. No rule relates two members. Only the
//! versions are constants. A member newer than the released schema is not required, because a consumer also reads older
//! events.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::{exact, published, released};

#[test]
fn the_consumer_schemas_are_generated_from_the_types() {
    is_published();
}

/// Checks that the published schemas are the generated ones.
pub(crate) fn is_published() {
    let (event, data) = consumer(&exact::today(), released::read("event.consumer.schema.json").as_ref());
    published::is("event.consumer.schema.json", &event);
    published::is("data.consumer.schema.json", &data);
}

/// The definition that `dataschema` names.
const DATA: &str = "EventData";

/// The attributes that distinguish an event of version 1 from any other. Their values are constant within the version.
const VERSIONS: [&str; 2] = ["specversion", "dataschema"];

/// Returns the current consumer schema of an event.
pub(crate) fn today() -> Value {
    let (event, _) = consumer(&exact::today(), released::read("event.consumer.schema.json").as_ref());
    serde_json::to_value(event).expect("JSON")
}

/// A schema, with its keywords in reading order.
#[derive(Serialize)]
pub(crate) struct Root {
    #[serde(rename = "$schema")]
    dialect: &'static str,
    #[serde(rename = "$id")]
    id: &'static str,
    #[serde(flatten)]
    object: Definition,
    #[serde(rename = "$defs")]
    definitions: Ordered<Definition>,
}

/// An object. Its members are in the order in which the type declares them, followed by those that can be missing.
#[derive(Clone, Serialize)]
struct Definition {
    title: String,
    #[serde(rename = "$comment", skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    description: String,
    r#type: &'static str,
    properties: Ordered<Value>,
    required: Vec<String>,
}

#[derive(Clone)]
struct Ordered<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

/// Returns the schema of an event and the schema of its data, which `dataschema` names. In the former, the definition of the
/// data has its name in a comment rather than in an `$id`: quicktype fails on a URN within a resource that has one, and
/// json-schema-to-typescript looks up the definition's references in the root.
fn consumer(exact: &Value, released: Option<&Value>) -> (Root, Root) {
    let converter = Converter { definitions: exact["$defs"].as_object().expect("definitions") };
    let released_definition = |name: &str| released.map(|released| &released["$defs"][name]);
    let objects = converter.definitions.iter().filter(|(_, definition)| definition["type"] == "object");
    let mut definitions: Vec<(String, Definition)> =
        objects.map(|(name, exact)| (name.clone(), converter.definition(name, exact, released_definition(name)))).collect();
    let root = |id, object, definitions: &[(String, Definition)]| Root {
        dialect: "https://json-schema.org/draft/2020-12/schema",
        id,
        object,
        definitions: Ordered(definitions.to_vec()),
    };
    let event = root("urn:chathooks:event:1", converter.definition("ChathooksEvent", exact, released), &definitions);
    let data = definitions.iter().position(|(name, _)| name == DATA).expect("the data");
    let (_, mut data) = definitions.remove(data);
    data.comment = None;
    (event, root(chathooks_event::DATA_SCHEMA, data, &definitions))
}

struct Converter<'a> {
    definitions: &'a serde_json::Map<String, Value>,
}

impl Converter<'_> {
    fn definition(&self, title: &str, exact: &Value, released: Option<&Value>) -> Definition {
        let always: Vec<String> = serde_json::from_value(exact["required"].clone()).expect("a list of required members");
        let members = exact["properties"].as_object().expect("members");
        let sometimes = members.keys().filter(|name| !always.contains(name));
        let was_required = |name: &String| match released.and_then(|released| released["required"].as_array()) {
            Some(required) => required.iter().any(|required| required == name),
            None => true,
        };
        let is_required = |name: &String| always.contains(name) && was_required(name);
        let member = |name: &String| {
            let member = self.member(name, &members[name]);
            (name.clone(), if is_required(name) { member } else { nullable(member) })
        };
        Definition {
            title: title.to_owned(),
            comment: (title == DATA).then(|| format!("{}: see data.consumer.schema.json", chathooks_event::DATA_SCHEMA)),
            description: text(&exact["description"]),
            r#type: "object",
            properties: Ordered(always.iter().chain(sometimes).map(member).collect()),
            required: always.iter().filter(|name| is_required(name)).cloned().collect(),
        }
    }

    fn member(&self, name: &str, exact: &Value) -> Value {
        let description = text(&exact["description"]);
        if let Some(reference) = exact["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default();
            return match values(&self.definitions[name]) {
                values if !values.is_empty() => json!({ "description": format!("{description} {values}"), "type": "string" }),
                // The definition's own description is more specific, and some generators use only one of the two.
                _ => json!({ "$ref": reference }),
            };
        }
        let mut member = json!({ "description": description });
        for keyword in ["type", "anyOf", "items", "minimum", "maximum"] {
            if let Some(value) = exact.get(keyword) {
                member[keyword] = value.clone();
            }
        }
        if exact["format"] == "date-time" {
            member["format"] = exact["format"].clone();
        }
        if VERSIONS.contains(&name) {
            member["const"] = exact["const"].clone();
        }
        member
    }
}

/// Returns the schema of a member that can also be `null`.
fn nullable(mut member: Value) -> Value {
    let can_be_null = member.get("anyOf").is_some() || member["type"].is_array();
    if member.get("$ref").is_some() {
        return json!({ "anyOf": [member, { "type": "null" }] });
    }
    if !can_be_null {
        member["type"] = json!([member["type"], "null"]);
    }
    member
}

/// Describes the current values of an enum. Returns an empty string for an object.
fn values(definition: &Value) -> String {
    let choices = definition["oneOf"].as_array().map_or(std::slice::from_ref(definition), Vec::as_slice);
    let lines = choices.iter().flat_map(|choice| {
        let several = choice["enum"].as_array().into_iter().flatten().map(|value| format!("\n- `{}`", value.as_str().expect("a string")));
        let one = choice["const"].as_str().map(|value| format!("\n- `{value}`: {}", text(&choice["description"])));
        several.chain(one)
    });
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("More values may be added.\n{lines}") }
}

#[test]
fn an_enum_value_needs_no_description() {
    let described = json!({ "type": "string", "const": "a", "description": "An a." });
    let mixed = json!({ "oneOf": [{ "type": "string", "enum": ["b", "c"] }, described] });
    assert_eq!(values(&mixed), "More values may be added.\n\n- `b`\n- `c`\n- `a`: An a.");
    assert_eq!(values(&json!({ "type": "string", "enum": ["b"] })), "More values may be added.\n\n- `b`");
    assert_eq!(values(&json!({ "type": "object", "properties": {} })), "");
}

/// Returns a description as one line.
fn text(description: &Value) -> String {
    description.as_str().expect("a description").split_whitespace().collect::<Vec<_>>().join(" ")
}
