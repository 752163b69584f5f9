//! Why a delivery failed: each cause on a real socket, with its reason for the metric and its text for the log.

use std::time::Duration;

use shared::settings::Settings;
use testkit::wire::{Connection, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use worker::delivery::{Answer, Delivery, KEPT_BODY, observed};
use worker::handle::Error;

use crate::bench::SECRET;

const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(300);

fn delivery(url: &str) -> Delivery {
    let url = url.to_owned();
    let settings = Settings::new(move |name| match name {
        "DELIVERY_URL" => Some(url.clone()),
        "DELIVERY_SECRET" => Some(SECRET.to_owned()),
        _ => None,
    });
    Delivery::from_settings(&settings).expect("settings").expect("a delivery")
}

/// Returns the reason and the text of a delivery that fails.
async fn failure(url: &str, time_limit: Duration) -> (&'static str, String) {
    let error = delivery(url).post("kommo-1", "{}", None, time_limit).await.expect_err("a failure");
    (error.reason().as_str(), error.to_string())
}

/// Starts a server on a free loopback port that does this with each connection.
async fn server<F: Future<Output = ()> + Send + 'static>(attend: impl Fn(TcpStream) -> F + Send + 'static) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
    let address = listener.local_addr().expect("its address").to_string();
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(attend(stream));
        }
    });
    (address, serving)
}

/// Starts a server that responds to each request with these bytes.
async fn answering(bytes: impl Into<Vec<u8>>) -> String {
    let bytes = bytes.into();
    let (address, _) = server(move |stream| {
        let bytes = bytes.clone();
        async move {
            let mut connection = Connection::over(stream);
            while let Ok(Some(_)) = connection.request().await {
                if connection.raw(&bytes).await.is_err() {
                    return;
                }
            }
        }
    })
    .await;
    address
}

/// Delivers to a plain HTTP server with this response. Returns the outcome and the observed response.
async fn answered(answer: Response) -> (Result<(), Error>, Option<Answer>) {
    let (address, _) = server(move |stream| {
        let answer = answer.clone();
        async move {
            let mut connection = Connection::over(stream);
            while let Ok(Some(_)) = connection.request().await {
                let _ = connection.answer(&answer).await;
            }
        }
    })
    .await;
    observed(delivery(&format!("http://{address}/events")).post("kommo-1", "{}", None, LONG)).await
}

#[tokio::test]
async fn an_unknown_host() {
    for url in ["http://name.invalid/", "https://name.invalid:8443/events"] {
        assert_eq!(failure(url, LONG).await, ("dns", "the receiver's host name cannot be resolved".to_owned()), "{url}");
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    // Bound but not listening, so no other process gets the port.
    let port = TcpSocket::new_v4().expect("a socket");
    port.bind(([127, 0, 0, 1], 0).into()).expect("a free loopback port");
    let address = port.local_addr().expect("its address");
    for scheme in ["http", "https"] {
        assert_eq!(failure(&format!("{scheme}://{address}/"), LONG).await, ("connection_refused", "connection refused".to_owned()));
    }
}

#[tokio::test]
async fn an_address_without_a_route() {
    // TCP cannot connect to the broadcast address on any machine.
    let expected = ("unreachable", "the receiver cannot be reached: no route to its address".to_owned());
    assert_eq!(failure("http://255.255.255.255/", LONG).await, expected);
}

#[tokio::test]
async fn a_connection_that_is_never_established() {
    // A full backlog leaves further connections unanswered.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a free loopback port");
    let listener = socket.listen(1).expect("a listener");
    let address = listener.local_addr().expect("its address");
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) = tokio::time::timeout(SHORT, TcpStream::connect(address)).await {
        waiting.push(stream);
        assert!(waiting.len() < 100, "the backlog never fills up");
    }
    for scheme in ["http", "https"] {
        let failure = failure(&format!("{scheme}://{address}/"), SHORT).await;
        assert_eq!(failure, ("timeout", "timed out while connecting".to_owned()));
    }
}

#[tokio::test]
async fn a_handshake_that_hangs() {
    let (address, _) = server(|stream| async move { Connection::over(stream).closed().await }).await;
    let failure = failure(&format!("https://{address}/"), SHORT).await;
    assert_eq!(failure, ("timeout", "timed out during the TLS handshake".to_owned()));
}

