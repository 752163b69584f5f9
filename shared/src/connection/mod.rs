//! The HTTPS connector and the credentials that all AWS requests of a function share.
//!
//! TLS is rustls with ring, because aws-lc spends 30 ms of CPU on entropy in every new process. aws-config is not used,
//! because Lambda provides the credentials and the region in the environment.

mod client;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::BodyExt;
use tokio::time::timeout;

use self::client::Hyper;
pub(crate) use self::client::code;
use crate::settings::{AWS_ACCESS_KEY_ID, AWS_CA_BUNDLE, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, SettingError, Settings};
use crate::tls::{self, SystemTrusted};

/// The maximum time that startup waits for the first connections.
const WARM_TIMEOUT: Duration = Duration::from_secs(1);

/// The connector and the credentials of a function.
#[derive(Clone)]
pub struct Connection {
    pub(crate) connector: SharedHttpConnector,
    pub(crate) credentials: Credentials,
}

impl Connection {
    /// Reads the credentials, and the certificates if a setting names any. Does not connect yet.
    ///
    /// `report` is called at most once, when the system certificates are read.
    ///
    /// # Errors
    /// The credentials are missing, or the certificates cannot be read.
    pub fn open(settings: &Settings<'_>, report: impl Fn(SystemTrusted) + Send + Sync + 'static) -> Result<Self, SettingError> {
        let own = "that of your AWS credentials (set by Lambda; elsewhere, use `aws configure export-credentials --format env`)";
        let credentials = Credentials::new(
            settings.required(AWS_ACCESS_KEY_ID, own)?,
            settings.required(AWS_SECRET_ACCESS_KEY, own)?,
            settings.optional(AWS_SESSION_TOKEN),
            None,
            "environment",
        );
        let tls = tls::config(settings, Some(AWS_CA_BUNDLE), report)?;
        Ok(Self { connector: SharedHttpConnector::new(Hyper::new(tls)), credentials })
    }

    /// Opens a connection to each endpoint with an unsigned GET, and ignores the response.
    ///
    /// This saves the first delivery the name lookup and the TLS handshake. Whether SQS keeps the connection open after such a
    /// request is unproven. If it does not, nothing is lost.
    pub(crate) async fn warm<'e>(&self, endpoints: impl Iterator<Item = &'e str>) {
        let requests = endpoints.filter_map(|endpoint| HttpRequest::get(endpoint).ok());
        let answers = requests.map(|request| async {
            if let Ok(answer) = self.connector.call(request).await {
                // Only a drained connection returns to the pool.
                body_of(answer.into_body()).await;
            }
        });
        let _ = timeout(WARM_TIMEOUT, join_all(answers)).await;
    }
}

/// Reads a body to its end. Returns `None` if it is incomplete.
pub(crate) async fn body_of(body: SdkBody) -> Option<Bytes> {
    Some(body.collect().await.ok()?.to_bytes())
}
