//! A small client for the AWS services that `doctor` reads. It sends plain HTTP requests, signed by the AWS SDK's own signer:
//! the SDKs of four more services would take longer to build than the rest of this program.

mod failed;
mod xml;

use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow, bail};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use reqwest::{Client, Method, Response};
use serde_json::Value;

use crate::network::Failure;
use crate::queue::sqs::Access;
use crate::request::{TrustArgs, client};

pub(super) use failed::Failed;
pub(super) use xml::{Named, members, parse};

/// The time limit of a request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The number of times that a request is sent if AWS throttles it or has an internal error.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt. It doubles with each attempt.
const PAUSE: Duration = Duration::from_millis(250);
/// The maximum size of a response body. The largest that AWS sends here are pages of 100 resources or alarms.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// Access to the AWS services of one region.
pub(super) struct Aws {
    client: Client,
    credentials: Credentials,
    region: String,
    endpoint: Option<String>,
    sqs_endpoint: Option<String>,
}

/// A request to a service.
struct Call<'c> {
    service: &'c str,
    /// The permission that it needs, such as `lambda:GetAlias`.
    permission: String,
    method: Method,
    path: &'c str,
    headers: Vec<(&'c str, String)>,
    body: String,
}

impl Aws {
    /// Creates a client with the user's credentials.
    ///
    /// # Errors
    /// There are no credentials, or no region is configured.
    pub(super) async fn open(access: &Access) -> anyhow::Result<Self> {
        let region = access.region().context("no AWS region is set; set AWS_REGION, or AWS_PROFILE to a profile with a region")?;
        if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            bail!("the AWS region is not a region name, such as eu-west-1");
        }
        let credentials = access.credentials().await?;
        let client = client(&"https://amazonaws.com".parse()?, 4, &TrustArgs::default())?;
        Ok(Self { client, credentials, region, endpoint: access.endpoint_of_all(), sqs_endpoint: access.endpoint() })
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

    async fn call_json(&self, call: &Call<'_>) -> Result<Value, Failed> {
        let text = self.call(call).await?;
        serde_json::from_str(&text).map_err(|_| Failed::without_response(&call.permission, "the response is not JSON"))
    }

    async fn call(&self, call: &Call<'_>) -> Result<String, Failed> {
        let mut attempt = 1;
        loop {
            match self.attempt(call).await {
                Err(failed) if failed.is_temporary() && attempt < ATTEMPTS => {
                    tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt(&self, call: &Call<'_>) -> Result<String, Failed> {
        let without_response = |cause: &str| Failed::without_response(&call.permission, cause);
        let endpoint = if call.service == "sqs" { &self.sqs_endpoint } else { &self.endpoint };
        let origin = endpoint.clone().unwrap_or_else(|| format!("https://{}.{}.{}", call.service, self.region, suffix(&self.region)));
        let url = format!("{}{}", origin.trim_end_matches('/'), call.path);
        let signature = self.signature(call, &url).map_err(|error| without_response(&format!("{error:#}")))?;
        let mut request = self.client.request(call.method.clone(), &url).timeout(TIMEOUT);
        for (name, value) in call.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).chain(signature) {
            request = request.header(name, value);
        }
        let network = |error: reqwest::Error| {
            let error = error.without_url();
            without_response(&Failure::of(&error).map_or_else(|| error.to_string(), |failure| failure.to_string()))
        };
        let response = request.body(call.body.clone()).send().await.map_err(network)?;
        let (status, code) = (response.status(), response.headers().get("x-amzn-errortype").cloned());
        let body = read(response).await.map_err(network)?.ok_or_else(|| without_response("the response is too large"))?;
        let text = String::from_utf8_lossy(&body).into_owned();
        if status.is_success() {
            return Ok(text);
        }
        Err(Failed::refused(&call.permission, status.as_u16(), code.as_ref().and_then(|code| code.to_str().ok()), &text))
    }

    fn signature(&self, call: &Call<'_>, url: &str) -> anyhow::Result<Vec<(String, String)>> {
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(call.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = call.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let signable = SignableRequest::new(call.method.as_str(), url, headers, SignableBody::Bytes(call.body.as_bytes()))?;
        let (instructions, _) = sign(signable, &parameters).map_err(|error| anyhow!("the request cannot be signed: {error}"))?.into_parts();
        let (headers, _) = instructions.into_parts();
        Ok(headers.into_iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect())
    }
}

/// Returns the body, or `None` if it is larger than [`MAX_BODY`].
async fn read(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

/// Returns the domain of the services in the region's partition.
fn suffix(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "amazonaws.com.cn",
        _ if region.starts_with("eusc-") => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}
