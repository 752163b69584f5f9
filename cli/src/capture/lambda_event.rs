//! Lambda's HTTP events: payload format 2.0 (HTTP APIs, function URLs) and 1.0 (REST APIs, load balancers).

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use shared::received::Received;

use super::Captured;

/// Reads an event of either format.
///
/// # Errors
/// It is no such event.
pub(super) fn read(text: &[u8]) -> anyhow::Result<Captured> {
    // Where it breaks is told, and nothing of what stands there.
    let event: Value = serde_json::from_slice(text)
        .map_err(|error| anyhow::anyhow!("it begins like JSON, and line {}, column {} is none", error.line(), error.column()))?;
    let (form, method, path) = if event["rawPath"].is_string() {
        ("a Lambda event, payload format 2.0 (HTTP API or function URL)", &event["requestContext"]["http"]["method"], &event["rawPath"])
    } else if event["httpMethod"].is_string() {
        ("a Lambda event, payload format 1.0 (REST API or load balancer)", &event["httpMethod"], &event["path"])
    } else {
        bail!(
            "it is JSON, and no Lambda HTTP event: it has neither `rawPath` nor `httpMethod`; a body alone is given by --body-file, with --path and --header"
        )
    };
    let text_of = |value: &Value, name: &str| value.as_str().map(str::to_owned).with_context(|| format!("the Lambda event has no {name}"));
    let request = Received {
        method: text_of(method, "method")?,
        path: text_of(path, "path")?,
        headers: headers(&event),
        body: body(&event)?,
        ..Received::default()
    };
    Ok(Captured { request, form, notes: Vec::new() })
}

fn body(event: &Value) -> anyhow::Result<Vec<u8>> {
    let text = event["body"].as_str().unwrap_or_default();
    match event["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(text).context("`isBase64Encoded` is true, and `body` is no base64"),
        _ => Ok(text.as_bytes().to_vec()),
    }
}

/// One value a name, several joined by a comma, as format 2.0 hands them over.
fn headers(event: &Value) -> Vec<(String, String)> {
    let members = |name: &str| event[name].as_object().cloned().unwrap_or_else(Map::new);
    let joined = |value: &Value| match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        value => value.as_str().unwrap_or_default().to_owned(),
    };
    let mut headers = members("headers");
    headers.extend(members("multiValueHeaders"));
    headers.iter().map(|(name, value)| (name.clone(), joined(value))).collect()
}
