//! One request: signs it, sends it, retries it if AWS throttles it, and reads the response up to a limit.

use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use reqwest::{Method, Response};
use serde_json::Value;

use super::{Aws, Failed};
use crate::network::Failure;

/// The time limit of a request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The maximum number of attempts if AWS throttles a request or has an internal error.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt. It doubles with each attempt.
const PAUSE: Duration = Duration::from_millis(250);
/// The maximum size of a response body. The largest that AWS sends here are pages of 100 resources or alarms.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// A request to a service.
pub(super) struct Call<'c> {
    pub(super) service: &'c str,
    /// The permission that it needs, such as `lambda:GetAlias`.
    pub(super) permission: String,
    pub(super) method: Method,
    pub(super) path: &'c str,
    pub(super) headers: Vec<(&'c str, String)>,
    pub(super) body: String,
}

impl Aws {
    /// Sends a request, and parses the response as JSON.
    ///
    /// # Errors
    /// All attempts failed, or the response is not JSON.
    pub(super) async fn call_json(&self, call: &Call<'_>) -> Result<Value, Failed> {
        let text = self.call(call).await?;
        serde_json::from_str(&text).map_err(|_| Failed::without_response(&call.permission, "the response is not JSON"))
    }

    /// Sends a request. Returns the response body.
    ///
    /// # Errors
    /// All attempts failed, or the limit of all calls is reached.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<String, Failed> {
        let outcome = self.limit.within(self.attempts(call)).await;
        outcome.unwrap_or_else(|| Err(Failed::without_response(&call.permission, &self.limit.to_string())))
    }

    async fn attempts(&self, call: &Call<'_>) -> Result<String, Failed> {
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
