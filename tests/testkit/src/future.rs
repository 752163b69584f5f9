//! Events as future versions of Chathooks might write them while the event's version is 1. Consumers must parse all of
//! them.
//!
//! The published schemas define what a future version can add. Every object gets new members, every word that the exact
//! schema lists becomes a new one, and every member for which the consumer schema allows `null` becomes `null`. The
//! same event always yields the same futures.

use std::fs;

use serde_json::{Map, Value, json};

use crate::workspace;

/// A possible future form of an event.
#[derive(Debug, Clone)]
pub struct Future {
    /// What is new in it.
    pub name: String,
    /// Whether the exact schema of this version rejects it.
    pub is_new: bool,
    /// The event.
    pub event: Value,
}

/// The published schemas, from which futures are derived.
pub struct Futures {
    exact: Value,
    consumer: Value,
}

/// A word that no version uses.
const WORD: &str = "tomorrow";

impl Futures {
    /// Reads the published schemas.
    ///
    /// # Panics
    /// If a file is missing or not JSON.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it reads files")]
    pub fn new() -> Self {
        let read = |name: &str| {
            let text = fs::read_to_string(workspace().join("docs/schema").join(name)).expect(name);
            serde_json::from_str(&text).expect("JSON")
        };
        Self { exact: read("event.schema.json"), consumer: read("event.consumer.schema.json") }
    }

    /// Returns the futures of an event: one for each member that can be `null` or missing, one for each value that can
    /// be a new word, and one each for new members in all objects, new attributes, a new kind, a new provider, and
    /// everything new combined.
    ///
    /// # Panics
    /// If the event is not valid in this version.
    #[must_use]
    pub fn of(&self, event: &Value) -> Vec<Future> {
        let mut places = Vec::new();
        self.places("", event, &self.exact, &self.consumer, &mut places);
        let changed = |name: String, is_new: bool, change: &dyn Fn(&mut Value)| {
            let mut event = event.clone();
            change(&mut event);
            Future { name, is_new, event }
        };
        let mut futures = Vec::new();
        let mut all = event.clone();
        for place in &places {
            match place {
                Place::Nullable(path, is_new) => {
                    futures.push(changed(format!("{path} is null"), *is_new, &|event| *at(event, path) = Value::Null));
                }
                Place::Optional(path, is_new) => {
                    futures.push(changed(format!("{path} is missing"), *is_new, &|event| remove(event, path)));
                }
                Place::Word(path) => {
                    let put = |event: &mut Value| *at(event, path) = json!(WORD);
                    futures.push(changed(format!("{path} has a new word"), true, &put));
                    put(&mut all);
                }
                Place::Words(path) => {
                    let put = |event: &mut Value| at(event, path).as_array_mut().expect("a list").push(json!(WORD));
                    futures.push(changed(format!("{path} has a new word"), false, &put));
                    put(&mut all);
                }
                Place::Object(_) => {}
            }
        }
        let extend = |event: &mut Value| {
            for place in &places {
                if let Place::Object(path) = place {
                    at(event, path).as_object_mut().expect("an object").extend(members());
                }
            }
            event.as_object_mut().expect("an object").extend(attributes());
        };
        futures.push(changed("every object has new members".to_owned(), true, &extend));
        futures.push(changed("new attributes".to_owned(), false, &|event| event.as_object_mut().expect("an object").extend(attributes())));
        futures.push(changed("a new kind with its own member".to_owned(), true, &new_kind));
        futures.push(changed("a new provider".to_owned(), false, &new_provider));
        extend(&mut all);
        new_provider(&mut all);
        futures.push(Future { name: "everything is new".to_owned(), is_new: true, event: all });
        futures
    }

