//! The inspector's page from the gateway's side: its reads, its requests, its stream.

use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use crate::client::client;
use crate::gateway::{Gateway, PATIENCE};

/// The header with the token in the inspector's URL.
pub(super) const TOKEN_HEADER: &str = "x-chathooks-token";

/// A client that makes the page's requests.
pub(super) struct Page<'g> {
    gateway: &'g Gateway,
    pub(super) client: Client,
}

impl<'g> Page<'g> {
    pub(super) fn of(gateway: &'g Gateway) -> Self {
        Self { gateway, client: client() }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}/inspector/api/{path}", self.gateway.origin)
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(self.url(path)).header(TOKEN_HEADER, &self.gateway.token).send().await.expect("an answer");
        serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON")
    }

    pub(super) async fn text(&self, path: &str) -> String {
        self.client
            .get(self.url(path))
            .header(TOKEN_HEADER, &self.gateway.token)
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a text")
    }

    pub(super) fn request(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(self.url(path))
            .header(TOKEN_HEADER, &self.gateway.token)
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let answer = self.request(path, &body).header("sec-fetch-site", "same-origin").send().await.expect("an answer");
        let status = answer.status();
        (status, serde_json::from_str(&answer.text().await.expect("a body")).unwrap_or_default())
    }

    /// Sends a webhook request and returns the status.
    pub(super) async fn webhook(&self, path: &str, header: (&str, &str), body: impl Into<reqwest::Body>) -> StatusCode {
        let request = self.client.post(format!("{}{path}", self.gateway.origin)).header(header.0, header.1);
        request.body(body).send().await.expect("an answer").status()
    }

    /// Returns the lines once there are `count` of them.
    pub(super) async fn lines(&self, count: usize) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let lines = self.get("deliveries").await;
            match lines.as_array() {
                Some(lines) if lines.len() == count => return lines.clone(),
                _ => assert!(start.elapsed() < PATIENCE, "not {count} deliveries: {lines}"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Opens the stream of changes, optionally resuming after an event.
    pub(super) async fn stream(&self, last: Option<&str>) -> Stream {
        let request = self.client.get(self.url(&format!("stream?token={}", self.gateway.token)));
        let request = last.into_iter().fold(request, |request, last| request.header("last-event-id", last));
        Stream { answer: request.send().await.expect("a stream"), read: String::new() }
    }
}

pub(super) struct Stream {
    pub(super) answer: Response,
    pub(super) read: String,
}

impl Stream {
    /// Returns the next event: its name, ID and data.
    pub(super) async fn next(&mut self) -> (String, String, Value) {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
                let found = (field("event:"), field("id:"), serde_json::from_str(&field("data:")).unwrap_or_default());
                self.read = rest.to_owned();
                return found;
            }
            let chunk = self.answer.chunk().await.expect("a stream").expect("more");
            self.read += &String::from_utf8_lossy(&chunk);
        }
    }
}
