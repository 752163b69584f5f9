//! The SDK client, without the features that the caller implements: retries and time limits.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Region, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_runtime_api::client::http::http_client_fn;

use super::SqsQueue;
use super::location::{Location, Target};
use crate::connection::Connection;

/// The SDK clients of a function: one per region and endpoint, because creating a client takes about a millisecond.
pub struct Clients {
    connection: Connection,
    created: Vec<(Target, Client)>,
}

impl Clients {
    /// Returns an empty set of clients.
    #[must_use]
    pub fn new(connection: &Connection) -> Self {
        Self { connection: connection.clone(), created: Vec::new() }
    }

    /// Returns the queue at a location, without connecting to it.
    pub(super) fn queue(&mut self, Location { url, target }: Location) -> SqsQueue {
        let client = match self.created.iter().find(|(known, _)| *known == target) {
            Some((_, client)) => client.clone(),
            None => {
                let client = new(&self.connection, target.region.clone(), &target.endpoint);
                self.created.push((target, client.clone()));
                client
            }
        };
        SqsQueue { is_fifo: url.ends_with(".fifo"), url, client }
    }
}

/// Returns a client that signs for a region and sends to an endpoint.
///
/// Its retries and timeouts are disabled. Those of this crate cancel hanging calls, retry only the unacknowledged messages of
/// a batch, and are not limited by a retry quota, which an outage would use up.
fn new(connection: &Connection, region: String, endpoint: &str) -> Client {
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
