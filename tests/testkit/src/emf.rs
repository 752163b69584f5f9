//! A strict parser of CloudWatch's embedded metric format: whatever it rejects, CloudWatch would silently drop.
//!
//! Follows "Specification: Embedded metric format", its JSON schema, and the limits of `PutMetricData` for names
//! and values (read 2026-11).

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

/// The units that CloudWatch accepts.
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

/// Returns the metrics of a log line, by name. A line without `_aws` has none.
///
/// # Errors
/// Describes the rule that the line breaks.
pub fn metrics(line: &str) -> Result<BTreeMap<String, f64>, String> {
    let Ok(Value::Object(root)) = serde_json::from_str(line) else { return Err("not a JSON object".to_owned()) };
    let Some(metadata) = root.get("_aws") else { return Ok(BTreeMap::new()) };
    if line.len() > 1_048_576 {
        return Err("longer than a log event can be".to_owned());
    }
    let metadata = metadata.as_object().ok_or("_aws is not an object")?;
    timestamp(metadata.get("Timestamp"))?;
    let directives = list(metadata, "CloudWatchMetrics")?;
    let mut metrics = BTreeMap::new();
    for directive in directives {
        let directive = directive.as_object().ok_or("a directive is not an object")?;
        namespace(directive.get("Namespace"))?;
        for set in list(directive, "Dimensions")? {
            let set = set.as_array().ok_or("a dimension set is not an array")?;
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

/// Returns the metrics of every line that has any.
///
/// # Panics
/// If a line breaks the format.
pub fn all(lines: &[String]) -> Vec<BTreeMap<String, f64>> {
    let of = |line: &String| metrics(line).unwrap_or_else(|problem| panic!("{problem}: {line}"));
    lines.iter().map(of).filter(|metrics| !metrics.is_empty()).collect()
}

fn list<'v>(object: &'v Map<String, Value>, name: &str) -> Result<&'v Vec<Value>, String> {
    let list = object.get(name).and_then(Value::as_array).filter(|list| !list.is_empty());
    list.ok_or_else(|| format!("{name} is not an array, or is empty"))
}

fn text(value: Option<&Value>, longest: usize) -> Option<&str> {
    value?.as_str().filter(|text| (1..=longest).contains(&text.len()))
}

/// Checks a timestamp: milliseconds since 1970, at most two weeks in the past and two hours in the future.
fn timestamp(value: Option<&Value>) -> Result<(), String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let now = u64::try_from(now).map_err(|_| "the clock is wrong")?;
    let range = now - 14 * DAY_MS..=now + DAY_MS / 12;
    let is_valid = value.and_then(Value::as_u64).is_some_and(|millis| range.contains(&millis));
    is_valid.then_some(()).ok_or_else(|| "Timestamp is not in milliseconds, or is too far from now".to_owned())
}

fn namespace(value: Option<&Value>) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b" .-_/#:".contains(&byte);
    let is_valid = text(value, 255).is_some_and(|name| name.bytes().all(allowed) && !name.starts_with("AWS/") && !name.trim().is_empty());
    is_valid.then_some(()).ok_or_else(|| "Namespace is invalid".to_owned())
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !name.starts_with(':') && name != "_aws" && !name.trim().is_empty()
}

/// Checks a dimension: it names a text member of the root.
fn dimension(root: &Map<String, Value>, name: &Value) -> Result<(), String> {
    let name = text(Some(name), 250).filter(|name| is_name(name)).ok_or("a dimension name is invalid")?;
    let is_valid = text(root.get(name), 1024).is_some_and(is_name);
    is_valid.then_some(()).ok_or_else(|| format!("the dimension {name} has no text at the root"))
}

/// Checks a metric definition: it names a numeric member of the root. Returns the name and the number.
fn metric(root: &Map<String, Value>, definition: &Value) -> Result<(String, f64), String> {
    let definition = definition.as_object().ok_or("a metric is not an object")?;
    let name = text(definition.get("Name"), 255).filter(|name| is_name(name)).ok_or("a metric name is invalid")?;
    if definition.get("Unit").is_some_and(|unit| !unit.as_str().is_some_and(|unit| UNITS.contains(&unit))) {
        return Err(format!("{name} has an unknown unit"));
    }
    if definition.get("StorageResolution").is_some_and(|resolution| !matches!(resolution.as_u64(), Some(1 | 60))) {
        return Err(format!("{name} has an invalid resolution"));
    }
    if let Some(other) = definition.keys().find(|key| !["Name", "Unit", "StorageResolution"].contains(&key.as_str())) {
        return Err(format!("{name} has {other}, which is not part of the format"));
    }
    // The format also allows an array of numbers; no function sends one.
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
    fn a_valid_line_yields_its_metrics() {
        assert_eq!(metrics(&line().to_string()), Ok(BTreeMap::from([("Received".to_owned(), 1.0)])));
        assert_eq!(metrics("{}"), Ok(BTreeMap::new()));
    }

    #[test]
    fn a_line_that_cloudwatch_would_drop_is_an_error() {
        let directive = "/_aws/CloudWatchMetrics/0";
        for (pointer, value) in [
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
            *line.pointer_mut(pointer).expect("a member") = value;
            assert!(metrics(&line.to_string()).is_err(), "{line}");
        }
        assert!(metrics("queued").is_err());
    }
}
