//! Delivery of an event to a URL, signed according to Standard Webhooks.
//!
//! The receiver verifies `webhook-signature` and drops duplicates by `webhook-id`, which is the event id. Only 2xx is success.
//! Redirects are not followed, because they would send the event to a host that the operator did not choose.
//!
//! ```text
//! signers    DELIVERY_SECRET -> the signing secrets
//! connector  the HTTP client, and the phase of a delivery
//! cause      no response -> the reason
//! answer     a response -> success, retry or refusal
//! observed   a response -> what the inspector shows
//! ```

mod answer;
mod cause;
mod connector;
mod observed;
mod signers;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::connect::capture_connection;
use lambda_http::http::{Request, Uri};
use rustls::ClientConfig;
use shared::connection::Connection;
use shared::queue::CONTENT_TYPE;
use shared::secrets::{RefreshFailure, Renewed};
use shared::settings::{DELIVERY_SECRET, DELIVERY_URL, SettingError, Settings};
use shared::{USER_AGENT, tls};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};
use tokio::time::{Instant, timeout_at};

use self::connector::{HttpClient, Phase, phase, tracked};
pub use self::observed::{Answer, KEPT_BODY, observed};
use self::signers::Signers;
use crate::error::Error;
use crate::reason::Reason;

/// A delivery times out this long before its caller's time limit, so its error can name the phase.
const MARGIN: Duration = Duration::from_millis(20);

/// The receiver's URL, and the secrets that sign deliveries to it.
pub struct Delivery {
    url: Uri,
    signers: Renewed<Signers>,
    client: HttpClient,
}

impl Delivery {
    /// Returns the delivery that the settings describe, or `None` if `DELIVERY_URL` is not set.
    ///
    /// # Errors
    /// Only one of URL and secret is set, one of them is invalid, or the secret would have to be read from Secrets Manager.
    pub fn from_settings(settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        Self::new(Signers::of_setting(settings)?, settings, None)
    }

    /// Like [`from_settings`](Self::from_settings), but with this TLS configuration instead of the one that the settings
    /// describe.
    ///
    /// # Errors
    /// Those of [`from_settings`](Self::from_settings).
    pub fn with_tls(settings: &Settings<'_>, tls: ClientConfig) -> Result<Option<Self>, SettingError> {
        Self::new(Signers::of_setting(settings)?, settings, Some(tls))
    }

    /// Returns the delivery that the settings describe, or `None` if `DELIVERY_URL` is not set. The secret can be in Secrets
    /// Manager.
    ///
    /// # Errors
    /// Only one of URL and secret is set, one of them is invalid, or the secret cannot be read.
    pub async fn open(connection: &Connection, settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        Self::new(Signers::open(connection, settings).await?, settings, None)
    }

    /// If `tls` is `None`, the settings describe it.
    fn new(signers: Option<Renewed<Signers>>, settings: &Settings<'_>, tls: Option<ClientConfig>) -> Result<Option<Self>, SettingError> {
        let (url, signers) = match (settings.optional(DELIVERY_URL), signers) {
            (None, None) => return Ok(None),
            (Some(url), Some(signers)) => (url, signers),
            (Some(_), None) => {
                let problem =
                    format!("is not set, but {DELIVERY_URL} is; it must be one or more whsec_… secrets, separated by spaces, newest first");
                return Err(SettingError::new(DELIVERY_SECRET, problem));
            }
            (None, Some(_)) => {
                return Err(SettingError::new(DELIVERY_URL, "is not set, but its secret is; it must be the URL to post events to"));
            }
        };
        let shape = || SettingError::new(DELIVERY_URL, "must be an http or https URL with a host");
        let url: Uri = url.parse().map_err(|_| shape())?;
        if has_credentials(&url) {
            let problem = "must not contain a user or a password: they are not sent, because the signature identifies the worker";
            return Err(SettingError::new(DELIVERY_URL, problem));
        }
        if !is_complete(&url) {
            return Err(shape());
        }
        let tls = match tls {
            Some(tls) => tls,
            // No callback is needed: the log line of a failed attempt reports an unknown issuer.
            None => tls::config(settings, None, |_| ())?,
        };
        Ok(Some(Self { url, signers, client: connector::client(tls) }))
    }

    /// Refreshes the secret if it is older than its time-to-live, and returns the failures.
    pub(crate) async fn refresh(&self, limit: Duration) -> Vec<RefreshFailure> {
        self.signers.fresh(limit).await.failures
    }

    /// Posts one event, with its trace, within the time limit.
    ///
    /// # Errors
    /// There was no response, or it was not 2xx.
    pub async fn post(&self, id: &str, json: &str, traceparent: Option<&str>, time_limit: Duration) -> Result<(), Error> {
        let request = self.request(id, json, traceparent).ok_or_else(unsendable)?;
        tracked(self.send(request, Instant::now() + time_limit.saturating_sub(MARGIN))).await
    }

    fn request(&self, id: &str, json: &str, traceparent: Option<&str>) -> Option<Request<Full<Bytes>>> {
        let (timestamp, signatures) = self.signers.current().first()?.sign(id, json)?;
        let mut request = Request::post(&self.url)
            .header("content-type", CONTENT_TYPE)
            .header("user-agent", USER_AGENT)
            .header(HEADER_WEBHOOK_ID, id)
            .header(HEADER_WEBHOOK_TIMESTAMP, timestamp)
            .header(HEADER_WEBHOOK_SIGNATURE, signatures);
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        request.body(Full::from(json.to_owned())).ok()
    }

    async fn send(&self, mut request: Request<Full<Bytes>>, end: Instant) -> Result<(), Error> {
        let connection = capture_connection(&mut request);
        let answer = match timeout_at(end, self.client.request(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(cause::of(&error, phase())),
            // The pool can have assigned a connection that another delivery opened, before this delivery's own was ready.
            Err(_) if connection.connection_metadata().is_some() => return Err(cause::timeout(Phase::Response)),
            Err(_) => return Err(cause::timeout(phase())),
        };
        let (head, body) = answer.into_parts();
        observed::drain(&head, body, end).await;
        answer::meaning(head.status, &head.headers, SystemTime::now())
    }
}

fn unsendable() -> Error {
    Error::because(Reason::Invalid, "the event id is not valid in a header")
}

/// Whether the URL, which has no credentials, has a scheme, a host, and either no port or a valid one. `Uri` accepts any text
/// as a port; the default port would then be used.
fn is_complete(url: &Uri) -> bool {
    let Some(authority) = url.authority().filter(|_| matches!(url.scheme_str(), Some("http" | "https"))) else { return false };
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0);
    let port = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
    !authority.host().is_empty() && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Whether the URL has a user or a password.
fn has_credentials(url: &Uri) -> bool {
    url.authority().is_some_and(|authority| authority.as_str().contains('@'))
}
