//! An SQS endpoint that injects faults, between a function and the real server.
//!
//! It serves any AWS JSON protocol, so it can also stand in front of Secrets Manager; `action` is then the full target.

mod server;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket};

use self::server::{Server, Shared};
use crate::until::until;
use crate::{Fault, Queue};

/// How long [`FaultySqs::received`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The endpoint. It serves until it is dropped.
#[derive(Debug)]
pub struct FaultySqs {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: Mutex<Option<Server>>,
    /// Bound but never listening, so that nobody else can take the port while connections are refused.
    _reserved: TcpSocket,
}

/// One SQS request, as received.
#[derive(Debug, Clone)]
pub struct SqsRequest {
    /// `SendMessage`, `SendMessageBatch` …
    pub action: String,
    /// The action's input.
    pub input: Value,
    /// The number of the connection, counted from 1. Requests with the same number shared a connection.
    pub connection: usize,
    /// The fault that was injected.
    pub fault: Fault,
    /// When the request was fully received.
    pub at: Instant,
}

impl FaultySqs {
    /// Listens on a free port of 127.0.0.1 and forwards to `upstream` (`http://host:port`, an [`Sqs`](crate::Sqs)
    /// endpoint).
    pub async fn start(upstream: &str) -> Self {
        let upstream = upstream.strip_prefix("http://").expect("an http:// URL");
        let shared = Arc::new(Shared {
            upstream: upstream.trim_end_matches('/').to_owned(),
            plan: Mutex::default(),
            requests: Mutex::default(),
            connections: AtomicUsize::new(0),
        });
        let reserved = bind(SocketAddr::from(([127, 0, 0, 1], 0)));
        let address = reserved.local_addr().expect("its address");
        let server = Mutex::new(Some(Server::spawn(listen(address), &shared)));
        Self { address, shared, server, _reserved: reserved }
    }

    /// Returns the value for `AWS_ENDPOINT_URL_SQS`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns a queue's URL at this endpoint, for `QUEUE_URL`.
    pub fn queue_url(&self, queue: &Queue) -> String {
        queue.url_at(&self.endpoint())
    }

    /// Injects this fault into every SQS request from now on. Discards the rest of a script.
    pub fn set(&self, fault: Fault) {
        let mut plan = self.shared.plan.lock().unwrap();
        plan.steps.clear();
        plan.then = fault;
    }

    /// Injects these faults into the next SQS requests, one each. Later requests get the fault that
    /// was [`set`](Self::set) before, or [`Fault::Pass`].
    pub fn script(&self, steps: impl IntoIterator<Item = Fault>) {
        self.shared.plan.lock().unwrap().steps = steps.into_iter().collect();
    }

    /// Returns the SQS requests so far.
    pub fn requests(&self) -> Vec<SqsRequest> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Returns how many connections have been opened, whether or not a request followed.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Waits until at least `count` SQS requests have arrived, and returns all of them.
    ///
    /// # Panics
    /// After 10 s.
    pub async fn received(&self, count: usize) -> Vec<SqsRequest> {
        until(
            || format!("{count} requests; received {:#?}", self.requests()),
            PATIENCE,
            || (self.requests().len() >= count).then(|| self.requests()),
        )
        .await
    }

    /// Closes all connections and refuses new ones from now on.
    pub async fn refuse(&self) {
        let server = self.server.lock().unwrap().take();
        if let Some(server) = server {
            let _ = server.stop.send(());
            let _ = server.task.await;
        }
    }

    /// Listens at the same address after [`refuse`](Self::refuse).
    pub async fn accept(&self) {
        self.refuse().await;
        *self.server.lock().unwrap() = Some(Server::spawn(listen(self.address), &self.shared));
    }
}

impl Drop for FaultySqs {
    fn drop(&mut self) {
        if let Ok(Some(server)) = self.server.get_mut() {
            server.task.abort();
        }
    }
}

/// Binds a socket to this address, which other sockets of this process can share.
fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseport(true).expect("a port that can be shared");
    socket.bind(address).expect("a free loopback port");
    socket
}

fn listen(address: SocketAddr) -> TcpListener {
    bind(address).listen(1024).expect("a listener")
}
