//! An SQS endpoint that misbehaves on purpose, between a function and the real server.
//!
//! It serves any AWS JSON protocol, so it stands before Secrets Manager, too: `action` is then the whole target.

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
    /// Bound and never listening: while connections are refused nobody else gets the port.
    _reserved: TcpSocket,
}

/// One SQS request, as it came.
#[derive(Debug, Clone)]
pub struct SqsRequest {
    /// `SendMessage`, `SendMessageBatch` …
    pub action: String,
    /// The input.
    pub input: Value,
    /// Which connection it came by, counted from 1: requests with one number shared it.
    pub connection: usize,
    /// What was done to it.
    pub fault: Fault,
    /// When it was complete.
    pub at: Instant,
}

impl FaultySqs {
    /// Listens on a free port of 127.0.0.1 and forwards to `upstream` (`http://host:port`, an [`Sqs`](crate::Sqs)'s endpoint).
    pub async fn start(upstream: &str) -> Self {
        let upstream = upstream.strip_prefix("http://").expect("an http:// URL");
        let shared = Arc::new(Shared {
            upstream: upstream.trim_end_matches('/').to_owned(),
            plan: Mutex::default(),
            requests: Mutex::default(),
            other_requests: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        });
        let reserved = bind(SocketAddr::from(([127, 0, 0, 1], 0)));
        let address = reserved.local_addr().expect("its address");
        let server = Mutex::new(Some(Server::spawn(listen(address), &shared)));
        Self { address, shared, server, _reserved: reserved }
    }

    /// The value of `AWS_ENDPOINT_URL_SQS`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A queue's URL at this endpoint, the value of `QUEUE_URL`.
    pub fn queue_url(&self, queue: &Queue) -> String {
        queue.url_at(&self.endpoint())
    }

    /// From now on every SQS request meets this fault. Forgets the rest of a script.
    pub fn set(&self, fault: Fault) {
        let mut plan = self.shared.plan.lock().unwrap();
        plan.steps.clear();
        plan.then = fault;
    }

    /// The next SQS requests meet these faults, one each; those after them what was [`set`](Self::set)
    /// before, or [`Fault::Pass`].
    pub fn script(&self, steps: impl IntoIterator<Item = Fault>) {
        self.shared.plan.lock().unwrap().steps = steps.into_iter().collect();
    }

    /// The SQS requests so far.
    pub fn requests(&self) -> Vec<SqsRequest> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// How many requests came that were not SQS requests, such as a pre-warming GET. They are answered 404.
    pub fn other_requests(&self) -> usize {
        self.shared.other_requests.load(Ordering::SeqCst)
    }

    /// Waits until at least `count` SQS requests came, and gives them all.
    ///
    /// # Panics
    /// After 10 s.
    pub async fn received(&self, count: usize) -> Vec<SqsRequest> {
        until(
            || format!("{count} requests, {:#?} came", self.requests()),
            PATIENCE,
            || (self.requests().len() >= count).then(|| self.requests()),
        )
        .await
    }

    /// From now on connections are refused; the open ones are closed.
    pub async fn refuse(&self) {
        let server = self.server.lock().unwrap().take();
        if let Some(server) = server {
            let _ = server.stop.send(());
            let _ = server.task.await;
        }
    }

    /// Listens again after [`refuse`](Self::refuse), at the same address.
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

/// A socket with this address, which others of this test may have, too.
fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseport(true).expect("a port that can be shared");
    socket.bind(address).expect("a free loopback port");
    socket
}

fn listen(address: SocketAddr) -> TcpListener {
    bind(address).listen(1024).expect("a listener")
}
