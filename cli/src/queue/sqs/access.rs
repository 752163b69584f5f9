//! Who asks, and where: credentials, regions, endpoints, and .

use std::time::Duration;

use anyhow::{Context, anyhow};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::{Client, config};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use shared::queue::sqs::region_of;
use shared::settings::{AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS, AWS_REGION};

use super::queue::SqsQueue;
use super::url::{InvalidQueueUrl, QueueUrl};
use crate::settings::Sources;

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
    pub(crate) fn queue(&self, url: &QueueUrl) -> anyhow::Result<SqsQueue> {
        let region = region_of(url.host()).map(Region::new).or_else(|| self.config.region().cloned());
        let region =
            region.ok_or_else(|| anyhow!("{AWS_REGION} is not set, and the queue's URL names no region; set it to the queue's region"))?;
        let origin = || url.origin();
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
        self.queue(&url.parse().map_err(|error: InvalidQueueUrl| anyhow!("{url}: {error}"))?)
    }
}
