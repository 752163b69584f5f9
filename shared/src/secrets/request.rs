//! The `GetSecretValue` request to Secrets Manager, and the interpretation of its response.
//!
//! aws-sdk-secretsmanager would add the SDK's client to each function, for a request with one member. The Parameters and Secrets
//! extension would need a layer per region, and a second process at each startup.

use lambda_http::http::Uri;
use serde::Deserialize;

use super::arn::SecretArn;
use crate::connection::{AwsService, Client, Connection, Unanswered};
use crate::error_code::error_code;
use crate::retry::is_retriable;

const SECRETS_MANAGER: AwsService =
    AwsService { name: "secretsmanager", content_type: "application/x-amz-json-1.1", has_query_codes: false };

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
///
/// The connection is not kept, because the server would close it before the next refresh.
pub(super) async fn secret_string(connection: &Connection, endpoint: &Uri, arn: &SecretArn) -> Result<String, Failure> {
    let client = Client::new(connection, SECRETS_MANAGER, arn.region(), endpoint);
    let input = serde_json::json!({ "SecretId": arn.as_str() }).to_string();
    let answer = client.call("secretsmanager.GetSecretValue", input.into()).await.map_err(unanswered)?;
    let status = answer.status().as_u16();
    // Treat a non-JSON body as empty.
    let output: Output = serde_json::from_slice(answer.body()).unwrap_or_default();
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

fn unanswered(reason: Unanswered) -> Failure {
    match reason {
        Unanswered::Unbuildable => Failure::new("unbuildable", false),
        Unanswered::Connection(code) => Failure::new(code, true),
        Unanswered::Incomplete => Failure::new("connection", true),
    }
}
