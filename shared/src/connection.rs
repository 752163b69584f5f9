//! The one HTTPS connector that a function's AWS requests share, and the credentials they are signed with.
//!
//! TLS is rustls with ring: aws-lc gathers entropy for 30 ms of CPU in every new process. No aws-config:
//! Lambda gives credentials and region in the environment.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::settings::{AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, SettingError, Settings};

/// TCP and TLS to an endpoint in another region take a few round trips, no more.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(700);
/// How long a start may wait for its first connections.
const WARM_TIMEOUT: Duration = Duration::from_secs(1);

/// A connector and the credentials of this function.
#[derive(Clone)]
pub struct Connection {
    pub(crate) connector: SharedHttpConnector,
    pub(crate) credentials: Credentials,
}

impl Connection {
    /// Reads the credentials. Nothing is connected yet.
    ///
    /// # Errors
    /// They are missing.
    pub fn open(settings: &Settings<'_>) -> Result<Self, SettingError> {
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

    /// Opens a connection to each endpoint by an unsigned GET whose answer does not matter.
    ///
    /// It saves the first delivery the name look-up and the TLS handshake. Whether SQS itself keeps a
    /// connection open after such a request is unproven; where it does not, nothing is lost.
    pub(crate) async fn warm<'e>(&self, endpoints: impl Iterator<Item = &'e str>) {
        let requests = endpoints.filter_map(|endpoint| HttpRequest::get(endpoint).ok());
        let answers = requests.map(|request| async {
            if let Ok(answer) = self.connector.call(request).await {
                // Only a drained connection goes back into the pool.
                body_of(answer.into_body()).await;
            }
        });
        let _ = timeout(WARM_TIMEOUT, join_all(answers)).await;
    }
}

/// Reads a body to its end; none where it breaks off.
pub(crate) async fn body_of(body: SdkBody) -> Option<Bytes> {
    Some(body.collect().await.ok()?.to_bytes())
}
