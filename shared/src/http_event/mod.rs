//! HTTP events: converts requests from API Gateway, function URLs and Application Load Balancers to a [`Received`].
//!
//! The formats, according to the AWS documentation of each trigger and to observed events:
//!
//! | trigger | members | path | headers | query |
//! |---|---|---|---|---|
//! | HTTP API, payload 2.0 | `requestContext.http.method`, `rawPath` | decoded; with a named stage | joined by a comma | raw |
//! | function URL | like HTTP API, payload 2.0 | as sent | joined by a comma | raw |
//! | REST API, payload 1.0 | `httpMethod`, `path` | as sent; without the stage | single and multi-value | decoded |
//! | HTTP API, payload 1.0 | like REST API | decoded; with a named stage | single and multi-value | decoded |
//! | load balancer | like REST API, with `requestContext.elb` | as sent | single or multi-value | as sent |
//!
//! `version` is ignored, because REST APIs and load balancers do not send it. The event of a Lambda authorizer looks like an
//! HTTP event, except that it has a `type` and an ARN. An event with any of these members is rejected.
//!
//! An event is parsed in one pass, and its body is copied once. Only the members that the pipeline needs are read. A member
//! of an unexpected type counts as missing. The conversion to `http::Request` in `lambda_http` panics on a query or host
//! header that is not valid in a URI, before any proof is checked. Here, such an event is an ordinary request.

mod answer;
mod headers;
mod query;
#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde::de::IgnoredAny;

pub use self::answer::{Form, HttpAnswer};
use self::headers::Headers;
use self::query::Parameters;
use crate::received::Received;
use crate::trigger::lenient::{Lenient, Object};
use crate::trigger::{Trigger, Unsupported};

/// An HTTP request as Lambda passes it to a function. Deserializing any other event fails.
#[derive(Deserialize)]
#[serde(try_from = "Lenient<Object<Members>>")]
pub struct HttpEvent {
    form: Form,
    method: String,
    path: String,
    query: String,
    headers: Headers,
    body: String,
    is_base64_encoded: bool,
}

impl Trigger for HttpEvent {
    const EXPECTED: &'static str =
        "expected an HTTP request: API Gateway HTTP API (payload 2.0) or REST API (1.0), a function URL, or an Application Load Balancer";
}

impl HttpEvent {
    /// Returns the response format that the trigger expects.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Converts the event to a request. Decodes a base64 body.
    #[must_use]
    pub fn into_received(self, request_id: String, trace: Option<String>) -> Received {
        let body = if self.is_base64_encoded {
            // No trigger sends invalid base64. If one did, no proof would match the undecoded text.
            STANDARD.decode(&self.body).unwrap_or_else(|_| self.body.into_bytes())
        } else {
            self.body.into_bytes()
        };
        Received {
            method: self.method,
            path: self.path,
            query: self.query,
            headers: self.headers.into_iter().collect(),
            body,
            request_id,
            trace,
        }
    }
}

/// The members of all formats.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Members {
    raw_path: Lenient<String>,
    raw_query_string: Lenient<String>,
    http_method: Lenient<String>,
    path: Lenient<String>,
    query_string_parameters: Lenient<Parameters>,
    multi_value_query_string_parameters: Lenient<Parameters>,
    headers: Lenient<Headers>,
    multi_value_headers: Lenient<Headers>,
    request_context: Lenient<Object<RequestContext>>,
    body: Lenient<String>,
    is_base64_encoded: Lenient<bool>,
    #[serde(rename = "type")]
    authorizer_type: Lenient<String>,
    method_arn: Lenient<String>,
    route_arn: Lenient<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RequestContext {
    http: Lenient<Object<Http>>,
    path: Lenient<String>,
    stage: Lenient<String>,
    elb: Lenient<Object<IgnoredAny>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Http {
    method: Lenient<String>,
}

impl TryFrom<Lenient<Object<Members>>> for HttpEvent {
    type Error = Unsupported;

    fn try_from(Lenient(event): Lenient<Object<Members>>) -> Result<Self, Unsupported> {
        event.and_then(|Object(members)| members.request()).ok_or(Unsupported(Self::EXPECTED))
    }
}

impl Members {
    /// Returns the request, or `None` if this is another kind of event.
    fn request(self) -> Option<HttpEvent> {
        if [&self.authorizer_type, &self.method_arn, &self.route_arn].iter().any(|member| member.0.is_some()) {
            return None;
        }
        let Object(context) = self.request_context.0.unwrap_or_default();
        let stage = context.stage.0.as_deref();
        let (form, method, path, query) = match (self.raw_path.0, context.http.0.and_then(|Object(http)| http.method.0)) {
            (Some(path), Some(method)) => (Form::Gateway, method, without_stage(path, stage), self.raw_query_string.0.unwrap_or_default()),
            _ => {
                let (method, path) = (self.http_method.0?, self.path.0?);
                let single = self.query_string_parameters.0.unwrap_or_default();
                let parameters = self.multi_value_query_string_parameters.0.filter(|multiple| !multiple.is_empty()).unwrap_or(single);
                match context.elb.0 {
                    Some(Object(IgnoredAny)) => {
                        (Form::of_load_balancer(self.multi_value_headers.0.is_some()), method, path, parameters.as_sent())
                    }
                    // In a REST API event, only the path in the context includes the stage, so the two differ.
                    None if context.path.0.as_ref() == Some(&path) => {
                        (Form::Gateway, method, without_stage(path, stage), parameters.encoded())
                    }
                    None => (Form::Gateway, method, path, parameters.encoded()),
                }
            }
        };
        let headers = self.multi_value_headers.0.unwrap_or_default().or(self.headers.0.unwrap_or_default());
        let (body, is_base64_encoded) = (self.body.0.unwrap_or_default(), self.is_base64_encoded.0.unwrap_or_default());
        Some(HttpEvent { form, method, path, query, headers, body, is_base64_encoded })
    }
}

/// Returns a path without the named stage, which HTTP APIs prepend, even behind a custom domain.
fn without_stage(path: String, stage: Option<&str>) -> String {
    let stage = stage.filter(|stage| !stage.is_empty() && *stage != "$default");
    let rest = stage.and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage));
    match rest {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => path,
    }
}
