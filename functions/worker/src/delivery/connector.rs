//! The HTTP client, and the phase that a delivery's connection has reached.
//!
//! Many deliveries share the client. The phase of each is a task-local value, which works because the client connects within
//! the future of the delivery that needs the connection.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use lambda_http::Service;
use lambda_http::http::Uri;
use lambda_http::http::uri::Scheme;
use rustls::ClientConfig;

/// The maximum number of headers in a response. hyper also limits their total size, to about 400 KB.
const MAX_HEADERS: usize = 1_000;

/// How long an idle connection is kept. This is less than the 5 seconds after which Node and uvicorn close theirs: if the
/// receiver closed the connection just as it is reused, the delivery would fail.
const LONGEST_IDLE: Duration = Duration::from_secs(4);

/// The phase of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Resolving the host name.
    Lookup,
    /// Connecting by TCP.
    Connection,
    /// In the TLS handshake.
    Handshake,
    /// Connected, and waiting for the start of the response.
    Response,
}

impl Phase {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lookup => "while resolving the host name",
            Self::Connection => "while connecting",
            Self::Handshake => "during the TLS handshake",
            Self::Response => "while waiting for the response",
        }
    }
}

tokio::task_local! {
    static PHASE: Cell<Phase>;
}

/// Runs a delivery in a scope that tracks its [`phase`].
pub(super) fn tracked<F: Future>(delivery: F) -> impl Future<Output = F::Output> {
    PHASE.scope(Cell::new(Phase::Connection), delivery)
}

/// Returns the phase of the current delivery's own connection.
pub(super) fn phase() -> Phase {
    PHASE.try_with(Cell::get).unwrap_or(Phase::Response)
}

fn enter(phase: Phase) {
    // A connection that no delivery waits for anymore is completed outside the scope.
    let _ = PHASE.try_with(|current| current.set(phase));
}

pub(super) type HttpClient = Client<HttpsConnector<Tcp>, Full<Bytes>>;

/// Returns a client that trusts the servers that this configuration accepts.
pub(super) fn client(tls: ClientConfig) -> HttpClient {
    let tls = HttpsConnectorBuilder::new().with_tls_config(tls);
    let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
    tcp.enforce_http(false);
    let connector = tls.https_or_http().enable_http1().wrap_connector(Tcp(tcp));
    let mut client = Client::builder(TokioExecutor::new());
    client.pool_timer(TokioTimer::new()).pool_idle_timeout(LONGEST_IDLE).http1_max_headers(MAX_HEADERS);
    client.build(connector)
}

type Connecting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// A TCP connector that tracks the phase.
#[derive(Clone)]
pub(super) struct Tcp(HttpConnector<Resolver>);

impl Service<Uri> for Tcp {
    type Response = <HttpConnector<Resolver> as Service<Uri>>::Response;
    type Error = <HttpConnector<Resolver> as Service<Uri>>::Error;
    type Future = Connecting<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let next = if url.scheme() == Some(&Scheme::HTTPS) { Phase::Handshake } else { Phase::Response };
        let connecting = self.0.call(url);
        Box::pin(async move {
            enter(Phase::Connection);
            let connection = connecting.await?;
            enter(next);
            Ok(connection)
        })
    }
}

/// The operating system's name resolution, which tracks the phase.
#[derive(Clone)]
pub(super) struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = io::Error;
    type Future = Connecting<GaiAddrs, io::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.0.call(name);
        Box::pin(async move {
            enter(Phase::Lookup);
            let addresses = resolving.await?;
            enter(Phase::Connection);
            Ok(addresses)
        })
    }
}