    /// Collects the places in a value where something can be added. Both schemas describe the value.
    fn places(&self, path: &str, value: &Value, exact: &Value, consumer: &Value, places: &mut Vec<Place>) {
        let (exact, consumer) = (resolve(exact, &self.exact), resolve(consumer, &self.consumer));
        // A new kind needs a new type as well: `new_kind`.
        if ["enum", "oneOf"].iter().any(|words| exact.get(words).is_some()) && path != "/data/kind" {
            places.push(Place::Word(path.to_owned()));
        }
        match value {
            Value::Object(members) => {
                // The root's members are CloudEvents attributes.
                places.extend((!path.is_empty()).then(|| Place::Object(path.to_owned())));
                for (name, value) in members {
                    let path = format!("{path}/{name}");
                    let [today, member] = [exact, consumer].map(|schema| &schema["properties"][name]);
                    if !value.is_null() && can_be_null(member) {
                        places.push(Place::Nullable(path.clone(), !can_be_null(today)));
                    }
                    if !is_required(consumer, name) {
                        places.push(Place::Optional(path.clone(), is_required(exact, name)));
                    }
                    self.places(&path, value, today, member, places);
                }
            }
            Value::Array(elements) => {
                places.extend((exact["items"]["type"] == "string").then(|| Place::Words(path.to_owned())));
                for (index, value) in elements.iter().enumerate() {
                    self.places(&format!("{path}/{index}"), value, &exact["items"], &consumer["items"], places);
                }
            }
            _ => {}
        }
    }
}

/// A place where something can be added, as a JSON pointer.
enum Place {
    Object(String),
    /// A member that can be `null` and is not; the flag is set if this version does not allow `null`.
    Nullable(String, bool),
    /// A member that can be missing and is not; the flag is set if this version requires it.
    Optional(String, bool),
    Word(String),
    /// A list of words.
    Words(String),
}

/// Follows a reference, including one in a choice with `null`.
fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let schema = schema["anyOf"].as_array().and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")).unwrap_or(schema);
    match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).expect("a definition"),
        None => schema,
    }
}

fn can_be_null(schema: &Value) -> bool {
    let types = schema["type"].as_array().into_iter().flatten();
    types.chain(schema["anyOf"].as_array().into_iter().flatten().map(|choice| &choice["type"])).any(|name| name == "null")
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|required| required == name))
}

fn at<'a>(event: &'a mut Value, path: &str) -> &'a mut Value {
    event.pointer_mut(path).expect("a place")
}

fn remove(event: &mut Value, path: &str) {
    let (parent, name) = path.rsplit_once('/').expect("a member");
    at(event, parent).as_object_mut().expect("an object").remove(name);
}

/// Returns one member of each JSON type.
fn members() -> Map<String, Value> {
    let members = json!({
        "tomorrow_text": "x", "tomorrow_number": 0.5, "tomorrow_flag": true, "tomorrow_null": null,
        "tomorrow_list": [1, "x", null], "tomorrow_object": { "id": null, "kind": WORD },
    });
    members.as_object().expect("an object").clone()
}

/// Returns new attributes. CloudEvents attributes are strings, numbers and booleans, named with
/// lower-case letters and digits.
fn attributes() -> Map<String, Value> {
    json!({ "tomorrow": "x", "tomorrowcount": 7, "tomorrowflag": true }).as_object().expect("an object").clone()
}

/// Turns the event into one of a new kind, which has a type and a member for its content.
fn new_kind(event: &mut Value) {
    let prefix = event["type"].as_str().and_then(|name| name.rsplit_once('.')).expect("a type").0.to_owned();
    event["type"] = json!(format!("{prefix}.{WORD}"));
    let data = event["data"].as_object_mut().expect("data");
    for name in ["message", "status", "reaction"] {
        data.insert(name.to_owned(), Value::Null);
    }
    data.insert("kind".to_owned(), json!(WORD));
    data.insert(WORD.to_owned(), json!({ "id": "1", "state": null }));
}

fn new_provider(event: &mut Value) {
    let kind = event["type"].as_str().and_then(|name| name.rsplit_once('.')).expect("a type").1.to_owned();
    event["type"] = json!(format!("com.{WORD}.{kind}"));
    event["source"] = json!(format!("/{WORD}/shop"));
    event["id"] = json!(format!("{WORD}-{}", "0".repeat(32)));
    event["data"]["provider"] = json!(WORD);
}
