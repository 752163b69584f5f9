//! One SQS queue: its URL, its client, and sending until everything is in.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Region, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_runtime_api::client::http::http_client_fn;
use lambda_http::http::Uri;
use tokio::time::{Instant, sleep, timeout};

use super::attempt::{self, Failure};
use crate::connection::Connection;
use crate::queue::{MAX_BYTES, Message, NotQueued, Receipt};
use crate::settings::{AWS_ENDPOINT_URL_SQS, AWS_REGION, SettingError, Settings};

/// The first pause before a queue is asked again; it doubles up to the longest.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
const LONGEST_BACKOFF: Duration = Duration::from_millis(400);
/// An attempt may take a third of the time, and no more than this: SQS answers in some ten.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(1);
/// The most messages of a batch.
const MAX_BATCH: usize = 10;

/// One queue.
pub(super) struct SqsQueue {
    name: &'static str,
    url: String,
    endpoint: String,
    fifo: bool,
    client: Client,
}

impl SqsQueue {
    /// A queue by its URL; `name` is what a log calls it.
    pub(super) fn new(
        name: &'static str,
        setting: &str,
        url: String,
        connection: &Connection,
        settings: &Settings<'_>,
    ) -> Result<Self, SettingError> {
        let shape = || SettingError::new(setting, "must be an SQS queue URL, like https://sqs.eu-west-1.amazonaws.com/123456789012/events");
        let uri: Uri = url.parse().map_err(|_| shape())?;
        let (Some(scheme @ ("https" | "http")), Some(authority), true) = (uri.scheme_str(), uri.authority(), uri.path().len() > 1) else {
            return Err(shape());
        };
        let region = region_of(authority.host()).or_else(|| settings.optional(AWS_REGION)).ok_or_else(|| {
            SettingError::new(AWS_REGION, format!("is not set, and {setting} names no region; it must be the queue's region"))
        })?;
        let endpoint = settings.endpoint(AWS_ENDPOINT_URL_SQS)?.unwrap_or_else(|| format!("{scheme}://{authority}"));
        let client = client(connection, region, &endpoint);
        Ok(Self { name, fifo: url.ends_with(".fifo"), url, endpoint, client })
    }

    pub(super) fn is_fifo(&self) -> bool {
        self.fifo
    }

    /// Where its requests go.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Sends until every message is acknowledged; `end` is when the caller stops it.
    pub(super) async fn send(&self, messages: &[Message], end: Instant) -> Result<Receipt, NotQueued> {
        let longest = (end.saturating_duration_since(Instant::now()) / 3).clamp(Duration::from_millis(50), LONGEST_ATTEMPT);
        for batch in batches(messages) {
            self.send_batch(batch, longest, end).await?;
        }
        Ok(Receipt { queue: self.name })
    }

    async fn send_batch(&self, batch: &[Message], longest: Duration, end: Instant) -> Result<(), NotQueued> {
        let mut pending: Vec<&Message> = batch.iter().collect();
        let mut backoff = FIRST_BACKOFF;
        loop {
            let attempt = attempt::send(&self.client, &self.url, self.fifo, &pending);
            let failure = match timeout(longest, attempt).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(failure)) => failure,
                // What hangs is dropped, and its connection with it.
                Err(_) => Failure { code: "timeout".to_owned(), for_good: false, acknowledged: Vec::new() },
            };
            pending.retain(|message| !failure.acknowledged.contains(&message.id));
            if pending.is_empty() {
                return Ok(());
            }
            if failure.for_good || Instant::now() + backoff >= end {
                return Err(NotQueued { code: failure.code });
            }
            sleep(backoff).await;
            backoff = (backoff * 2).min(LONGEST_BACKOFF);
        }
    }
}

/// Cuts the messages of a request into batches that SQS takes, in their order.
fn batches(messages: &[Message]) -> impl Iterator<Item = &[Message]> {
    let mut rest = messages;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |message: &Message| {
            bytes += message.size();
            bytes <= MAX_BYTES
        };
        let length = rest.iter().take(MAX_BATCH).map(fits).take_while(|fits| *fits).count();
        // A message alone is never too large: the pipeline has judged it.
        let (batch, others) = rest.split_at_checked(length.max(1))?;
        rest = others;
        Some(batch)
    })
}

/// A client that signs for a region and sends to an endpoint.
///
/// Its own retries and timers are off: [`SqsQueue`] ends what hangs, sends again, knows which messages of a
/// batch are in, and is not stopped by a retry quota that an outage has used up.
fn client(connection: &Connection, region: String, endpoint: &str) -> Client {
    let connector = connection.connector.clone();
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .endpoint_url(endpoint)
        .credentials_provider(connection.credentials.clone())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The region in the host of a queue URL: `sqs.<region>.amazonaws.com` and its relatives (FIPS, dual
/// stack, VPC endpoints, other partitions), or the legacy `<region>.queue.amazonaws.com`.
#[must_use]
pub fn region_of(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let aws = host.contains(".amazonaws.com") || host.ends_with(".api.aws");
    let at = |place: usize| labels.get(place).filter(|_| aws).map(|label| (*label).to_owned());
    if let Some(place) = labels.iter().position(|label| matches!(*label, "sqs" | "sqs-fips")) {
        return at(place + 1);
    }
    match labels.iter().position(|label| *label == "queue") {
        Some(0) if aws => Some("us-east-1".to_owned()),
        Some(place) if place > 0 => at(place - 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Kind;

    fn message(bytes: usize) -> Message {
        Message {
            id: "acme-1".to_owned(),
            group: "g".to_owned(),
            tenant: "t".to_owned(),
            traceparent: None,
            body: "x".repeat(bytes),
            provider: "acme",
            kind: Kind::Unknown,
            event_type: "com.acme.unknown".to_owned(),
            reason: None,
            trace: None,
        }
    }

    #[test]
    fn a_batch_has_at_most_ten_messages_and_a_mebibyte() {
        let lengths = |messages: Vec<Message>| batches(&messages).map(<[Message]>::len).collect::<Vec<_>>();
        assert_eq!(lengths(vec![message(10); 25]), [10, 10, 5]);
        assert_eq!(lengths(vec![message(500_000); 5]), [2, 2, 1]);
        assert_eq!(lengths(vec![message(10), message(1_040_000), message(10_000)]), [2, 1]);
        assert_eq!(lengths(vec![]), [0; 0]);
    }

    #[test]
    fn the_region_is_read_from_the_queue_url() {
        for (host, region) in [
            ("sqs.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("sqs.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("sqs-fips.us-gov-west-1.amazonaws.com", Some("us-gov-west-1")),
            ("sqs.us-east-2.api.aws", Some("us-east-2")),
            ("vpce-1-2.sqs.ap-south-1.vpce.amazonaws.com", Some("ap-south-1")),
            ("eu-central-1.queue.amazonaws.com", Some("eu-central-1")),
            ("queue.amazonaws.com", Some("us-east-1")),
            ("127.0.0.1", None),
            ("localhost", None),
            ("sqs.example.org", None),
        ] {
            assert_eq!(region_of(host).as_deref(), region, "{host}");
        }
    }
}
