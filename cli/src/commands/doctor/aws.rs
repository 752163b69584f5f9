//! The few calls of AWS services beside SQS: plain HTTP requests that the SDK's own signer signs. Three more SDKs would take longer
//! to build than all of this program.

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use reqwest::{Client, Method};
use serde_json::Value;

use crate::network::Failure;
use crate::queue::sqs::Access;

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Access to AWS services in one region.
pub(super) struct Aws {
    client: Client,
    credentials: Credentials,
    region: String,
    endpoint: Option<String>,
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    /// The permission that the call needs, like `lambda:GetAlias`.
    pub(super) permission: String,
    /// AWS's error code; empty if there was no answer.
    pub(super) code: String,
    /// Why.
    pub(super) message: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code.as_str() {
            "" => write!(out, "{} got no answer ({})", self.permission, self.message),
            code => write!(out, "{} was refused ({code}: {})", self.permission, self.message),
        }
    }
}

impl Error for Failed {}

impl Failed {
    /// Whether the credentials do not allow it.
    pub(super) fn is_denied(&self) -> bool {
        self.code.contains("AccessDenied") || self.code.contains("Unauthorized")
    }

    /// What to do.
    pub(super) fn action(&self) -> String {
        if self.is_denied() {
            format!("the credentials need {}", self.permission)
        } else if self.code.is_empty() {
            "is the network up, and is the region right?".to_owned()
        } else {
            "are the credentials, the account and the region right?".to_owned()
        }
    }
}

impl Aws {
    /// Creates a client with the user's credentials.
    ///
    /// # Errors
    /// There are no credentials, or nothing tells the region.
    pub(super) async fn open(access: &Access) -> anyhow::Result<Self> {
        let region = access.region().context("no AWS region is set; set AWS_REGION, or a profile with a region by AWS_PROFILE")?;
        let credentials = access.credentials().await?;
        let client = crate::request::client(&"https://amazonaws.com".parse()?, 4, &crate::request::TrustArgs::default())?;
        Ok(Self { client, credentials, region, endpoint: access.endpoint_of_all() })
    }

    /// A call of a service that takes a form and answers in XML; gives the answer's text.
    ///
    /// # Errors
    /// It failed.
    pub(super) async fn query(&self, service: &str, version: &str, action: &str, fields: &[(String, String)]) -> Result<String, Failed> {
        let encode = |text: &str| percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string();
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in fields {
            body += &format!("&{}={}", encode(name), encode(value));
        }
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let permission = format!("{}:{action}", if service == "monitoring" { "cloudwatch" } else { service });
        self.call(service, Method::POST, "/", &headers, body, &permission).await
    }

    /// A call of Lambda.
    ///
    /// # Errors
    /// It failed.
    pub(super) async fn lambda(&self, path: &str, action: &str) -> Result<Value, Failed> {
        let permission = format!("lambda:{action}");
        let text = self.call("lambda", Method::GET, path, &[], String::new(), &permission).await?;
        json(&text, permission)
    }

    /// A call of Secrets Manager about one secret.
    ///
    /// # Errors
    /// It failed.
    pub(super) async fn secret(&self, action: &str, arn: &str) -> Result<Value, Failed> {
        let (permission, target) = (format!("secretsmanager:{action}"), format!("secretsmanager.{action}"));
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
        let body = serde_json::json!({ "SecretId": arn }).to_string();
        let text = self.call("secretsmanager", Method::POST, "/", &headers, body, &permission).await?;
        json(&text, permission)
    }

    async fn call(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
        permission: &str,
    ) -> Result<String, Failed> {
        let failed = |code: &str, message: String| Failed { permission: permission.to_owned(), code: code.to_owned(), message };
        let suffix = if self.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let origin = self.endpoint.clone().unwrap_or_else(|| format!("https://{service}.{}.{suffix}", self.region));
        let url = format!("{}{path}", origin.trim_end_matches('/'));
        let proof = self.proof(service, &method, &url, headers, &body).map_err(|error| failed("", format!("{error:#}")))?;
        let mut request = self.client.request(method, &url).timeout(TIMEOUT);
        for (name, value) in headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain(proof) {
            request = request.header(name, value);
        }
        let network = |error: reqwest::Error| {
            let error = error.without_url();
            failed("", Failure::of(&error).map_or_else(|| error.to_string(), |failure| failure.to_string()))
        };
        let answer = request.body(body).send().await.map_err(network)?;
        let (status, kind) = (answer.status(), answer.headers().get("x-amzn-errortype").cloned());
        let text = answer.text().await.map_err(network)?;
        if status.is_success() {
            return Ok(text);
        }
        let header = kind.and_then(|kind| kind.to_str().ok().map(str::to_owned));
        let (code, message) = refusal(&text);
        let code = header.or(code).unwrap_or_else(|| status.as_u16().to_string());
        Err(failed(code.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default(), message))
    }

