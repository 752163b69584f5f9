//! A strict reader of CloudWatch's embedded metric format: what it refuses, CloudWatch drops in silence.
//!
//! After "Specification: Embedded metric format" and its JSON schema, and the limits of `PutMetricData` for names
//! and values (read 2026-11).

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

/// The units that CloudWatch knows.
const UNITS: [&str; 27] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
];
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The metrics of a log line, by name; none where it has no `_aws`.
///
/// # Errors
/// What of the format the line breaks.
pub fn metrics(line: &str) -> Result<BTreeMap<String, f64>, String> {
    let Ok(Value::Object(root)) = serde_json::from_str(line) else { return Err("no JSON object".to_owned()) };
    let Some(metadata) = root.get("_aws") else { return Ok(BTreeMap::new()) };
    if line.len() > 1_048_576 {
        return Err("longer than a log event may be".to_owned());
    }
    let metadata = metadata.as_object().ok_or("_aws is no object")?;
    timestamp(metadata.get("Timestamp"))?;
    let directives = list(metadata, "CloudWatchMetrics")?;
    let mut metrics = BTreeMap::new();
    for directive in directives {
        let directive = directive.as_object().ok_or("a directive is no object")?;
        namespace(directive.get("Namespace"))?;
        for set in list(directive, "Dimensions")? {
            let set = set.as_array().ok_or("a dimension set is no array")?;
            if set.len() > 30 {
                return Err("more than 30 dimensions in a set".to_owned());
            }
            set.iter().try_for_each(|name| dimension(&root, name))?;
        }
        let definitions = list(directive, "Metrics")?;
        if definitions.len() > 100 {
            return Err("more than 100 metrics in a directive".to_owned());
        }
        for definition in definitions {
            let (name, value) = metric(&root, definition)?;
            metrics.insert(name, value);
        }
    }
    Ok(metrics)
}

/// The metrics of all lines that have some.
///
/// # Panics
/// When a line breaks the format.
pub fn all(lines: &[String]) -> Vec<BTreeMap<String, f64>> {
    let of = |line: &String| metrics(line).unwrap_or_else(|problem| panic!("{problem}: {line}"));
    lines.iter().map(of).filter(|metrics| !metrics.is_empty()).collect()
}

fn list<'v>(object: &'v Map<String, Value>, name: &str) -> Result<&'v Vec<Value>, String> {
    let list = object.get(name).and_then(Value::as_array).filter(|list| !list.is_empty());
    list.ok_or_else(|| format!("{name} is no list, or empty"))
}

fn text(value: Option<&Value>, longest: usize) -> Option<&str> {
    value?.as_str().filter(|text| (1..=longest).contains(&text.len()))
}

/// Milliseconds since 1970, at most two weeks ago and two hours ahead.
fn timestamp(value: Option<&Value>) -> Result<(), String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let now = u64::try_from(now).map_err(|_| "the clock is wrong")?;
    let range = now - 14 * DAY_MS..=now + DAY_MS / 12;
    let is_right = value.and_then(Value::as_u64).is_some_and(|millis| range.contains(&millis));
    is_right.then_some(()).ok_or_else(|| "Timestamp is not in milliseconds, or not of now".to_owned())
}

fn namespace(value: Option<&Value>) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b" .-_/#:".contains(&byte);
    let is_right = text(value, 255).is_some_and(|name| name.bytes().all(allowed) && !name.starts_with("AWS/") && !name.trim().is_empty());
    is_right.then_some(()).ok_or_else(|| "Namespace has a wrong form".to_owned())
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !name.starts_with(':') && name != "_aws" && !name.trim().is_empty()
}

/// A dimension is a member of the root, and text.
fn dimension(root: &Map<String, Value>, name: &Value) -> Result<(), String> {
    let name = text(Some(name), 250).filter(|name| is_name(name)).ok_or("a dimension's name has a wrong form")?;
    let is_right = text(root.get(name), 1024).is_some_and(is_name);
    is_right.then_some(()).ok_or_else(|| format!("the dimension {name} has no text at the root"))
}

/// A metric is a member of the root, and a number.
fn metric(root: &Map<String, Value>, definition: &Value) -> Result<(String, f64), String> {
    let definition = definition.as_object().ok_or("a metric is no object")?;
    let name = text(definition.get("Name"), 255).filter(|name| is_name(name)).ok_or("a metric's name has a wrong form")?;
    if definition.get("Unit").is_some_and(|unit| !unit.as_str().is_some_and(|unit| UNITS.contains(&unit))) {
        return Err(format!("{name} has an unknown unit"));
    }
    if definition.get("StorageResolution").is_some_and(|resolution| !matches!(resolution.as_u64(), Some(1 | 60))) {
        return Err(format!("{name} has a wrong resolution"));
    }
    if let Some(other) = definition.keys().find(|key| !["Name", "Unit", "StorageResolution"].contains(&key.as_str())) {
        return Err(format!("{name} has {other}, which nobody reads"));
    }
    // The format also allows a list of numbers; nothing here sends one.
    let value = root.get(name).and_then(Value::as_f64).ok_or_else(|| format!("{name} has no number at the root"))?;
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line() -> Value {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
        json!({
            "_aws": {"Timestamp": u64::try_from(now).expect("a time"), "CloudWatchMetrics": [
                {"Namespace": "Chathooks", "Dimensions": [["service"]], "Metrics": [{"Name": "Received", "Unit": "Count"}]},
            ]},
            "service": "kommo", "Received": 1.0,
        })
    }

    #[test]
    fn a_right_line_gives_its_metrics() {
        assert_eq!(metrics(&line().to_string()), Ok(BTreeMap::from([("Received".to_owned(), 1.0)])));
        assert_eq!(metrics("{}"), Ok(BTreeMap::new()));
    }

    #[test]
    fn what_cloudwatch_would_drop_is_an_error() {
        let directive = "/_aws/CloudWatchMetrics/0";
        for (place, value) in [
            ("/_aws", json!([])),
            ("/_aws/Timestamp", json!("2026-11-18")),
            ("/_aws/Timestamp", json!(1_795_006_137)),
            ("/_aws/CloudWatchMetrics", json!({})),
            ("/_aws/CloudWatchMetrics", json!([])),
            (&format!("{directive}/Namespace"), json!("")),
            (&format!("{directive}/Namespace"), json!("Chat\nhooks")),
            (&format!("{directive}/Namespace"), json!("AWS/Lambda")),
            (&format!("{directive}/Dimensions"), json!(["service"])),
            (&format!("{directive}/Dimensions"), json!([["reason"]])),
            (&format!("{directive}/Dimensions"), json!([vec!["service"; 31]])),
            (&format!("{directive}/Metrics"), json!([{"Name": "Accepted"}])),
            (&format!("{directive}/Metrics"), json!([{"Name": "Received", "Unit": "count"}])),
            (&format!("{directive}/Metrics"), json!([{"Name": "Received", "StorageResolution": 30}])),
            (&format!("{directive}/Metrics"), json!([{"Name": "Received", "Value": 1}])),
            (&format!("{directive}/Metrics"), json!(vec![json!({"Name": "Received"}); 101])),
            ("/service", json!(1)),
            ("/service", json!("")),
            ("/service", json!("küche")),
            ("/Received", json!("1")),
        ] {
            let mut line = line();
            *line.pointer_mut(place).expect("a member") = value;
            assert!(metrics(&line.to_string()).is_err(), "{line}");
        }
        assert!(metrics("queued").is_err());
    }
}
