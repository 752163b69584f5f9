//! The `GetSecretValue` request to Secrets Manager, and the interpretation of its response.
//!
//! The request is signed with crates that the SQS client already links. This adds 65 KB to a bootstrap binary of 4 MB, and
//! 2 million instructions to a startup that reads a secret. With aws-sdk-secretsmanager, the costs would be 205 KB and 3.7
//! million instructions. The Parameters and Secrets extension would need a layer per region and a second process at each startup.

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

/// Why a secret could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// The error code of Secrets Manager, or a code of this crate.
    pub(super) code: String,
    /// Whether a retry may succeed.
    pub(super) is_retriable: bool,
}

impl Failure {
    pub(super) fn new(code: &str, is_retriable: bool) -> Self {
        Self { code: code.to_owned(), is_retriable }
    }
}

/// The relevant members of a response. It has no `Debug`, because one of them is the secret.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Output {
    #[serde(rename = "SecretString")]
    secret_string: Option<String>,
    #[serde(rename = "__type")]
    kind: Option<String>,
}

/// Returns the text of a secret. The caller limits the time.
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
    // The server would close an idle connection before the next refresh, which would then find it closed.
    request.headers_mut().insert("connection", "close");
    for header in proof {
        request.headers_mut().insert(header.name(), header.value().to_owned());
    }
    Some(request)
}
