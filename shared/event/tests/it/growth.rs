//! What version 1 may become: two pure functions over JSON Schemas, which say what about a change would need version 2.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// What is no promise to a consumer.
const ANNOTATIONS: [&str; 3] = ["$comment", "description", "title"];
/// What the rules of [`Growth::compare`] look at themselves; every other keyword stays as it is.
const COMPARED: [&str; 9] = ["$defs", "allOf", "anyOf", "dependentSchemas", "items", "oneOf", "properties", "required", "type"];

/// Returns what about today's exact schema is more than the released consumer schema allows to be added to the released
/// exact schema: a member, a word, `null`, or that a member may be missing.
pub(crate) fn of_exact(released: &Value, today: &Value, consumer: &Value) -> Vec<String> {
    let mut growth = Growth { released, today, consumer, problems: Vec::new() };
    growth.compare("", released, today, Some(consumer));
    growth.problems
}

/// Returns what about today's consumer schema is more than new members, which may be missing, since old events are without
/// them, and new definitions.
pub(crate) fn of_consumer(released: &Value, today: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    same("", released, today, &mut problems);
    problems
}

fn same(path: &str, released: &Value, today: &Value, problems: &mut Vec<String>) {
    let (Value::Object(old), Value::Object(new)) = (released, today) else {
        let is_same = match path.ends_with("/required") {
            true => texts(released) == texts(today),
            false => released == today,
        };
        if !is_same {
            problems.push(format!("{path}: {released} became {today}"));
        }
        return;
    };
    let holds_names = path.ends_with("/properties") || path.ends_with("/$defs");
    let is_promise = |name: &&String| holds_names || !["$comment", "description"].contains(&name.as_str());
    for name in old.keys().filter(is_promise) {
        same(&format!("{path}/{name}"), &released[name], new.get(name).unwrap_or(&Value::Null), problems);
    }
    if !holds_names {
        let added = new.keys().filter(is_promise).filter(|name| !old.contains_key(*name));
        problems.extend(added.map(|name| format!("{path}/{name}: is new")));
    }
}

struct Growth<'a> {
    released: &'a Value,
    today: &'a Value,
    consumer: &'a Value,
    problems: Vec<String>,
}

