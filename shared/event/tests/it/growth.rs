//! How version 1 may change: two pure functions over JSON Schemas that report the changes that need version 2.
//!
//! Both compare keyword by keyword. A difference passes only if a rule in this module allows it. Any other is a problem.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::plain::plain;

/// Returns the differences between the released and the current exact schema that the released consumer schema does not
/// allow. Allowed are a new member with rules about it, a new enum value, a new `null`, and a member that can now be missing.
/// The reverse of the last two also passes, because it promises more to a consumer.
pub(crate) fn of_exact(released: &Value, today: &Value, consumer: &Value) -> Vec<String> {
    let mut growth = Growth(Vec::new());
    let (mut released, mut today) = (plain(released), plain(today));
    if !(join_kinds(&mut released) && join_kinds(&mut today)) {
        growth.problem("/type", "has other kinds than /data/kind");
    }
    growth.compare("", &released, &today, &plain(consumer));
    growth.0
}

/// Returns the differences between the released and the current consumer schema other than new definitions and new members.
/// A new member must not be required, because older events do not have it.
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

/// Replaces the kinds in the pattern of `type`, which are its last part, with one placeholder, because the pattern and
/// `data.kind` grow together. Returns whether the pattern lists the values of `data.kind`.
fn join_kinds(event: &mut Value) -> bool {
    let kinds = event["properties"]["data"]["properties"]["kind"]["enum"].clone();
    let Some(pattern) = event["properties"]["type"].get_mut("pattern") else { return false };
    let Some((start, last)) = pattern.as_str().and_then(|pattern| pattern.strip_suffix(")$")?.rsplit_once('(')) else { return false };
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let has_kinds = last.split('|').all(|word| is_word(&word)) && last.split('|').collect::<BTreeSet<_>>() == texts(&kinds);
    *pattern = json!(format!("{start}(kind)$"));
    has_kinds
}

struct Growth(Vec<String>);

impl Growth {
    /// Compares the schemas of the value at a path. `consumer` is `null` if the consumer schema does not describe that path.
    fn compare(&mut self, path: &str, released: &Value, today: &Value, consumer: &Value) {
        if released == today {
            return;
        }
        let (Some(old), Some(new)) = (released.as_object(), today.as_object()) else {
            return self.problem(path, "has another schema");
        };
        let has_changed = |name: &&String| old.get(*name) != new.get(*name);
        for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>().into_iter().filter(has_changed) {
            let empty = Value::Null;
            let (old, new) = (old.get(name).unwrap_or(&empty), new.get(name).unwrap_or(&empty));
            match (name.as_str(), old, new) {
                ("type", Value::Array(old), Value::Array(new)) => self.types(path, old, new, &consumer["type"]),
                ("enum", Value::Array(_), Value::Array(_) | Value::Null) => self.words(path, old, new, consumer),
                ("properties", Value::Object(old), Value::Object(new)) => self.members(path, old, new, consumer),
                ("required", ..) => self.required(path, &texts(old), &texts(new), &today["properties"], consumer),
                ("items", Value::Object(_), Value::Object(_)) => self.compare(&format!("{path}/*"), old, new, &consumer["items"]),
                ("allOf" | "dependentSchemas", ..) if only_adds_rules(old, new, &added(released, today)) => {}
                ("allOf" | "dependentSchemas", ..) => self.problem(path, "has other rules about its existing members"),
                _ => self.problem(path, &format!("has another {name}")),
            }
        }
    }

    fn types(&mut self, path: &str, old: &[Value], new: &[Value], consumer: &Value) {
        for gone in old.iter().filter(|name| !new.contains(name) && *name != "null").filter_map(Value::as_str) {
            self.problem(path, &format!("is no longer {gone}"));
        }
        let is_allowed = |name: &Value| name == "null" && consumer.as_array().is_none_or(|types| types.contains(name));
        for added in new.iter().filter(|name| !old.contains(name) && !is_allowed(name)).filter_map(Value::as_str) {
            self.problem(path, &format!("may be {added}"));
        }
    }

