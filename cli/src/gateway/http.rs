//! The HTTP server in front of the pipeline, which does what API Gateway does.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use shared::problem::{Answer, Rejection};
use shared::received::Received;
use uuid::Uuid;

use super::pipeline::{Gateway, MAX_BODY};

/// Sends a request through the pipeline, which rejects unknown paths and methods as the functions do.
pub(crate) async fn receive(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if is_inspectors(parts.uri.path()) {
        return response(Rejection::NotFound.answer(&Uuid::now_v7().to_string()));
    }
    // A client that aborts its request does not read the response.
    let Ok((body, bytes)) = collect(body).await else { return StatusCode::BAD_REQUEST.into_response() };
    response(gateway.deliver(received(&parts, body), bytes, None).await.0)
}

/// Returns whether a path belongs to the inspector, or is one that browsers request unasked. No provider sends requests to these
/// paths, so the requests are neither shown nor stored.
fn is_inspectors(path: &str) -> bool {
    matches!(path, "/inspector" | "/favicon.ico") || path.starts_with("/inspector/")
}

/// Returns a body and its length. Reads a body that is too large to its end and returns it empty, because an interrupted client
/// would not read the response.
async fn collect(body: Body) -> Result<(Vec<u8>, usize), axum::Error> {
    let mut stream = body.into_data_stream();
    let (mut body, mut bytes) = (Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        bytes += chunk.len();
        match bytes {
            0..=MAX_BODY => body.extend_from_slice(&chunk),
            _ => body = Vec::new(),
        }
    }
    Ok((body, bytes))
}

fn received(parts: &Parts, body: Vec<u8>) -> Received {
    Received {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers(&parts.headers),
        body,
        request_id: Uuid::now_v7().to_string(),
        trace: None,
    }
}

/// Returns headers as API Gateway passes them: one value for each name, with multiple values joined by commas. Bytes that are not
/// UTF-8 become U+FFFD, so that no proof in them is valid.
fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let joined = |name| {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        values.collect::<Vec<_>>().join(",")
    };
    headers.keys().map(|name| (name.to_string(), joined(name))).collect()
}

fn response(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body).into_response();
    // axum adds a media type, even to an empty body.
    response.headers_mut().clear();
    for (name, value) in answer.headers {
        response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn headers_are_as_api_gateway_passes_them() {
        let mut given = HeaderMap::new();
        given.append("x-signature", HeaderValue::from_static("one"));
        given.append("x-signature", HeaderValue::from_static("two"));
        given.append("x-bytes", HeaderValue::from_bytes(b"a\xffb").expect("a value"));
        let mut headers = headers(&given);
        headers.sort();
        let expected = [("x-bytes", "a\u{fffd}b"), ("x-signature", "one,two")];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[tokio::test]
    async fn a_body_is_read_to_its_end_and_kept_up_to_the_limit() {
        let (kept, bytes) = collect(Body::from(vec![7; MAX_BODY])).await.expect("a body");
        assert_eq!((kept.len(), bytes), (MAX_BODY, MAX_BODY));
        let (kept, bytes) = collect(Body::from(vec![7; MAX_BODY + 1])).await.expect("a body");
        assert_eq!((kept.len(), bytes), (0, MAX_BODY + 1));
    }
}
