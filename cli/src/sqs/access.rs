//! Who asks, and where: credentials, regions, endpoints, and what a queue's URL must be.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, anyhow};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::{Client, config};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use reqwest::Url;
use shared::queue::sqs::region_of;
use shared::settings::{AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, AWS_REGION};

use super::SqsQueue;
use crate::sources::Sources;

/// The URL of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueUrl(Url);

impl fmt::Display for QueueUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for QueueUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url: Option<Url> = text.parse().ok();
        let is_queue = |url: &Url| {
            let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
            matches!(url.scheme(), "http" | "https") && url.path().len() > 1 && is_plain
        };
        url.filter(is_queue)
            .map(Self)
            .ok_or_else(|| "it must be an SQS queue URL, like https://sqs.eu-west-1.amazonaws.com/123456789012/events".to_owned())
    }
}

impl QueueUrl {
    /// The queue of that name in the same account and region.
    pub(super) fn sibling(url: &str, name: &str) -> String {
        let account = url.rsplit_once('/').map_or(url, |(account, _)| account);
        format!("{account}/{name}")
    }
}

/// The user's access to AWS.
pub(crate) struct Access {
    config: SdkConfig,
    endpoint: Option<String>,
}

impl Access {
    /// Finds credentials and settings as the AWS CLI does. No queue is asked yet.
    pub(crate) async fn find(sources: &Sources) -> Self {
        let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let timeouts =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).operation_attempt_timeout(Duration::from_secs(30)).build();
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(5));
        let config = loader.load().await;
        let settings = sources.settings();
        let endpoint = [AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL].iter().find_map(|name| settings.optional(name));
        let endpoint = endpoint.or_else(|| config.endpoint_url().map(str::to_owned));
        Self { config, endpoint }
    }

    /// A queue by its URL.
    ///
    /// # Errors
    /// Nothing tells its region.
    pub(crate) fn queue(&self, QueueUrl(url): &QueueUrl) -> anyhow::Result<SqsQueue> {
        let region = region_of(url.host_str().unwrap_or_default()).map(Region::new).or_else(|| self.config.region().cloned());
        let region =
            region.ok_or_else(|| anyhow!("{AWS_REGION} is not set, and the queue's URL names no region; set it to the queue's region"))?;
        let origin = || url.origin().ascii_serialization();
        let config = config::Builder::from(&self.config).region(region).endpoint_url(self.endpoint.clone().unwrap_or_else(origin));
        Ok(SqsQueue { client: Client::from_conf(config.build()), url: url.to_string() })
    }

    /// The queue that another one's dead letters go to.
    ///
    /// # Errors
    /// It has none, or cannot be read.
    pub(crate) async fn dead_letters(&self, queue: &SqsQueue) -> anyhow::Result<SqsQueue> {
        let attributes = queue.attributes().await?;
        let name = attributes.dead_letter_queue.with_context(|| {
            format!("{} has no RedrivePolicy, so it has no dead-letter queue; name the source with --from-url", queue.url())
        })?;
        let url = QueueUrl::sibling(queue.url(), &name);
        self.queue(&url.parse().map_err(|problem: String| anyhow!("{url}: {problem}"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_named_by_a_plain_url() {
        for text in ["https://sqs.eu-west-1.amazonaws.com/123456789012/events", "http://127.0.0.1:9324/1/events.fifo"] {
            assert_eq!(text.parse::<QueueUrl>().map(|url| url.0.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "events", "arn:aws:sqs:eu-west-1:1:events", "https://h.example", "ftp://h.example/q", "https://a:b@h.example/q"] {
            assert!(text.parse::<QueueUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_dead_letter_queue_is_in_the_same_account_and_region() {
        assert_eq!(QueueUrl::sibling("https://sqs.eu-west-1.amazonaws.com/1/events", "dead"), "https://sqs.eu-west-1.amazonaws.com/1/dead");
    }
}
