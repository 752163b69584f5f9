//! The template as JSON: `!Ref Queue` is `{"Ref": "Queue"}`, as CloudFormation reads it.

use std::path::PathBuf;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

pub(crate) fn path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(relative)
}

pub(crate) fn text(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

pub(crate) fn template() -> Value {
    yaml("template.yaml")
}

pub(crate) fn yaml(relative: &str) -> Value {
    let text = text(relative);
    let documents = Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{relative}: {error}"));
    json(&documents[0])
}

fn json(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(members) => {
            let member = |(key, value)| (json(key).as_str().expect("a text as key").to_owned(), json(value));
            Value::Object(merge(members.iter().map(member).collect()))
        }
        Yaml::Tagged(tag, node) => match (tag.suffix.as_str(), json(node)) {
            (name @ ("Ref" | "Condition"), node) => json!({ name: node }),
            ("GetAtt", Value::String(node)) => json!({ "Fn::GetAtt": node.split('.').collect::<Vec<_>>() }),
            (name, node) => json!({ format!("Fn::{name}"): node }),
        },
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            panic!("the template contains YAML that CloudFormation rejects: {node:?}")
        }
    }
}

/// Merges the members of the mapping behind `<<` into the mapping.
fn merge(mut members: Map<String, Value>) -> Map<String, Value> {
    if let Some(merged) = members.remove("<<") {
        for (key, value) in merged.as_object().expect("a mapping to merge") {
            assert!(members.insert(key.clone(), value.clone()).is_none(), "{key} overrides the merged {key}, which checkov cannot parse");
        }
    }
    members
}

/// Returns the resources of a type, with their logical IDs.
pub(crate) fn resources<'t>(template: &'t Value, of_type: &str) -> Vec<(&'t str, &'t Value)> {
    let all = template["Resources"].as_object().expect("resources");
    all.iter().filter(|(_, resource)| resource["Type"] == of_type).map(|(id, resource)| (id.as_str(), resource)).collect()
}

/// Returns the resource of the function with this program.
pub(crate) fn function<'t>(template: &'t Value, program: &str) -> &'t Value {
    let id = function_id(template, program);
    &template["Resources"][id]
}

/// Returns the logical ID of the function with this program.
pub(crate) fn function_id<'t>(template: &'t Value, program: &str) -> &'t str {
    let functions = resources(template, "AWS::Serverless::Function");
    let found = functions.into_iter().find(|(_, function)| function["Metadata"]["BuildProperties"]["Binary"] == program);
    found.unwrap_or_else(|| panic!("the template has no function {program}")).0
}

/// Returns every value with this key, at any depth.
pub(crate) fn find<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    let inner: Vec<&Value> = match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    value.get(key).into_iter().chain(inner.into_iter().flat_map(|value| find(value, key))).collect()
}

/// Returns the keys of an object.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
