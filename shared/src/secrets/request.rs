//! One request to Secrets Manager, `GetSecretValue`, and what its answer means.
//!
//! Signed by the parts that the SQS client is made of, which are linked anyway: 65 KB more of a bootstrap of 4 MB,
//! and 2 million instructions of a start that reads a secret. aws-sdk-secretsmanager, which does the same: 205 KB and
//! 3.7 million. The Parameters and Secrets extension would be a layer by region and a second process at each start.

use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde::Deserialize;

use super::arn::SecretArn;
use crate::connection::{Connection, body_of, code};
use crate::error_code::error_code;
use crate::retry::is_retriable;

/// The AWS JSON 1.1 protocol.
const HEADERS: [(&str, &str); 2] = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "secretsmanager.GetSecretValue")];

/// Why there is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// The error's code as Secrets Manager names it, or our own word.
    pub(super) code: String,
    /// Whether asking again may help.
    pub(super) is_retriable: bool,
}

impl Failure {
    pub(super) fn new(code: &str, is_retriable: bool) -> Self {
        Self { code: code.to_owned(), is_retriable }
    }
}

/// The parts of an answer that matter. No Debug: one of them is the secret.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Output {
    #[serde(rename = "SecretString")]
    secret_string: Option<String>,
    #[serde(rename = "__type")]
    kind: Option<String>,
}

/// Returns the text of a secret. The caller bounds the time.
pub(super) async fn secret_string(connection: &Connection, endpoint: &str, arn: &SecretArn) -> Result<String, Failure> {
    let request = signed(connection, endpoint, arn, SystemTime::now()).ok_or_else(|| Failure::new("unbuildable", false))?;
    let answer = connection.connector.call(request).await.map_err(|error| Failure::new(code(&error), true))?;
    let status = answer.status().as_u16();
    let body = body_of(answer.into_body()).await.ok_or_else(|| Failure::new("connection", true))?;
    // Treat a non-JSON body as empty.
    let output: Output = serde_json::from_slice(&body).unwrap_or_default();
    match (status, output.secret_string) {
        (200, Some(text)) if text.is_empty() => Err(Failure::new("empty_secret", false)),
        (200, Some(text)) => Ok(text),
        (200, None) => Err(Failure::new("no_secret_string", false)),
        (status, _) => {
            let code = error_code(output.kind.as_deref().unwrap_or_default());
            Err(Failure::new(code, is_retriable(status, code)))
        }
    }
}

fn signed(connection: &Connection, endpoint: &str, arn: &SecretArn, now: SystemTime) -> Option<HttpRequest> {
    let body = serde_json::json!({ "SecretId": arn.as_str() }).to_string();
    let identity = connection.credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(arn.region())
        .name("secretsmanager")
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .ok()?
        .into();
    let signable = SignableRequest::new("POST", endpoint, HEADERS.into_iter(), SignableBody::Bytes(body.as_bytes())).ok()?;
    let (instructions, _) = sign(signable, &parameters).ok()?.into_parts();
    let (proof, _) = instructions.into_parts();
    let mut request = HttpRequest::new(SdkBody::from(body.as_str()));
    request.set_method("POST").ok()?;
    request.set_uri(endpoint).ok()?;
    for (name, value) in HEADERS {
        request.headers_mut().insert(name, value);
    }
    // A connection kept for minutes would be closed by then, and the next request would find it so.
    request.headers_mut().insert("connection", "close");
    for header in proof {
        request.headers_mut().insert(header.name(), header.value().to_owned());
    }
    Some(request)
}
