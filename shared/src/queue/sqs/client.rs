//! The SDK's client, without what the sending of a request does itself.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Region, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_runtime_api::client::http::http_client_fn;

use crate::connection::Connection;

/// Returns a client that signs for a region and sends to an endpoint.
///
/// Its own retries and timers are off: ours end what hangs, know which messages of a batch are in, and are not stopped by
/// a retry quota that an outage has used up.
pub(super) fn new(connection: &Connection, region: String, endpoint: &str) -> Client {
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
