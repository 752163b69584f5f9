//! Lambda's HTTP events, payload format 2.0: what HTTP APIs and function URLs send and expect.
//!
//! Only what the pipeline needs is read. `lambda_http`'s own conversion to `http::Request` panics on a
//! query or host header that is no URI, before any proof is checked; here such an event is an ordinary
//! request.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::problem::Answer;
use crate::received::Received;

/// An HTTP request as Lambda hands it over.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpEvent {
    raw_path: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    request_context: RequestContext,
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RequestContext {
    http: Http,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Http {
    method: Option<String>,
}

impl HttpEvent {
    /// The request, its base64 undone.
    #[must_use]
    pub fn into_received(self, request_id: String, trace: Option<String>) -> Received {
        let body = self.body.unwrap_or_default();
        let body = if self.is_base64_encoded {
            // The gateway never sends anything else; if it did, no proof would match the text.
            STANDARD.decode(&body).unwrap_or_else(|_| body.into_bytes())
        } else {
            body.into_bytes()
        };
        Received {
            method: self.request_context.http.method.unwrap_or_default(),
            path: self.raw_path.unwrap_or_default(),
            query: String::new(),
            headers: self.headers.unwrap_or_default().into_iter().collect(),
            body,
            request_id,
            trace,
        }
    }
}

/// An HTTP answer as Lambda takes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpAnswer {
    status_code: u16,
    headers: BTreeMap<&'static str, &'static str>,
    body: String,
    is_base64_encoded: bool,
}

impl From<Answer> for HttpAnswer {
    fn from(answer: Answer) -> Self {
        Self { status_code: answer.status, headers: answer.headers.into_iter().collect(), body: answer.body, is_base64_encoded: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(json: &str) -> Received {
        serde_json::from_str::<HttpEvent>(json).expect("an event").into_received("r".to_owned(), None)
    }

    #[test]
    fn a_body_is_its_bytes() {
        assert_eq!(received(r#"{"body":"{\"a\":1}\n","isBase64Encoded":false}"#).body, b"{\"a\":1}\n");
        assert_eq!(received(r#"{"body":"/wA=","isBase64Encoded":true}"#).body, b"\xff\x00");
        assert_eq!(received(r#"{"body":"!","isBase64Encoded":true}"#).body, b"!");
        assert_eq!(received(r#"{"body":null}"#).body, b"");
    }

    #[test]
    fn what_would_be_no_uri_is_an_ordinary_request() {
        let request = received(
            r#"{"rawPath":"/kommo","rawQueryString":"a=<\" >","headers":{"host":"a b","x-name":"Zoë\u0000"},"requestContext":{"http":{"method":"POST"}}}"#,
        );
        assert_eq!((request.path.as_str(), request.method.as_str()), ("/kommo", "POST"));
        assert_eq!(request.header("X-Name"), Some("Zoë\0"));
    }

    #[test]
    fn an_event_with_nothing_in_it_is_a_request_for_the_root() {
        for json in ["{}", r#"{"headers":null,"rawPath":null}"#] {
            let request = received(json);
            assert_eq!((request.path.as_str(), request.method.as_str(), request.headers.len()), ("", "", 0));
        }
    }
}