#[tokio::test]
async fn a_response_that_hangs_before_or_within_its_head() {
    for begun in ["", "HTTP/1.1 200 OK\r\ncontent-"] {
        let address = answering(begun).await;
        let started = Instant::now();
        let failure = failure(&format!("http://{address}/"), SHORT).await;
        assert_eq!(failure, ("timeout", "timed out while waiting for the response".to_owned()), "{begun}");
        assert!(started.elapsed() < SHORT * 3, "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_response_that_hangs_on_a_reused_connection() {
    let (address, _) = server(|stream| async move {
        let mut connection = Connection::over(stream);
        let _ = connection.request().await;
        let _ = connection.answer(&Response::new(200, "text/plain", "")).await;
        let _ = connection.request().await;
        std::future::pending::<()>().await;
    })
    .await;
    let delivery = delivery(&format!("http://{address}/"));
    delivery.post("kommo-1", "{}", None, LONG).await.expect("the first is accepted");
    let error = delivery.post("kommo-2", "{}", None, SHORT).await.expect_err("the second hangs");
    assert_eq!(error.to_string(), "timed out while waiting for the response");
}

#[tokio::test]
async fn a_connection_that_is_closed_too_early() {
    let (address, _) = server(|stream| async move { drop(stream) }).await;
    let expected = ("closed", "the receiver closed the connection before it responded".to_owned());
    assert_eq!(failure(&format!("http://{address}/"), LONG).await, expected);
    let expected = ("closed", "the receiver closed the connection during the TLS handshake".to_owned());
    assert_eq!(failure(&format!("https://{address}/"), LONG).await, expected);
}

#[tokio::test]
async fn a_connection_that_is_reset_immediately() {
    let (address, _) = server(|stream| async move { stream.set_zero_linger().expect("a socket") }).await;
    let expected = ("closed", "the receiver closed the connection before it responded".to_owned());
    for _ in 0..20 {
        assert_eq!(failure(&format!("http://{address}/"), LONG).await, expected);
    }
}

#[tokio::test]
async fn a_connection_is_not_reused_when_receivers_close_theirs() {
    // The connection is closed after a second request on it.
    let (address, _) = server(|stream| async move {
        let mut connection = Connection::over(stream);
        let _ = connection.request().await;
        let _ = connection.answer(&Response::new(200, "text/plain", "")).await;
        let _ = connection.request().await;
    })
    .await;
    let delivery = delivery(&format!("http://{address}/"));
    assert_eq!(delivery.post("kommo-1", "{}", None, LONG).await, Ok(()));
    sleep(Duration::from_millis(4_100)).await;
    assert_eq!(delivery.post("kommo-2", "{}", None, LONG).await, Ok(()));
    assert_eq!(delivery.post("kommo-3", "{}", None, LONG).await.expect_err("it ends").reason().as_str(), "closed");
}

#[tokio::test]
async fn a_response_with_many_headers() {
    let answer = (0..500).fold(Response::new(200, "text/plain", ""), |answer, number| answer.with(&format!("x-{number}"), "a"));
    assert_eq!(answered(answer).await.0, Ok(()));
}

#[tokio::test]
async fn a_ca_certificate() {
    let (address, _) = crate::tls::server(&crate::tls::self_signed_ca()).await;
    let expected = ("tls", "TLS: the receiver's certificate is a CA certificate, which a server must not use as its own".to_owned());
    assert_eq!(failure(&format!("https://{address}/"), LONG).await, expected);
}

#[tokio::test]
async fn a_self_signed_certificate() {
    let certified = crate::tls::self_signed();
    let (address, _) = crate::tls::server(&certified).await;
    let expected = ("tls", "TLS: the issuer of the receiver's certificate is unknown".to_owned());
    assert_eq!(failure(&format!("https://{address}/"), LONG).await, expected);
}

#[tokio::test]
async fn a_plain_http_port() {
    let (address, _) = server(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n").await;
        Connection::over(stream).closed().await;
    })
    .await;
    let expected = ("tls", "TLS: the receiver does not speak TLS on this port".to_owned());
    assert_eq!(failure(&format!("https://{address}/"), LONG).await, expected);
}

#[tokio::test]
async fn another_protocol() {
    let address = answering("220 mail ESMTP\r\n").await;
    assert_eq!(failure(&format!("http://{address}/"), LONG).await, ("not_http", "the receiver's response is not HTTP".to_owned()));
}

#[tokio::test]
async fn each_status() {
    for (status, reason) in [(301, "redirect"), (302, "redirect"), (404, "status_4xx"), (500, "status_5xx"), (601, "status_other")] {
        let (outcome, answer) = answered(Response::new(status, "text/plain", "").with("location", "http://127.0.0.1:9/")).await;
        assert_eq!(outcome.expect_err("a failure").reason().as_str(), reason);
        assert_eq!(answer.expect("an answer").status, status);
    }
}

#[tokio::test]
async fn a_refusal_and_a_retry_after() {
    let (outcome, _) = answered(Response::new(422, "text/plain", "").with("Chathooks-Refuse", "  true ")).await;
    let error = outcome.expect_err("a failure");
    assert_eq!((error.refused_status(), error.reason().as_str()), (Some(422), "refused"));
    let (outcome, _) = answered(Response::new(429, "text/plain", "").with("retry-after", "90")).await;
    let error = outcome.expect_err("a failure");
    assert_eq!((error.refused_status(), error.retry_after()), (None, Some(Duration::from_secs(90))));
}

#[tokio::test]
async fn the_response_can_be_observed() {
    let body: Vec<u8> = (0..10_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    for status in [200, 500] {
        let (outcome, answer) = answered(Response::new(status, "text/plain", body.clone()).with("x-note", "Grüße")).await;
        assert_eq!(outcome.is_ok(), status == 200);
        let answer = answer.expect("an answer");
        assert_eq!((answer.status, &answer.body[..]), (status, &body[..KEPT_BODY]));
        assert!(answer.headers.contains(&("x-note".to_owned(), "Grüße".to_owned())), "{:?}", answer.headers);
    }
    let (outcome, answer) = observed(delivery("http://name.invalid/").post("kommo-1", "{}", None, LONG)).await;
    assert!(outcome.is_err() && answer.is_none());
}
