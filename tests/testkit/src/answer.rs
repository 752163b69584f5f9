//! The HTTP response that a function returns (API Gateway HTTP API, payload format 2.0).

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::Invocation;

/// An HTTP response, as the client sees it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, by lower-case name; multiple values of one name are joined with `, `.
    pub headers: BTreeMap<String, String>,
    /// The body, decoded if it was base64.
    pub body: Vec<u8>,
    /// The invocation's request id, which differs from the HTTP request's id in the event.
    pub request_id: String,
    /// The invocation's trace id.
    pub trace_id: String,
    /// The time from handing over the event to receiving the response.
    pub duration: Duration,
}

impl Answer {
    /// Parses the HTTP response in an invocation's outcome.
    ///
    /// # Panics
    /// If the function reported an error, or returned something other than an HTTP response.
    pub fn read(invocation: Invocation) -> Self {
        let response = match &invocation.outcome {
            Ok(response) => response,
            Err(error) => panic!("the function reported an error: {error}"),
        };
        let status = response["statusCode"].as_u64();
        let status = status.and_then(|status| u16::try_from(status).ok());
        let text = response["body"].as_str().unwrap_or_default();
        let body = match response["isBase64Encoded"].as_bool() {
            Some(true) => STANDARD.decode(text).expect("a body in base64"),
            _ => text.as_bytes().to_vec(),
        };
        Self {
            status: status.unwrap_or_else(|| panic!("not an HTTP response: {response}")),
            headers: headers(response),
            body,
            request_id: invocation.request_id,
            trace_id: invocation.trace_id,
            duration: invocation.duration,
        }
    }

    /// Returns the body as text.
    ///
    /// # Panics
    /// If the body is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }

    /// Returns the body as JSON.
    ///
    /// # Panics
    /// If the body is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("a body in JSON ({error}): {}", self.text()))
    }
}

fn headers(response: &Value) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let single = response["headers"].as_object().into_iter().flatten();
    for (name, value) in single {
        let value = value.as_str().unwrap_or_default();
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let multiple = response["multiValueHeaders"].as_object();
    for (name, values) in multiple.into_iter().flatten() {
        let values: Vec<_> = values.as_array().into_iter().flatten().collect();
        let values: Vec<_> = values.iter().filter_map(|value| value.as_str()).collect();
        headers.insert(name.to_ascii_lowercase(), values.join(", "));
    }
    headers
}
