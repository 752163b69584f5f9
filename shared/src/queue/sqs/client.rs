//! The SDK's client, without what the sending of a request does itself.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Region, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_runtime_api::client::http::http_client_fn;

use super::SqsQueue;
use super::location::{Location, Place};
use crate::connection::Connection;

/// The clients of a function's queues: one for each place, because a client takes about a millisecond to make.
pub struct Clients {
    connection: Connection,
    made: Vec<(Place, Client)>,
}

impl Clients {
    /// Returns no clients yet.
    #[must_use]
    pub fn new(connection: &Connection) -> Self {
        Self { connection: connection.clone(), made: Vec::new() }
    }

    /// Returns the queue at a location. Nothing is connected yet.
    pub(super) fn queue(&mut self, Location { url, place }: Location) -> SqsQueue {
        let client = match self.made.iter().find(|(known, _)| *known == place) {
            Some((_, client)) => client.clone(),
            None => {
                let client = new(&self.connection, place.region.clone(), &place.endpoint);
                self.made.push((place, client.clone()));
                client
            }
        };
        SqsQueue { is_fifo: url.ends_with(".fifo"), url, client }
    }
}

/// Returns a client that signs for a region and sends to an endpoint.
///
/// Its own retries and timers are off: ours end what hangs, know which messages of a batch are in, and are not stopped by
/// a retry quota that an outage has used up.
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
