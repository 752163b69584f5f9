//! The one HTTPS connector that all queues of a function share, and the credentials they sign with.
//!
//! TLS is rustls with ring: aws-lc gathers entropy for 30 ms of CPU in every new process. No aws-config:
//! Lambda gives credentials and region in the environment.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_sqs::config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use futures_util::future::join_all;
use tokio::time::timeout;

use crate::settings::{AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, SettingError, Settings};

/// TCP and TLS to an endpoint in another region take a few round trips, no more.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(700);
/// How long a start may wait for its first connections.
const WARM_TIMEOUT: Duration = Duration::from_secs(1);

/// A connector and the credentials of this function.
pub(super) struct Connection {
    connector: SharedHttpConnector,
    credentials: Credentials,
}

impl Connection {
    pub(super) fn open(settings: &Settings<'_>) -> Result<Self, SettingError> {
        let own = "of your AWS credentials (Lambda sets them; elsewhere: aws configure export-credentials --format env)";
        let credentials = Credentials::new(
            settings.required(AWS_ACCESS_KEY_ID, own)?,
            settings.required(AWS_SECRET_ACCESS_KEY, own)?,
            settings.optional(AWS_SESSION_TOKEN),
            None,
            "environment",
        );
        let connector = Connector::builder()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build())
            .build();
        Ok(Self { connector: SharedHttpConnector::new(connector), credentials })
    }

    /// A client that signs for a region and sends to an endpoint.
    ///
    /// Its own retries are off: [`super::queue::SqsQueue`] sends again, knows which messages of a batch
    /// are in, and is not stopped by a retry quota that an outage has used up.
    pub(super) fn client(&self, region: String, endpoint: &str) -> aws_sdk_sqs::Client {
        let connector = self.connector.clone();
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .endpoint_url(endpoint)
            .credentials_provider(self.credentials.clone())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }

    /// Opens a connection to each endpoint by an unsigned GET whose answer does not matter.
    ///
    /// It saves the first delivery the name look-up and the TLS handshake. Whether SQS itself keeps a
    /// connection open after such a request is unproven; where it does not, nothing is lost.
    pub(super) async fn warm<'e>(&self, endpoints: impl Iterator<Item = &'e str>) {
        let requests = endpoints.filter_map(|endpoint| HttpRequest::get(endpoint).ok());
        let answers = requests.map(|request| async {
            if let Ok(mut answer) = self.connector.call(request).await {
                // Only a drained connection goes back into the pool.
                while std::future::poll_fn(|context| http_body::Body::poll_frame(std::pin::Pin::new(answer.body_mut()), context))
                    .await
                    .is_some_and(|frame| frame.is_ok())
                {}
            }
        });
        let _ = timeout(WARM_TIMEOUT, join_all(answers)).await;
    }
}