    fn proof(
        &self,
        service: &str,
        method: &Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> anyhow::Result<Vec<(String, String)>> {
        let identity = self.credentials.clone().into();
        // The host of CloudWatch is named otherwise than the service.
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable = SignableRequest::new(method.as_str(), url, headers.iter().copied(), SignableBody::Bytes(body.as_bytes()))?;
        let (instructions, _) = sign(signable, &parameters).map_err(|error| anyhow!("the request cannot be signed: {error}"))?.into_parts();
        let (proof, _) = instructions.into_parts();
        Ok(proof.into_iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect())
    }
}

fn json(text: &str, permission: String) -> Result<Value, Failed> {
    let message = "the answer is not JSON".to_owned();
    serde_json::from_str(text).map_err(|_| Failed { permission, code: String::new(), message })
}

/// The code and the message of an error in XML or JSON.
fn refusal(text: &str) -> (Option<String>, String) {
    if let Ok(error) = serde_json::from_str::<Value>(text) {
        let text = |name: &str| error[name].as_str().map(str::to_owned);
        return (text("__type").or_else(|| text("Code")), text("message").or_else(|| text("Message")).unwrap_or_default());
    }
    let document = roxmltree::Document::parse(text).ok();
    let find = |name: &str| {
        let document = document.as_ref()?;
        document.descendants().find(|node| node.has_tag_name_ignoring_namespace(name))?.text().map(str::to_owned)
    };
    (find("Code"), find("Message").unwrap_or_else(|| "AWS gives no reason".to_owned()))
}

/// Look-ups in answers: AWS puts each service's elements into a namespace of its own.
pub(super) trait Named {
    /// Whether the element has that name.
    fn has_tag_name_ignoring_namespace(&self, name: &str) -> bool;
    /// The text of the child of that name.
    fn child_text(&self, name: &str) -> Option<String>;
}

impl Named for roxmltree::Node<'_, '_> {
    fn has_tag_name_ignoring_namespace(&self, name: &str) -> bool {
        self.tag_name().name() == name
    }

    fn child_text(&self, name: &str) -> Option<String> {
        let child = self.children().find(|child| child.tag_name().name() == name)?;
        child.text().map(|text| text.trim().to_owned())
    }
}

/// The elements `member` of all lists of that name.
pub(super) fn members<'a>(document: &'a roxmltree::Document<'a>, list: &'a str) -> impl Iterator<Item = roxmltree::Node<'a, 'a>> {
    let lists = document.descendants().filter(move |node| node.tag_name().name() == list);
    lists.flat_map(|list| list.children().filter(|child| child.tag_name().name() == "member"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_in_either_form() {
        let xml = r#"<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does not exist</Message></Error></ErrorResponse>"#;
        assert_eq!(refusal(xml), (Some("ValidationError".to_owned()), "Stack with id x does not exist".to_owned()));
        let json = r#"{"__type":"AccessDeniedException","Message":"no"}"#;
        assert_eq!(refusal(json), (Some("AccessDeniedException".to_owned()), "no".to_owned()));
        assert_eq!(refusal("<html>").0, None);
    }

    #[test]
    fn members_of_a_list_are_found_in_any_namespace() {
        let text = r#"<R xmlns="http://a/"><Outputs><member><OutputKey> A </OutputKey></member><member/></Outputs></R>"#;
        let document = roxmltree::Document::parse(text).expect("XML");
        let found: Vec<_> = members(&document, "Outputs").map(|member| member.child_text("OutputKey")).collect();
        assert_eq!(found, [Some("A".to_owned()), None]);
    }
}
