//! A receiver for the worker's deliveries: an HTTP server that records requests and replies as the test decides.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::until::until;
use crate::wire::{Connection, Request, Response};

/// How long [`Receiver::received`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The reply to one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// This status, with an empty body.
    Status(u16),
    /// This status, with a `location`.
    Redirect(u16, String),
    /// This response.
    Response(Response),
    /// 200 with a body of this many bytes.
    Body(usize),
    /// 200, once [`Receiver::release`] is called.
    Hold,
    /// Never answered; the connection stays open.
    Hang,
    /// 200 with a body that never ends.
    Trickle,
    /// The connection is reset (RST).
    Reset,
    /// The connection is closed without a response.
    Close,
    /// 200 with `keep-alive`; then the connection is closed anyway.
    CloseAfterAnswer,
}

impl Reply {
    /// Returns a reply with this status, one header, and an empty body.
    #[must_use]
    pub fn with(status: u16, name: &str, value: impl Into<String>) -> Self {
        Self::Response(Response::new(status, "text/plain", "").with(name, value))
    }
}

/// One delivery, as received.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The request.
    pub request: Request,
    /// The number of the connection, counted from 1.
    pub connection: usize,
    /// The reply.
    pub reply: Reply,
}

/// The server. It serves until it is dropped.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

type Decide = dyn Fn(&Request) -> Reply + Send + Sync;

struct Shared {
    decide: Box<Decide>,
    arrivals: Mutex<Vec<Arrival>>,
    connections: AtomicUsize,
    released: watch::Sender<bool>,
}

impl Receiver {
    /// Listens on a free port of 127.0.0.1. `decide` returns the reply to each request.
    pub async fn start(decide: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared {
            decide: Box::new(decide),
            arrivals: Mutex::default(),
            connections: AtomicUsize::new(0),
            released: watch::Sender::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let address = listener.local_addr().expect("its address");
        let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, server }
    }

    /// Returns the value for `DELIVERY_URL`.
    pub fn url(&self) -> String {
        format!("http://{}/events?from=chathooks", self.address)
    }

    /// Returns the deliveries so far.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shared.arrivals.lock().unwrap().clone()
    }

    /// Returns how many connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Waits until at least `count` deliveries have arrived, and returns all of them.
    ///
    /// # Panics
    /// If fewer have arrived after 10 s.
    pub async fn received(&self, count: usize) -> Vec<Arrival> {
        until(
            || format!("{count} deliveries; received {}", self.arrivals().len()),
            PATIENCE,
            || (self.arrivals().len() >= count).then(|| self.arrivals()),
        )
        .await
    }

    /// Answers the held requests, and holds none from now on.
    pub fn release(&self) {
        self.shared.released.send_replace(true);
    }

    /// Returns how many times each `webhook-id` was delivered.
    pub fn counts(&self) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for arrival in self.arrivals() {
            *counts.entry(arrival.id().to_owned()).or_default() += 1;
        }
        counts
    }
}

impl Arrival {
    /// Returns the event id, which is the `webhook-id` header.
    pub fn id(&self) -> &str {
        self.request.header("webhook-id")
    }

    /// Returns whether the delivery was accepted, that is, answered with 2xx.
    pub fn is_taken(&self) -> bool {
        match self.reply {
            Reply::Status(status) | Reply::Response(Response { status, .. }) => (200..300).contains(&status),
            Reply::Redirect(..) | Reply::Hang | Reply::Reset | Reply::Close => false,
            Reply::Body(_) | Reply::Hold | Reply::Trickle | Reply::CloseAfterAnswer => true,
        }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Receiver").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
        let shared = Arc::clone(&shared);
        connections.spawn(async move { shared.attend(Connection::new(stream), number).await });
    }
}

impl Shared {
    /// Serves one connection until it ends.
    async fn attend(&self, mut connection: Connection, number: usize) {
        while let Ok(Some(request)) = connection.request().await {
            let reply = (self.decide)(&request);
            self.arrivals.lock().unwrap().push(Arrival { request, connection: number, reply: reply.clone() });
            let response = match &reply {
                Reply::Hang => return connection.closed().await,
                Reply::Reset => return connection.reset(),
                Reply::Close => return,
                Reply::Trickle => return connection.trickle().await,
                Reply::Status(status) => Response::new(*status, "text/plain", ""),
                Reply::Redirect(status, to) => Response::new(*status, "text/plain", "").with("location", to),
                Reply::Response(response) => response.clone(),
                Reply::Body(length) => Response::new(200, "text/plain", vec![b'x'; *length]),
                Reply::Hold => {
                    let _ = self.released.subscribe().wait_for(|released| *released).await;
                    Response::new(200, "text/plain", "")
                }
                Reply::CloseAfterAnswer => Response::new(200, "text/plain", "").with("connection", "keep-alive"),
            };
            if connection.answer(&response).await.is_err() || reply == Reply::CloseAfterAnswer {
                return;
            }
        }
    }
}
