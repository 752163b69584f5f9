//! Kept-alive HTTP/1.1 connections to one endpoint.
//!
//! hyper-util's pooled client cannot open a connection without a request, and uses more CPU time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use lambda_http::http::{Request, Response, Uri};
use lambda_http::{Error, Service};
use rustls::{CertificateError, ClientConfig};
use tokio::time::timeout;

use super::Unanswered;
use crate::error_chain::find;

/// The time limit for connecting, including the name lookup and the TLS handshake. TCP and TLS to an endpoint in another
/// region take only a few round trips.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(700);

/// The maximum time that a connection stays unused. After a longer pause, such as while Lambda has frozen the function, it may
/// be dead without notice, and a request over it would time out.
const MAX_IDLE: Duration = Duration::from_secs(90);

/// The maximum length of a response body in bytes: more than the largest secret in JSON, and much less than a function's memory.
const MAX_BODY: usize = 1024 * 1024;

type Sender = SendRequest<Full<Bytes>>;

/// Opens TCP and TLS connections.
#[derive(Clone)]
pub(super) struct Connector(HttpsConnector<HttpConnector>);

impl Connector {
    pub(super) fn new(tls: ClientConfig) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self(HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp))
    }

    async fn connect(&self, origin: &Uri) -> Result<Sender, Error> {
        let stream = timeout(CONNECT_TIMEOUT, self.0.clone().call(origin.clone())).await??;
        let (mut sender, connection) = http1::handshake(stream).await?;
        // The task ends when the sender is dropped. Its errors are ignored, because the requests return them.
        tokio::spawn(connection);
        sender.ready().await?;
        Ok(sender)
    }
}

/// The connections to one endpoint.
pub(super) struct Pool {
    connector: Connector,
    origin: Uri,
    /// The unused connections, each with the time of its last use, in the order of that time. It is wall-clock time, because the
    /// monotonic clock may stop while Lambda freezes the process.
    idle: Mutex<Vec<(Sender, SystemTime)>>,
}

impl Pool {
    /// Returns a pool without connections to the scheme, host and port of a URL.
    pub(super) fn new(connector: &Connector, origin: Uri) -> Self {
        Self { connector: connector.clone(), origin, idle: Mutex::default() }
    }

    /// Opens a connection for a later request. Errors are ignored, because that request then connects itself.
    pub(super) async fn warm(&self) {
        if let Ok(sender) = self.connector.connect(&self.origin).await {
            self.keep(sender);
        }
    }

    /// Sends a request, whose URI is a path, and returns the complete response. Dropping the future closes the connection.
    pub(super) async fn call(&self, mut request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Unanswered> {
        if let Some(mut sender) = self.take(SystemTime::now()) {
            let mut suspicion = Suspicion(Some(self));
            match sender.try_send_request(request).await {
                Ok(answer) => {
                    suspicion.0 = None;
                    return self.finish(sender, answer).await;
                }
                Err(mut error) => match error.take_message() {
                    // hyper has not written any of it, so it can be sent over another connection.
                    Some(unsent) => request = unsent,
                    None => return Err(cause_of(error.error())),
                },
            }
        }
        let mut sender = self.connector.connect(&self.origin).await.map_err(|error| cause_of(error.as_ref()))?;
        let answer = sender.send_request(request).await.map_err(|error| cause_of(&error))?;
        self.finish(sender, answer).await
    }

    async fn finish(&self, sender: Sender, answer: Response<hyper::body::Incoming>) -> Result<Response<Bytes>, Unanswered> {
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|_| Unanswered::Incomplete)?.to_bytes();
        // After a server error, the next attempt opens a new connection, perhaps to a healthy host.
        if !head.status.is_server_error() {
            self.keep(sender);
        }
        Ok(Response::from_parts(head, body))
    }

    fn keep(&self, sender: Sender) {
        self.idle().push((sender, SystemTime::now()));
    }

    /// Takes the most recently used connection that can send a request now. A connection cannot if it is closed, or if the
    /// response to its last request arrived before the request was completely sent. If a connection is too old, it and all older
    /// ones are closed.
    fn take(&self, now: SystemTime) -> Option<Sender> {
        let mut idle = self.idle();
        while let Some((sender, since)) = idle.pop() {
            if !now.duration_since(since).is_ok_and(|age| age < MAX_IDLE) {
                idle.clear();
            } else if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Sender, SystemTime)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While a request over a kept connection has no response, the other kept connections may be lost, too. Dropping this value
/// while it holds a pool closes them, because each lost connection would cost a call.
struct Suspicion<'p>(Option<&'p Pool>);

impl Drop for Suspicion<'_> {
    fn drop(&mut self) {
        if let Some(pool) = self.0 {
            pool.idle().clear();
        }
    }
}

/// Returns the cause of an error before a response: `unknown_issuer` or `certificate` if it is the server certificate, otherwise
/// `connection`.
fn cause_of(error: &(dyn std::error::Error + 'static)) -> Unanswered {
    Unanswered::Connection(match find(error) {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => "unknown_issuer",
        Some(rustls::Error::InvalidCertificate(_)) => "certificate",
        _ => "connection",
    })
}

#[cfg(test)]
mod tests;
