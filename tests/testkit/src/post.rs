//! A request built by a test, and the Lambda event that API Gateway creates from it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::Sample;

/// An HTTP request on its way to a function.
#[derive(Debug, Clone)]
pub struct Post {
    /// `POST`, unless the test sets another method.
    pub method: String,
    /// The raw path.
    pub path: String,
    /// The raw query string.
    pub query: String,
    /// The headers; names in lower case, as API Gateway sends them.
    pub headers: Vec<(String, String)>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
}

impl Post {
    /// Returns a POST with a typical sender's headers and no proof.
    pub fn new(path: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = [("content-type", "application/json"), ("host", "hooks.example.com"), ("user-agent", "chat-sender/1.0")];
        Self {
            method: "POST".to_owned(),
            path: path.to_owned(),
            query: String::new(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: body.into(),
        }
    }

    /// Returns the request of a sample, including its headers.
    pub fn of(sample: &Sample) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let headers = sample.event["headers"].as_object().into_iter().flatten();
        Self {
            headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            ..Self::new(&text(&sample.event["rawPath"]), sample.body.clone())
        }
    }

    /// Sets a header, replacing any with the same name.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the method.
    #[must_use]
    pub fn by(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    /// Returns a header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the Lambda event (payload format 2.0); a body that is not UTF-8 is base64-encoded.
    pub fn event(&self) -> Value {
        let headers: Map<String, Value> = self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let text = std::str::from_utf8(&self.body);
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "requestContext": {
                "http": {"method": self.method, "path": self.path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.24", "userAgent": "chat-sender/1.0"},
                "requestId": "not-the-invocation's",
                "stage": "$default",
            },
            "body": text.map_or_else(|_| STANDARD.encode(&self.body), str::to_owned),
            "isBase64Encoded": text.is_err(),
        })
    }
}