impl Growth<'_> {
    /// Compares what stands at a path; the consumer schema has nothing to say about what is new in it.
    fn compare(&mut self, path: &str, released: &Value, today: &Value, consumer: Option<&Value>) {
        let (old, new) = (Shape::of(released, self.released), Shape::of(today, self.today));
        let allowed = consumer.map(|consumer| Shape::of(consumer, self.consumer));
        for gone in old.types.difference(&new.types) {
            self.problem(path, &format!("is no longer {gone}"));
        }
        for added in new.types.difference(&old.types) {
            if added != "null" || allowed.as_ref().is_some_and(|allowed| !allowed.types.contains(added)) {
                self.problem(path, &format!("may be {added}"));
            }
        }
        match (&old.words, &new.words) {
            (Some(old), Some(new)) => {
                for gone in old.difference(new) {
                    self.problem(path, &format!("is no longer {gone}"));
                }
            }
            (None, Some(_)) => self.problem(path, "is one of a few words"),
            _ => {}
        }
        if old.words != new.words && allowed.as_ref().is_some_and(|allowed| allowed.words.is_some()) {
            self.problem(path, "has other words than the consumer schema");
        }
        self.keywords(path, &old.node, &new.node);
        self.rules(path, &old.node, &new.node);
        let required = |node: &Value, name: &String| texts(&node["required"]).contains(name.as_str());
        let empty = Map::new();
        let (old_members, new_members) = (members(&old.node, &empty), members(&new.node, &empty));
        for (name, released) in old_members {
            let path = format!("{path}/{name}");
            let Some(today) = new_members.get(name) else {
                self.problem(&path, "is gone");
                continue;
            };
            match (required(&old.node, name), required(&new.node, name)) {
                (true, false) if allowed.as_ref().is_some_and(|allowed| required(&allowed.node, name)) => {
                    self.problem(&path, "may be missing")
                }
                (false, true) => self.problem(&path, "is never missing"),
                _ => {}
            }
            let consumer = allowed.as_ref().and_then(|allowed| allowed.node["properties"].get(name)).cloned();
            self.compare(&path, released, today, consumer.as_ref());
        }
        let is_closed = allowed.as_ref().is_some_and(|allowed| allowed.node["additionalProperties"] == json!(false));
        for name in new_members.keys().filter(|name| is_closed && !old_members.contains_key(*name)) {
            self.problem(&format!("{path}/{name}"), "is new");
        }
        if let (Some(released), Some(today)) = (old.node.get("items"), new.node.get("items")) {
            let consumer = allowed.as_ref().and_then(|allowed| allowed.node.get("items")).cloned();
            self.compare(&format!("{path}/*"), released, today, consumer.as_ref());
        }
    }

    /// Every keyword without a rule of its own stays, but that a pattern's last group may get alternatives: kinds.
    fn keywords(&mut self, path: &str, old: &Value, new: &Value) {
        let names: BTreeSet<&String> = [old, new].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect();
        for name in names.into_iter().filter(|name| !COMPARED.contains(&name.as_str()) && !ANNOTATIONS.contains(&name.as_str())) {
            let grew = || match (old[name].as_str().and_then(alternatives), new[name].as_str().and_then(alternatives)) {
                (Some((old_start, old)), Some((new_start, new))) => name == "pattern" && old_start == new_start && old.is_subset(&new),
                _ => false,
            };
            if old.get(name) != new.get(name) && !grew() {
                self.problem(path, &format!("has another {name}"));
            }
        }
    }

    /// Rules that join members stay, and only new members may get new ones.
    fn rules(&mut self, path: &str, old: &Value, new: &Value) {
        let list = |node: &Value| node["allOf"].as_array().cloned().unwrap_or_default();
        let (old_rules, new_rules) = (list(old), list(new));
        let empty = Map::new();
        let is_about_old = |rule: &Value| {
            let parts =
                ["then", "else"].map(|part| members(&rule[part], &empty).keys().any(|name| members(old, &empty).contains_key(name)));
            parts.contains(&true) || rule.get("then").is_none()
        };
        let is_gone = old_rules.iter().any(|rule| !new_rules.contains(rule));
        let is_new = new_rules.iter().any(|rule| !old_rules.contains(rule) && is_about_old(rule));
        let dependent = |node: &Value, name: &String| node["dependentSchemas"].get(name).cloned();
        if is_gone || is_new || members(old, &empty).keys().any(|name| dependent(old, name) != dependent(new, name)) {
            self.problem(path, "has other rules about members that it had");
        }
    }

    fn problem(&mut self, path: &str, problem: &str) {
        self.problems.push(format!("{} {problem}", if path.is_empty() { "/" } else { path }));
    }
}

/// A schema whose references are followed, with `null` among its types.
struct Shape {
    types: BTreeSet<String>,
    /// The only texts that it allows.
    words: Option<BTreeSet<String>>,
    node: Value,
}

impl Shape {
    fn of(node: &Value, root: &Value) -> Self {
        if let Some(name) = node["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
            return Self::of(&root["$defs"][name], root);
        }
        if let Some(choices) = node["anyOf"].as_array() {
            let (null, other): (Vec<&Value>, Vec<&Value>) = choices.iter().partition(|choice| choice["type"] == "null");
            let mut shape = Self::of(other.first().expect("something beside null"), root);
            assert!(other.len() == 1 && null.len() == 1, "no nullable schema: {node}");
            shape.types.insert("null".to_owned());
            return shape;
        }
        if let Some(choices) = node["oneOf"].as_array() {
            let words = choices.iter().map(|choice| choice["const"].as_str().expect("a word").to_owned()).collect();
            return Self { types: texts(&json!(["string"])), words: Some(words), node: json!({}) };
        }
        let types = if node["type"].is_array() { texts(&node["type"]) } else { texts(&json!([node["type"]])) };
        let words = node.get("enum").map(texts);
        Self { types, words, node: node.clone() }
    }
}

fn members<'a>(node: &'a Value, empty: &'a Map<String, Value>) -> &'a Map<String, Value> {
    node["properties"].as_object().unwrap_or(empty)
}

fn texts(values: &Value) -> BTreeSet<String> {
    values.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns what stands before a pattern's last group, and the group's alternatives.
fn alternatives(pattern: &str) -> Option<(&str, BTreeSet<&str>)> {
    let (start, group) = pattern.strip_suffix(")$")?.rsplit_once('(')?;
    Some((start, group.split('|').collect()))
}
