//! HTTP responses in the format that each trigger expects.

use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use serde::Serialize;

use crate::problem::Answer;

/// The response format of a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// API Gateway, in either payload format, and function URLs.
    Gateway,
    /// An Application Load Balancer, which expects a status description.
    LoadBalancer,
    /// An Application Load Balancer with multi-value headers enabled for its target group. It ignores `headers`.
    MultiValueLoadBalancer,
}

impl Form {
    /// Returns the response format for a load balancer, given whether its event has multi-value headers.
    pub(super) fn of_load_balancer(has_multi_value_headers: bool) -> Self {
        if has_multi_value_headers { Self::MultiValueLoadBalancer } else { Self::LoadBalancer }
    }

    /// Converts a response to this format.
    #[must_use]
    pub fn answer(self, answer: Answer) -> HttpAnswer {
        let Answer { status, headers, body } = answer;
        let headers = headers.into_iter();
        let (single, multiple) = match self {
            Self::MultiValueLoadBalancer => (None, Some(headers.map(|(name, value)| (name, [value])).collect())),
            Self::Gateway | Self::LoadBalancer => (Some(headers.collect()), None),
        };
        let status_description = match self {
            Self::Gateway => None,
            Self::LoadBalancer | Self::MultiValueLoadBalancer => Some(description(status)),
        };
        HttpAnswer {
            status_code: status,
            status_description,
            headers: single,
            multi_value_headers: multiple,
            body,
            is_base64_encoded: false,
        }
    }
}

/// Returns a status with its reason phrase, such as `200 OK`.
fn description(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    format!("{status} {}", reason.unwrap_or("Unknown"))
}

/// An HTTP response as a function returns it to Lambda.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpAnswer {
    status_code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<BTreeMap<&'static str, &'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_value_headers: Option<BTreeMap<&'static str, [&'static str; 1]>>,
    body: String,
    is_base64_encoded: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written(form: Form, status: u16) -> Value {
        let answer = Answer { status, headers: vec![("allow", "POST")], body: "text".to_owned() };
        serde_json::to_value(form.answer(answer)).expect("JSON")
    }

    #[test]
    fn each_trigger_gets_the_members_that_it_expects() {
        assert_eq!(
            written(Form::Gateway, 405),
            json!({"statusCode": 405, "headers": {"allow": "POST"}, "body": "text", "isBase64Encoded": false})
        );
        let expected = json!({
            "statusCode": 405, "statusDescription": "405 Method Not Allowed", "headers": {"allow": "POST"},
            "body": "text", "isBase64Encoded": false,
        });
        assert_eq!(written(Form::LoadBalancer, 405), expected);
        let expected = json!({
            "statusCode": 405, "statusDescription": "405 Method Not Allowed", "multiValueHeaders": {"allow": ["POST"]},
            "body": "text", "isBase64Encoded": false,
        });
        assert_eq!(written(Form::MultiValueLoadBalancer, 405), expected);
    }

    #[test]
    fn a_description_is_the_status_and_its_reason() {
        let descriptions = [200, 400, 401, 404, 405, 413, 503].map(description);
        let expected = [
            "200 OK",
            "400 Bad Request",
            "401 Unauthorized",
            "404 Not Found",
            "405 Method Not Allowed",
            "413 Payload Too Large",
            "503 Service Unavailable",
        ];
        assert_eq!(descriptions, expected);
    }
}
