//! A canonical form of JSON Schemas, in which two can be compared keyword by keyword.

use serde_json::{Map, Value, json};

/// Annotations, which promise nothing to a consumer, and definitions, which replace the references to them.
const LEFT_OUT: [&str; 5] = ["$comment", "$defs", "deprecated", "description", "title"];

/// The member for the keywords beside a reference or a choice, which keeps them apart from those of the target.
const BESIDE: &str = "beside";

/// Returns a schema with its references resolved and without its annotations. `type` is a sorted list; nullability and lists
/// of values have one form each. A definition must not refer to itself.
pub(crate) fn plain(schema: &Value) -> Value {
    of(schema, schema)
}

fn of(node: &Value, root: &Value) -> Value {
    match node {
        Value::Array(list) => list.iter().map(|node| of(node, root)).collect(),
        Value::Object(keywords) => {
            let kept = keywords.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
            spelled(kept.map(|(name, value)| (name.clone(), keyword(name, value, root))).collect())
        }
        scalar => scalar.clone(),
    }
}

fn keyword(name: &str, value: &Value, root: &Value) -> Value {
    match (name, value) {
        ("$ref", Value::String(reference)) => {
            let name = reference.rsplit_once("#/$defs/").expect("a reference to a definition").1;
            of(root["$defs"].get(name).expect("a definition"), root)
        }
        ("const", _) => value.clone(),
        ("enum" | "required" | "type", Value::Array(list)) => sorted(list.clone()),
        ("type", _) => json!([value]),
        // The members of these are names, not keywords.
        ("dependentSchemas" | "patternProperties" | "properties", Value::Object(members)) => {
            members.iter().map(|(name, schema)| (name.clone(), of(schema, root))).collect()
        }
        _ => of(value, root),
    }
}

fn spelled(mut keywords: Map<String, Value>) -> Value {
    let choice = ["$ref", "anyOf", "oneOf"].into_iter().find_map(|name| {
        let meant = match (name, keywords.get(name)?) {
            ("$ref", target) => Some(target.clone()),
            ("anyOf", choices) => nullable(choices.as_array()?),
            (_, choices) => values(choices.as_array()?),
        };
        Some((name, meant?))
    });
    let Some((name, mut meant)) = choice else { return Value::Object(keywords) };
    keywords.remove(name);
    if !keywords.is_empty() {
        meant.as_object_mut().expect("no keyword beside `true` and `false`").insert(BESIDE.to_owned(), Value::Object(keywords));
    }
    meant
}

/// Returns a choice between `null` and one other schema as a single schema; `None` for any other choices.
fn nullable(choices: &[Value]) -> Option<Value> {
    let null = json!({ "type": ["null"] });
    let (nulls, others): (Vec<&Value>, Vec<&Value>) = choices.iter().partition(|choice| **choice == null);
    let ([_], [other]) = (&nulls[..], &others[..]) else { return None };
    let mut other = (*other).clone();
    let mut types = other.get("type")?.as_array()?.clone();
    types.push(json!("null"));
    types.dedup();
    other["type"] = sorted(types);
    if let Some(words) = other.get("enum").and_then(Value::as_array) {
        other["enum"] = sorted(words.iter().cloned().chain([Value::Null]).collect());
    }
    Some(other)
}

/// Returns a choice between string constants as an `enum`; `None` for any other choices.
fn values(choices: &[Value]) -> Option<Value> {
    let mut all = Vec::new();
    for choice in choices {
        let keywords = choice.as_object().filter(|keywords| keywords.len() == 2 && keywords.get("type") == Some(&json!(["string"])))?;
        match (keywords.get("const"), keywords.get("enum")) {
            (Some(word), None) => all.push(word.clone()),
            (None, Some(Value::Array(words))) => all.extend(words.iter().cloned()),
            _ => return None,
        }
    }
    Some(json!({ "type": ["string"], "enum": sorted(all) }))
}

fn sorted(mut list: Vec<Value>) -> Value {
    list.sort_by_key(Value::to_string);
    Value::Array(list)
}