    /// Values may be added, or any value may be allowed. `type` decides whether `null` is one of them.
    fn words(&mut self, path: &str, old: &Value, new: &Value, consumer: &Value) {
        for gone in texts(old).difference(&texts(new)).filter(|_| !new.is_null()) {
            self.problem(path, &format!("is no longer {gone}"));
        }
        let is_more = new.is_null() || !texts(new).is_subset(&texts(old));
        if is_more && ["const", "enum"].iter().any(|name| consumer.get(name).is_some()) {
            self.problem(path, "has other values than the consumer schema");
        }
    }

    fn members(&mut self, path: &str, old: &Map<String, Value>, new: &Map<String, Value>, consumer: &Value) {
        for (name, released) in old {
            let path = format!("{path}/{name}");
            match new.get(name) {
                Some(today) => self.compare(&path, released, today, &consumer["properties"][name]),
                None => self.problem(&path, "is gone"),
            }
        }
        let is_open = consumer.get("additionalProperties").is_none_or(|others| *others == json!(true));
        for (name, member) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let path = format!("{path}/{name}");
            if !is_open || consumer["properties"].get(name).is_some() {
                self.problem(&path, "is new");
            }
            if path.rfind('/') == Some(0) && !is_attribute(name, member) {
                self.problem(&path, "is not an attribute of CloudEvents");
            }
        }
    }

    fn required(&mut self, path: &str, old: &BTreeSet<&str>, new: &BTreeSet<&str>, members: &Value, consumer: &Value) {
        for name in old.difference(new).filter(|name| texts(&consumer["required"]).contains(*name)) {
            self.problem(&format!("{path}/{name}"), "may be missing");
        }
        for name in new.difference(old).filter(|name| members.get(name).is_none()) {
            self.problem(&format!("{path}/{name}"), "is required but not described");
        }
    }

    fn problem(&mut self, path: &str, problem: &str) {
        self.0.push(format!("{} {problem}", if path.is_empty() { "/" } else { path }));
    }
}

/// Returns whether all old rules that relate members remain, and the consequences of each new rule affect only new members.
fn only_adds_rules(old: &Value, new: &Value, added: &BTreeSet<&str>) -> bool {
    let is_about_added = |consequence: &Value| {
        let mut keywords = consequence.as_object().into_iter().flatten();
        consequence.is_object()
            && keywords.all(|(name, value)| match name.as_str() {
                "properties" => names(value).is_subset(added),
                "required" => texts(value).is_subset(added),
                _ => false,
            })
    };
    let is_rule = |rule: &Value| {
        let mut keywords = rule.as_object().into_iter().flatten();
        rule.is_object() && keywords.all(|(name, value)| name == "if" || ["then", "else"].contains(&name.as_str()) && is_about_added(value))
    };
    match (old, new) {
        (Value::Null | Value::Array(_), Value::Array(new)) => {
            let old = old.as_array().map_or(&[][..], Vec::as_slice);
            old.iter().all(|rule| new.contains(rule)) && new.iter().all(|rule| old.contains(rule) || is_rule(rule))
        }
        (Value::Null | Value::Object(_), Value::Object(new)) => {
            let is_kept = |name: &&str| old.get(name) == new.get(*name);
            let is_new = |(name, rule): (&String, &Value)| old.get(name).is_some() || added.contains(name.as_str()) && is_about_added(rule);
            names(old).iter().all(is_kept) && new.iter().all(is_new)
        }
        _ => false,
    }
}

/// Returns whether CloudEvents allows the name and the types of an attribute.
fn is_attribute(name: &str, schema: &Value) -> bool {
    let types = texts(&schema["type"]);
    let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    is_name && !types.is_empty() && types.is_subset(&BTreeSet::from(["boolean", "integer", "null", "string"]))
}

/// Returns the names of the members that are new in the current schema of an object.
fn added<'a>(released: &Value, today: &'a Value) -> BTreeSet<&'a str> {
    names(&today["properties"]).into_iter().filter(|name| released["properties"].get(name).is_none()).collect()
}

fn names(members: &Value) -> BTreeSet<&str> {
    members.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect()
}

fn texts(values: &Value) -> BTreeSet<&str> {
    values.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
