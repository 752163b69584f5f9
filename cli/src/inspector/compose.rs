//! Requests that the user writes in the inspector.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use serde_json::Value;
use shared::received::Received;
use uuid::Uuid;

use super::problem::Problem;
use super::replay::delivered;
use super::state::Inspector;
use crate::request::sign;

/// A request as the user wrote it.
#[derive(Debug, Deserialize)]
pub(super) struct Composed {
    /// The path, optionally with a query.
    path: String,
    /// Names and values.
    headers: Vec<(String, String)>,
    body: String,
    /// Whether to add a proof with the newest secret in force.
    sign: bool,
}

/// Sends the request through the pipeline.
pub(super) async fn send(State(inspector): State<Arc<Inspector>>, Json(composed): Json<Composed>) -> Result<Json<Value>, Problem> {
    let is_signed = composed.sign;
    let mut request = request(composed)?;
    if is_signed {
        sign(&mut request, &inspector.requests()?.gateway.endpoints)?;
    }
    delivered(&inspector.requests()?.gateway, request, None).await
}

/// Builds the request as a client would send it.
fn request(composed: Composed) -> Result<Received, Problem> {
    let invalid = |detail: String| Problem(StatusCode::BAD_REQUEST, detail);
    let Composed { path, mut headers, body, sign: _ } = composed;
    let uri = path.parse::<Uri>().ok().filter(|uri| path.starts_with('/') && uri.authority().is_none());
    let uri = uri.ok_or_else(|| invalid("the path must begin with `/`, like /kommo/my-shop".to_owned()))?;
    for (name, value) in &mut headers {
        name.make_ascii_lowercase();
        if name.parse::<HeaderName>().is_err() || value.parse::<HeaderValue>().is_err() {
            return Err(invalid(format!("the header `{}` has an invalid name or value", name.chars().take(40).collect::<String>())));
        }
    }
    headers.retain(|(name, _)| name != "content-length");
    headers.push(("content-length".to_owned(), body.len().to_string()));
    Ok(Received {
        method: "POST".to_owned(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: body.into_bytes(),
        request_id: Uuid::now_v7().to_string(),
        ..Received::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, header: (&str, &str)) -> Result<Received, String> {
        let headers = vec![(header.0.to_owned(), header.1.to_owned()), ("Content-Length".to_owned(), "7".to_owned())];
        request(Composed { path: path.to_owned(), headers, body: "{}".to_owned(), sign: false }).map_err(|Problem(_, detail)| detail)
    }

    #[test]
    fn a_request_that_no_client_could_send_is_refused() {
        let request = of("/kommo/a?b=c", ("X-Signature", "abc")).expect("a request");
        assert_eq!((request.path.as_str(), request.query.as_str(), request.header("x-signature")), ("/kommo/a", "b=c", Some("abc")));
        assert_eq!(request.header("content-length"), Some("2"));
        for path in ["", "kommo", "http://h.example/kommo", "/a b"] {
            assert!(of(path, ("a", "b")).is_err_and(|detail| detail.contains("/kommo/my-shop")), "{path}");
        }
        for (name, value) in [("a b", "c"), ("", "c"), ("a", "b\r\nc: d")] {
            assert!(of("/kommo", (name, value)).is_err_and(|detail| detail.contains("header")), "{name} {value}");
        }
    }
}
