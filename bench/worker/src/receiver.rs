//! A fast receiver: it stores the bytes of each delivery and returns 200 or 503 immediately. [`check`] examines the deliveries
//! after the measurement.

use std::collections::HashMap;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use testkit::standard_webhooks::{signature, signatures};
use testkit::wire::{Connection, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::load::{Case, Event};

/// The worker's secret, from Standard Webhooks' own example.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const HEAD_END: &[u8] = b"\r\n\r\n";
const TAKEN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const DOWN: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
/// The largest age of a delivery that Standard Webhooks allows.
const TOLERANCE: Duration = Duration::from_secs(300);

/// The receiver. It serves until it is dropped.
#[derive(Debug)]
pub struct Receiver {
    port: u16,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    deliveries: Mutex<Vec<Vec<u8>>>,
    connections: AtomicUsize,
    is_down: AtomicBool,
}

impl Receiver {
    /// Listens on a free port of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port on 127.0.0.1")?;
        let port = listener.local_addr()?.port();
        let shared = Arc::<Shared>::default();
        let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(Self { port, shared, server })
    }

    /// Returns the value of `DELIVERY_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/events", self.port)
    }

    /// Sets whether each further delivery gets a 503, or a 200.
    pub fn set_down(&self, is_down: bool) {
        self.shared.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Removes and returns the deliveries since the last call, and the number of connections opened since then.
    pub fn take(&self) -> (Vec<Vec<u8>>, usize) {
        let deliveries = mem::take(&mut *self.shared.deliveries.lock().unwrap_or_else(PoisonError::into_inner));
        (deliveries, self.shared.connections.swap(0, Ordering::SeqCst))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Checks that each event was delivered once, byte for byte and signed, and on FIFO in order.
///
/// # Errors
/// The first delivery that violates this, and why.
pub async fn check(case: Case, events: &[Event], deliveries: &[Vec<u8>]) -> Result<()> {
    ensure!(deliveries.len() == events.len(), "{} deliveries of {} events", deliveries.len(), events.len());
    let mut indexes: HashMap<_, _> = events.iter().enumerate().map(|(index, event)| (event.id.as_str(), index)).collect();
    for (number, delivery) in deliveries.iter().enumerate() {
        let mut connection = Connection::over(tokio::io::join(delivery.as_slice(), tokio::io::sink()));
        let request = connection.request().await?.context("a request")?;
        let id = request.header("webhook-id");
        let index = indexes.remove(id).with_context(|| format!("{id} was not sent, or was delivered twice"))?;
        ensure!(case != Case::Fifo || index == number, "{id} was delivered out of order");
        ensure!(request.body == events[index].body.as_bytes(), "{id} was delivered with another body");
        let is_event = request.method == "POST" && request.header("content-type") == "application/cloudevents+json";
        ensure!(is_event, "{id} was delivered as {request:?}");
        ensure!(is_signed(&request), "{id} was delivered without a valid signature");
    }
    Ok(())
}

fn is_signed(request: &Request) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = request.header("webhook-timestamp").parse().ok().map(Duration::from_secs);
    at.is_some_and(|at| now.abs_diff(at) <= TOLERANCE) && signatures(request).contains(&signature(SECRET, request).as_str())
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(&shared);
        connections.spawn(async move { shared.attend(stream).await });
        // Drop the tasks of closed connections.
        while connections.try_join_next().is_some() {}
    }
}

impl Shared {
    /// Serves one connection until it ends.
    async fn attend(&self, mut stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut bytes = Vec::with_capacity(8192);
        loop {
            let length = loop {
                match length(&bytes) {
                    Some(length) if length <= bytes.len() => break length,
                    _ if stream.read_buf(&mut bytes).await.ok()? == 0 => return None,
                    _ => {}
                }
            };
            let rest = bytes.split_off(length);
            let delivery = mem::replace(&mut bytes, rest);
            self.deliveries.lock().unwrap_or_else(PoisonError::into_inner).push(delivery);
            let answer = if self.is_down.load(Ordering::SeqCst) { DOWN } else { TAKEN };
            stream.write_all(answer).await.ok()?;
        }
    }
}

/// Returns the length of a request's head and body; `None` while its head is incomplete.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(HEAD_END.len()).position(|window| window == HEAD_END)?;
    let lines = bytes[..head].split(|byte| *byte == b'\n');
    let value = |line: &[u8]| {
        let (name, value) = str::from_utf8(line).ok()?.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    };
    Some(head + HEAD_END.len() + lines.into_iter().find_map(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Load;

    fn delivery(event: &Event) -> Vec<u8> {
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
        let headers = [("webhook-id", event.id.as_str()), ("webhook-timestamp", &timestamp)];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let request = Request { headers, body: event.body.clone().into_bytes(), ..Request::default() };
        let (id, length, body, signature) = (&event.id, event.body.len(), &event.body, signature(SECRET, &request));
        format!(
            "POST /events HTTP/1.1\r\nContent-Type: application/cloudevents+json\r\nwebhook-id: {id}\r\nwebhook-timestamp: {timestamp}\r\n\
             webhook-signature: {signature}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    #[tokio::test]
    async fn each_event_must_be_delivered_once_signed_and_in_order() {
        let load = Load::new().unwrap();
        let events = [load.event(1), load.event(2)];
        let valid = [delivery(&events[0]), delivery(&events[1])];
        let swapped = [valid[1].clone(), valid[0].clone()];
        check(Case::Fifo, &events, &valid).await.unwrap();
        check(Case::Standard, &events, &swapped).await.unwrap();
        let error = async |case, deliveries: &[Vec<u8>]| check(case, &events, deliveries).await.unwrap_err().to_string();
        assert!(error(Case::Fifo, &swapped).await.ends_with("out of order"));
        assert_eq!(error(Case::Standard, &valid[..1]).await, "1 deliveries of 2 events");
        assert!(error(Case::Standard, &[valid[0].clone(), valid[0].clone()]).await.ends_with("or was delivered twice"));
        let changed = |from: &str, to: &str| String::from_utf8(valid[0].clone()).unwrap().replacen(from, to, 1).into_bytes();
        assert!(
            error(Case::Standard, &[changed("webhook-timestamp: 1", "webhook-timestamp: 2"), valid[1].clone()]).await.contains("signature")
        );
        assert!(error(Case::Standard, &[changed("signature: v1,", "signature: v1,a"), valid[1].clone()]).await.contains("signature"));
        assert!(error(Case::Standard, &[changed("com.kommo", "com.Kommo"), valid[1].clone()]).await.ends_with("another body"));
    }

    #[test]
    fn the_length_follows_content_length() {
        assert_eq!(length(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n"), None);
        assert_eq!(length(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"), Some(43));
        assert_eq!(length(b"GET / HTTP/1.1\r\n\r\n"), Some(18));
    }
}
