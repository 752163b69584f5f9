//! Delivery of an event to a URL, signed by Standard Webhooks.
//!
//! The receiver verifies `webhook-signature` and drops duplicates by `webhook-id`, the event's id. Only
//! 2xx is success: a redirect is not followed, because the signed body would go where the operator did not send it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use lambda_http::http::{Request, Uri};
use rustls::{ClientConfig, RootCertStore};
use shared::queue::CONTENT_TYPE;
use shared::settings::{DELIVERY_SECRET, DELIVERY_URL, SettingError, Settings};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::handle::Error;

const LONGEST_DRAIN: Duration = Duration::from_millis(200);
const LONGEST_DRAINED_BODY: usize = 65_536;

const USER_AGENT: &str = concat!("chathooks/", env!("CARGO_PKG_VERSION"));

/// Where events go, and what signs them.
pub struct Delivery {
    url: Uri,
    /// Newest first; each of them signs, so that a receiver can rotate without a gap.
    signers: Vec<Webhook>,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Delivery {
    /// Returns the delivery that the settings ask for; none where `DELIVERY_URL` is not set.
    ///
    /// # Errors
    /// Only one of the two settings is there, or one is wrong.
    pub fn from_settings(settings: &Settings<'_>) -> Result<Option<Self>, SettingError> {
        let (url, secrets) = match (settings.optional(DELIVERY_URL), settings.optional(DELIVERY_SECRET)) {
            (None, None) => return Ok(None),
            (Some(url), Some(secrets)) => (url, secrets),
            (Some(_), None) => {
                let problem =
                    format!("is not set, and {DELIVERY_URL} is; it must be one or more whsec_… secrets, separated by spaces, newest first");
                return Err(SettingError::new(DELIVERY_SECRET, problem));
            }
            (None, Some(_)) => {
                return Err(SettingError::new(
                    DELIVERY_URL,
                    format!("is not set, and {DELIVERY_SECRET} is; it must be the URL that events go to"),
                ));
            }
        };
        let url: Uri =
            url.parse().ok().filter(is_absolute).ok_or_else(|| SettingError::new(DELIVERY_URL, "must be an http or https URL"))?;
        if has_credentials(&url) {
            let problem = "must not contain a user or a password: none is sent; the signature proves who delivers";
            return Err(SettingError::new(DELIVERY_URL, problem));
        }
        let signers: Vec<Webhook> = secrets.split_ascii_whitespace().map(signer).collect::<Option<_>>().unwrap_or_default();
        if signers.is_empty() {
            let problem =
                "must be one or more secrets, separated by spaces, newest first: whsec_ and base64 each (openssl rand -base64 32)";
            return Err(SettingError::new(DELIVERY_SECRET, problem));
        }
        let connector = HttpsConnectorBuilder::new();
        let connector = match url.scheme_str() {
            // Plain HTTP works on a machine without root certificates too.
            Some("http") => {
                connector.with_tls_config(ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth())
            }
            _ => connector
                .with_native_roots()
                .map_err(|_| SettingError::new(DELIVERY_URL, "cannot be reached: this machine has no CA certificates"))?,
        };
        let connector = connector.https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Ok(Some(Self { url, signers, client }))
    }

    /// Delivers one event, with the trace that it belongs to. The caller bounds its time.
    ///
    /// # Errors
    /// There was no answer, or it was not 2xx.
    pub async fn post(&self, id: &str, json: &str, traceparent: Option<&str>) -> Result<(), Error> {
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let timestamp = i64::try_from(timestamp).unwrap_or(i64::MAX);
        let sign = |signer: &Webhook| signer.sign(id, timestamp, json.as_bytes());
        let signatures: Vec<String> = self.signers.iter().map(sign).collect::<Result<_, _>>().map_err(|_| unsendable())?;
        let mut request = Request::post(&self.url)
            .header("content-type", CONTENT_TYPE)
            .header("user-agent", USER_AGENT)
            .header(HEADER_WEBHOOK_ID, id)
            .header(HEADER_WEBHOOK_TIMESTAMP, timestamp)
            .header(HEADER_WEBHOOK_SIGNATURE, signatures.join(" "));
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        let request = request.body(Full::from(json.to_owned())).map_err(|_| unsendable())?;
        let answer = self.client.request(request).await.map_err(|error| {
            Error(if error.is_connect() { "no connection to the receiver" } else { "the receiver closed the connection" }.to_owned())
        })?;
        let status = answer.status();
        drain(answer.into_body()).await;
        if status.is_success() { Ok(()) } else { Err(Error(format!("the receiver answered {}", status.as_u16()))) }
    }
}

/// Reads a body to its end, because only a drained connection is used again. The status is all that counts, so a body that
/// is long or slow only costs its connection.
async fn drain(mut body: Incoming) {
    let short = async {
        let mut bytes = 0;
        while let Some(Ok(frame)) = body.frame().await {
            bytes += frame.data_ref().map_or(0, Bytes::len);
            if bytes > LONGEST_DRAINED_BODY {
                break;
            }
        }
    };
    let _ = timeout(LONGEST_DRAIN, short).await;
    // The client puts the connection back in a task of its own, and the next delivery looks for it at once.
    yield_now().await;
}

fn unsendable() -> Error {
    Error("the event's id cannot stand in a header".to_owned())
}

fn is_absolute(url: &Uri) -> bool {
    matches!(url.scheme_str(), Some("http" | "https")) && url.authority().is_some()
}

/// Whether a user or a password stands before the host.
fn has_credentials(url: &Uri) -> bool {
    url.authority().is_some_and(|authority| authority.as_str().contains('@'))
}

/// Returns the signer for `whsec_` and the base64 of a secret, which must not be empty.
fn signer(secret: &str) -> Option<Webhook> {
    let encoded = secret.strip_prefix("whsec_").filter(|encoded| !encoded.is_empty())?;
    Webhook::new(encoded).ok()
}
