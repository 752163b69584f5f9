//! Lambda's HTTP events: payload format 2.0 (HTTP APIs, function URLs) and 1.0 (REST APIs, load balancers).

use anyhow::{anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;
use serde_json::{Map, Value, json};
use shared::http_event::HttpEvent;
use shared::received::Received;
use shared::timestamp::Timestamp;

use super::captured::Captured;
use crate::endpoints::webhooks;

/// The host name in events that this module writes.
const HOST: &str = "hooks.example.com";

/// The error for JSON that is not a Lambda HTTP event.
const NO_EVENT: &str = "it is JSON, but not a Lambda HTTP event, which has `rawPath` and `requestContext.http.method`, or `path` and \
                        `httpMethod`; to pass only a body, use --body-file with --path and --header";

/// The members that distinguish the formats and show whether the body is valid.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Members {
    raw_path: Option<IgnoredAny>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

/// Parses an event of either format, as the deployed functions do.
///
/// # Errors
/// Returns an error if the text is not such an event.
pub(super) fn parse(text: &[u8]) -> anyhow::Result<Captured> {
    // The error gives the position of the syntax error, and shows none of the text.
    let members: Members = serde_json::from_slice(text).map_err(|error| match error.classify() {
        Category::Data => anyhow!("{NO_EVENT}"),
        _ => anyhow!("it begins like JSON, but line {}, column {} is not valid JSON", error.line(), error.column()),
    })?;
    let event: HttpEvent = serde_json::from_slice(text).map_err(|_| anyhow!("{NO_EVENT}"))?;
    if members.is_base64_encoded == Some(true) && members.body.is_some_and(|body| STANDARD.decode(body).is_err()) {
        bail!("`isBase64Encoded` is true, but `body` is not base64")
    }
    let form = match members.raw_path {
        Some(_) => "a Lambda event, payload format 2.0 (HTTP API or function URL)",
        None => "a Lambda event, payload format 1.0 (REST API or load balancer)",
    };
    Ok(Captured { request: event.into_received(String::new(), None), form, notes: Vec::new() })
}

/// Returns the route in `template.yaml` that a path matches: `ANY /acme` or `ANY /acme/{proxy+}`, or `$default` if no
/// webhook's path begins with its first segment.
fn route_key(path: &str) -> String {
    let mut segments = path.trim_start_matches('/').splitn(2, '/');
    let (name, below) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    if !webhooks().flat_map(|webhook| webhook.paths).any(|pattern| pattern.split('/').nth(1) == Some(name)) {
        return "$default".to_owned();
    }
    format!("ANY /{name}{}", if below.is_empty() { "" } else { "/{proxy+}" })
}

/// Returns the event that an HTTP API passes to a function for a request, payload format 2.0.
pub(crate) fn write(request: &Received, received_at: Timestamp) -> Value {
    let Received { method, path, query, body, .. } = request;
    let mut headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().into())).collect();
    headers.insert("content-length".to_owned(), body.len().to_string().into());
    headers.insert("host".to_owned(), HOST.into());
    let (text, is_base64) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    };
    let route_key = route_key(path);
    json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "demoapi001",
            "domainName": HOST,
            "domainPrefix": "hooks",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.24", "userAgent": headers.get("user-agent")},
            "requestId": "cRYG2oP9evTFsZd=",
            "routeKey": route_key,
            "stage": "$default",
            "timeEpoch": received_at.millis(),
        },
        "body": text,
        "isBase64Encoded": is_base64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_event_has_the_route_of_its_path() {
        for path in webhooks().flat_map(|webhook| webhook.paths) {
            let name = path.split('/').nth(1).expect("a provider's name");
            assert_eq!(route_key(&format!("/{name}/a%20b/c")), format!("ANY /{name}/{{proxy+}}"));
            assert_eq!(route_key(&format!("/{name}")), format!("ANY /{name}"));
        }
        assert_eq!(route_key("/nobody/shop"), "$default");
    }
}
