//! A small client for the AWS services that `doctor` reads. It sends plain HTTP requests, signed by the AWS SDK's own signer:
//! the SDKs of four more services would take longer to build than the rest of this program.

mod call;
mod failed;
mod limit;
mod xml;

use anyhow::{Context, bail};
use aws_credential_types::Credentials;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use reqwest::{Client, Method};
use serde_json::Value;

use self::call::Call;
use crate::queue::sqs::Access;
use crate::request::{TrustArgs, client};
use crate::settings::Sources;

pub(super) use failed::Failed;
pub(super) use limit::Limit;
pub(super) use xml::{Named, members, parse};

/// Access to the AWS services of one region.
pub(super) struct Aws {
    client: Client,
    credentials: Credentials,
    region: String,
    endpoint: Option<String>,
    sqs_endpoint: Option<String>,
    limit: Limit,
}

impl Aws {
    /// Creates a client with the user's credentials. All its calls fail once the limit is reached.
    ///
    /// # Errors
    /// There are no credentials, no region is configured, or finding them takes longer than the limit.
    pub(super) async fn open(sources: &Sources, limit: Limit) -> anyhow::Result<Self> {
        let found = limit.within(async { Self::find(&Access::find(sources).await, limit.clone()).await }).await;
        found.with_context(|| format!("the AWS credentials could not be read: {limit}"))?
    }

    async fn find(access: &Access, limit: Limit) -> anyhow::Result<Self> {
        let region = access.region().context("no AWS region is set; set AWS_REGION, or AWS_PROFILE to a profile with a region")?;
        if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            bail!("the AWS region is not a region name, such as eu-west-1");
        }
        let credentials = access.credentials().await?;
        let client = client(&"https://amazonaws.com".parse()?, 4, &TrustArgs::default())?;
        Ok(Self { client, credentials, region, endpoint: access.endpoint_of_all(), sqs_endpoint: access.endpoint(), limit })
    }

    /// Returns the region.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// Calls an action of a service with the query protocol. Returns the response body, which is XML.
    ///
    /// # Errors
    /// The request failed.
    pub(super) async fn query(&self, service: &str, version: &str, action: &str, fields: &[(String, String)]) -> Result<String, Failed> {
        let encode = |text: &str| percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string();
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in fields {
            body += &format!("&{}={}", encode(name), encode(value));
        }
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        // CloudWatch's IAM prefix differs from its endpoint's name.
        let permission = format!("{}:{action}", if service == "monitoring" { "cloudwatch" } else { service });
        self.call(&Call { service, permission, method: Method::POST, path: "/", headers, body }).await
    }

    /// Calls an action of Lambda.
    ///
    /// # Errors
    /// The request failed.
    pub(super) async fn lambda(&self, path: &str, action: &str) -> Result<Value, Failed> {
        let permission = format!("lambda:{action}");
        let call = Call { service: "lambda", permission, method: Method::GET, path, headers: Vec::new(), body: String::new() };
        self.call_json(&call).await
    }

    /// Reads a secret.
    ///
    /// # Errors
    /// The request failed.
    pub(super) async fn secret(&self, arn: &str) -> Result<Value, Failed> {
        self.json("secretsmanager", "secretsmanager", "1.1", "GetSecretValue", &serde_json::json!({ "SecretId": arn })).await
    }

    /// Reads all attributes of a queue.
    ///
    /// # Errors
    /// The request failed.
    pub(super) async fn queue_attributes(&self, url: &str) -> Result<Value, Failed> {
        let input = serde_json::json!({ "QueueUrl": url, "AttributeNames": ["All"] });
        self.json("sqs", "AmazonSQS", "1.0", "GetQueueAttributes", &input).await
    }

    /// Calls an action of a service with the JSON protocol of that version.
    async fn json(&self, service: &str, target: &str, version: &str, action: &str, input: &Value) -> Result<Value, Failed> {
        let headers = vec![("content-type", format!("application/x-amz-json-{version}")), ("x-amz-target", format!("{target}.{action}"))];
        let permission = format!("{service}:{action}");
        self.call_json(&Call { service, permission, method: Method::POST, path: "/", headers, body: input.to_string() }).await
    }
}
