//! A relay to a receiver whose certificate the worker's own client refuses: a server on 127.0.0.1 that forwards each
//! request. It runs only with --insecure or --cacert.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::{Client, Url};
use tokio::net::TcpListener;

use crate::request::{NoAnswer, TrustArgs, beginning, client};
use crate::terminal::output;

/// Headers that describe one connection, which are not forwarded.
const OF_CONNECTION: [HeaderName; 4] = [header::HOST, header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING];

struct Relay {
    client: Client,
    url: Url,
}

/// Starts a relay to a URL, and returns the relay's URL. The relay runs until the program ends.
///
/// # Errors
/// Returns an error if the certificates cannot be read, or if no port is free.
pub(crate) async fn start(url: Url, trust: &TrustArgs) -> anyhow::Result<Url> {
    let relay = Relay { client: client(&url, 10, trust)?, url };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("cannot start the relay to the receiver")?;
    let address = listener.local_addr().context("cannot read the relay's local address")?;
    let router = Router::new().fallback(pass_on).with_state(Arc::new(relay));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}/").parse()?)
}

async fn pass_on(State(relay): State<Arc<Relay>>, mut headers: HeaderMap, body: Bytes) -> Response {
    OF_CONNECTION.iter().for_each(|name| drop(headers.remove(name)));
    relay.post(headers, body).await.unwrap_or_else(|error| {
        let message = format!("no response from the receiver ({error})");
        output::note(&message);
        (StatusCode::BAD_GATEWAY, format!("chathooks: {message}\n")).into_response()
    })
}

impl Relay {
    async fn post(&self, headers: HeaderMap, body: Bytes) -> Result<Response, NoAnswer> {
        let answer = self.client.post(self.url.clone()).headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        OF_CONNECTION.iter().for_each(|name| drop(headers.remove(name)));
        let (body, _) = beginning(answer).await?;
        Ok((status, headers, body).into_response())
    }
}
