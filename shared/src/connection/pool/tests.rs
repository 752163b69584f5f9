mod lost;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use super::*;
use crate::settings::Settings;
use crate::tls;

const PLENTY: Duration = Duration::from_secs(20);

/// One connection as the server sees it.
struct Accepted(BufReader<TcpStream>);

impl Accepted {
    /// Returns the body of the next request, or `None` if the client has closed the connection.
    fn request(&mut self) -> Option<String> {
        let (mut length, mut line) = (0, String::new());
        while self.0.read_line(&mut line).ok()? > 0 {
            match line.trim_end().split_once(": ") {
                Some(("content-length", value)) => length = value.parse().expect("a length"),
                None if line == "\r\n" => {
                    let mut body = vec![0; length];
                    self.0.read_exact(&mut body).ok()?;
                    return String::from_utf8(body).ok();
                }
                _ => {}
            }
            line.clear();
        }
        None
    }

    fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).expect("a connection");
    }

    /// Responds to every request with its body and a status.
    fn echo(&mut self, status: u16) {
        while let Some(body) = self.request() {
            self.send(&format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
        }
    }

    /// Waits until the test ends, without reading.
    fn wait(&self) {
        loop {
            thread::park();
        }
    }

    fn close(&self) {
        self.0.get_ref().shutdown(Shutdown::Both).expect("a connection");
    }
}

/// Starts a server that handles each connection in its own thread; the function also gets the connection's number. Returns a
/// pool without connections, and a receiver that gets the number of each connection when it has ended.
fn server(handle: impl Fn(&mut Accepted, usize) + Clone + Send + 'static) -> (Pool, Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address")).parse().expect("a URL");
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let (handle, sender) = (handle.clone(), sender.clone());
            let mut accepted = Accepted(BufReader::new(stream.expect("a connection")));
            thread::spawn(move || {
                handle(&mut accepted, number);
                let _ = sender.send(number);
            });
        }
    });
    let tls = tls::config(&Settings::new(|_| None), None, |_| {}).expect("a configuration");
    (Pool::new(&Connector::new(tls), origin), ended)
}

/// Returns a counter for a test, and the same counter for its server.
fn counter() -> (Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let counter = Arc::<AtomicUsize>::default();
    (Arc::clone(&counter), counter)
}

async fn call(pool: &Pool, body: &'static str) -> Result<String, Unanswered> {
    let request = Request::post("/").header("host", "localhost").header("content-length", body.len());
    let request = request.body(Full::new(Bytes::from_static(body.as_bytes()))).expect("a request");
    let answer = timeout(PLENTY, pool.call(request)).await.expect("in time")?;
    Ok(String::from_utf8(answer.into_body().to_vec()).expect("UTF-8"))
}

fn idle(pool: &Pool) -> usize {
    pool.idle().len()
}

/// Returns the number of the next connection that ends.
async fn ended_next(ended: &Receiver<usize>) -> usize {
    let next = async {
        loop {
            match ended.try_recv() {
                Ok(number) => return number,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    timeout(PLENTY, next).await.expect("an end")
}

#[tokio::test]
async fn calls_share_a_connection() {
    let (opened, counter) = counter();
    let (pool, _ended) = server(move |connection, _| {
        counter.fetch_add(1, Ordering::SeqCst);
        connection.echo(200);
    });
    pool.warm().await;
    assert_eq!(idle(&pool), 1);
    for body in ["a", "b", ""] {
        assert_eq!(call(&pool, body).await.as_deref(), Ok(body));
        assert_eq!(idle(&pool), 1);
    }
    assert_eq!(opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn concurrent_calls_have_a_connection_each() {
    let (pool, _ended) = server(|connection, _| connection.echo(200));
    let (first, second) = tokio::join!(call(&pool, "a"), call(&pool, "b"));
    assert_eq!((first.as_deref(), second.as_deref()), (Ok("a"), Ok("b")));
    assert_eq!(idle(&pool), 2);
}

#[tokio::test]
async fn a_connection_is_closed_after_a_server_error() {
    let (pool, ended) = server(|connection, _| connection.echo(503));
    for number in 0..3 {
        assert_eq!(call(&pool, "a").await.as_deref(), Ok("a"));
        assert_eq!(idle(&pool), 0);
        assert_eq!(ended_next(&ended).await, number);
    }
}

#[tokio::test]
async fn the_end_of_a_response_is_recognized() {
    for (head, is_kept) in [
        ("content-length: 1\r\n\r\na", true),
        ("transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", true),
        ("connection: close\r\ncontent-length: 1\r\n\r\na", false),
        ("\r\na", false),
    ] {
        let (pool, _ended) = server(move |connection, number| match number {
            0 => {
                connection.request();
                connection.send(&format!("HTTP/1.1 200 OK\r\n{head}"));
                if is_kept { connection.echo(200) } else { connection.close() }
            }
            _ => connection.echo(200),
        });
        assert_eq!(call(&pool, "x").await.as_deref(), Ok("a"), "{head:?}");
        assert_eq!(call(&pool, "b").await.as_deref(), Ok("b"), "{head:?}");
    }
}

#[tokio::test]
async fn a_response_that_ends_early_is_incomplete() {
    let (pool, _ended) = server(|connection, _| {
        connection.request();
        connection.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}");
        connection.close();
    });
    assert_eq!(call(&pool, "a").await, Err(Unanswered::Incomplete));
    assert_eq!(idle(&pool), 0);
}

#[tokio::test]
async fn a_response_that_is_too_long_is_not_read() {
    let (pool, ended) = server(|connection, _| {
        connection.request();
        connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        while connection.0.get_mut().write_all(chunk.as_bytes()).is_ok() {}
    });
    assert_eq!(call(&pool, "a").await, Err(Unanswered::Incomplete));
    assert_eq!(idle(&pool), 0);
    assert_eq!(ended_next(&ended).await, 0);
}
