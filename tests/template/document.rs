//! The template as JSON: `!Ref Queue` is `{"Ref": "Queue"}`, as CloudFormation reads it.

use std::path::PathBuf;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};
use shared::function::Function;

/// The functions that receive webhooks.
pub(crate) const PROVIDERS: [&Function; 4] = [&kommo::FUNCTION, &kommunicate::FUNCTION, &kore::FUNCTION, &qikchat::FUNCTION];

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
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tag, node) => match (tag.suffix.as_str(), json(node)) {
            (name @ ("Ref" | "Condition"), node) => json!({ name: node }),
            ("GetAtt", Value::String(node)) => json!({ "Fn::GetAtt": node.split('.').collect::<Vec<_>>() }),
            (name, node) => json!({ format!("Fn::{name}"): node }),
        },
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => panic!("the template holds what CloudFormation refuses: {node:?}"),
    }
}

/// The resources of a type, by their logical ids.
pub(crate) fn resources<'t>(template: &'t Value, of_type: &str) -> Vec<(&'t str, &'t Value)> {
    let all = template["Resources"].as_object().expect("resources");
    all.iter().filter(|(_, resource)| resource["Type"] == of_type).map(|(id, resource)| (id.as_str(), resource)).collect()
}

/// The resource and the properties of a function.
pub(crate) fn function<'t>(template: &'t Value, name: &str) -> &'t Value {
    let resource = &template["Resources"][logical_id(name)];
    assert_eq!(resource["Type"], "AWS::Serverless::Function", "{name}");
    resource
}

/// `KommoFunction` for `kommo`.
fn logical_id(name: &str) -> String {
    format!("{}{}Function", name[..1].to_uppercase(), &name[1..])
}

/// Every value in there that has this key, however deep.
pub(crate) fn find<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    let inner: Vec<&Value> = match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    value.get(key).into_iter().chain(inner.into_iter().flat_map(|value| find(value, key))).collect()
}

/// The keys of an object.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
