//! Lambda's HTTP events: payload format 2.0 (HTTP APIs, function URLs) and 1.0 (REST APIs, load balancers).

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use shared::received::Received;
use shared::timestamp::Timestamp;

use super::captured::Captured;

/// The name that a written event was received at.
const HOST: &str = "hooks.example.com";

/// Parses an event of either format.
///
/// # Errors
/// It is no such event.
pub(super) fn parse(text: &[u8]) -> anyhow::Result<Captured> {
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

/// What an HTTP API hands to a function for a request, payload format 2.0.
pub(crate) fn write(request: &Received, received_at: Timestamp) -> Value {
    let Received { method, path, body, .. } = request;
    let mut headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().into())).collect();
    headers.insert("content-length".to_owned(), body.len().to_string().into());
    headers.insert("host".to_owned(), HOST.into());
    let (text, is_base64) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    };
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "demoapi001",
            "domainName": HOST,
            "domainPrefix": "hooks",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.24", "userAgent": headers.get("user-agent")},
            "requestId": "cRYG2oP9evTFsZd=",
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": received_at.millis(),
        },
        "body": text,
        "isBase64Encoded": is_base64,
    })
}
