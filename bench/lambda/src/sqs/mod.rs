//! An SQS endpoint over TLS that accepts every message and stores none. All variants send to it.
//!
//! It speaks the AWS JSON 1.0 protocol for SendMessage, SendMessageBatch and ChangeMessageVisibilityBatch, and does not check
//! signatures.

mod answer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use testkit::wire::Connection;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use self::answer::{HIDE, answer};
use crate::certificates::{Chain, HOST};

/// The endpoint. It serves until it is dropped.
#[derive(Debug)]
pub struct SqsEndpoint {
    port: u16,
    state: Arc<State>,
    server: JoinHandle<()>,
}

/// The numbers of accepted and hidden messages, and the delay of each response.
#[derive(Debug, Default)]
struct State {
    taken: AtomicUsize,
    hidden: AtomicUsize,
    delay_us: AtomicU64,
}

impl SqsEndpoint {
    /// Listens on a free port of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(chain: &Chain) -> Result<Self> {
        let acceptor = TlsAcceptor::from(chain.server_config()?);
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port on 127.0.0.1")?;
        let port = listener.local_addr()?.port();
        let state = Arc::default();
        let server = tokio::spawn(serve(listener, acceptor, Arc::clone(&state)));
        Ok(Self { port, state, server })
    }

    /// Returns the value of `AWS_ENDPOINT_URL_SQS`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{HOST}:{}", self.port)
    }

    /// Returns the value of `QUEUE_URL`.
    #[must_use]
    pub fn queue_url(&self) -> String {
        format!("{}/123456789012/events", self.url())
    }

    /// Returns how many messages the endpoint has accepted.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.state.taken.load(Ordering::SeqCst)
    }

    /// Returns how many messages the endpoint has hidden.
    #[must_use]
    pub fn hidden(&self) -> usize {
        self.state.hidden.load(Ordering::SeqCst)
    }

    /// Sets how long after its arrival each further call gets its response.
    pub fn set_delay(&self, delay: Duration) {
        self.state.delay_us.store(delay.as_micros() as u64, Ordering::SeqCst);
    }
}

impl Drop for SqsEndpoint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let mut connection = Connection::over(stream);
            while let Ok(Some(request)) = connection.request().await {
                let (response, messages) = answer(&request);
                let count = if request.header("x-amz-target") == HIDE { &state.hidden } else { &state.taken };
                count.fetch_add(messages, Ordering::SeqCst);
                let delay = Duration::from_micros(state.delay_us.load(Ordering::SeqCst));
                if !delay.is_zero() {
                    sleep(delay).await;
                }
                if connection.answer(&response).await.is_err() {
                    return;
                }
            }
        });
        // Drop the tasks of closed connections.
        while connections.try_join_next().is_some() {}
    }
}
