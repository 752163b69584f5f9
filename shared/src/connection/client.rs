//! The HTTP connector of the SDK, based on hyper.
//!
//! It replaces aws-smithy-http-client, which accepts only PEM certificates and parses them at each startup. That crate also
//! includes HTTP/2, which SQS and Secrets Manager do not support.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{HttpConnector as Tcp, capture_connection};
use hyper_util::rt::TokioExecutor;
use lambda_http::Service;
use lambda_http::http::Uri;
use rustls::{CertificateError, ClientConfig};
use tokio::time::timeout;

use crate::error_chain::find;

/// The time limit for connecting. TCP and TLS to an endpoint in another region take only a few round trips.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(700);

/// An HTTP client with a connection pool.
#[derive(Clone, Debug)]
pub(super) struct Hyper(Client<Connect, SdkBody>);

impl Hyper {
    pub(super) fn new(tls: ClientConfig) -> Self {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
        Self(Client::builder(TokioExecutor::new()).build(Connect(https)))
    }
}

impl HttpConnector for Hyper {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = capture_connection(&mut request);
        let answering = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answering.await.map_err(|error| ConnectorError::io(error.into()))?;
            // Make the next attempt open a new connection, perhaps to a healthy host.
            if answer.status().is_server_error()
                && let Some(connected) = connection.connection_metadata().as_ref()
            {
                connected.poison();
            }
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x)).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Returns the code for a request without a response: `unknown_issuer` or `certificate` if the server certificate is the
/// cause, otherwise `connection`.
pub(crate) fn code(error: &ConnectorError) -> &'static str {
    match find(error) {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => "unknown_issuer",
        Some(rustls::Error::InvalidCertificate(_)) => "certificate",
        _ => "connection",
    }
}

/// Connects within [`CONNECT_TIMEOUT`], including the name lookup and the TLS handshake.
#[derive(Clone, Debug)]
struct Connect(HttpsConnector<Tcp>);

impl Service<Uri> for Connect {
    type Response = <HttpsConnector<Tcp> as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let connecting = self.0.call(url);
        Box::pin(async move { timeout(CONNECT_TIMEOUT, connecting).await? })
    }
}
