//! The HTTP side: what API Gateway and Lambda do before and after the pipeline, and the inspector beside it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use shared::function::Sender;
use shared::ingest::{Accepted, Delivery, Ingest};
use shared::problem::{Answer, Rejection};
use shared::received::Received;
use shared::timestamp::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;
use uuid::Uuid;

use super::arrows;
use super::fault::Fault;
use super::local_queue::{LocalQueue, copying};
use crate::functions;
use crate::inspector::store::{Record, Store};
use crate::inspector::{self, Setup};
use crate::output::{self, BAD, GOOD};
use crate::sources::Sources;

/// The largest body that Lambda takes.
const MAX_BODY: usize = 6 * 1024 * 1024;

/// What a request meets.
pub(crate) struct Gateway {
    /// The pipeline.
    pub(super) ingest: Ingest<LocalQueue>,
    /// The same providers, to say what they would have expected, and to sign.
    pub(crate) senders: Vec<Sender>,
    /// Where their secrets come from.
    pub(crate) sources: Sources,
    /// What the page shows before the first delivery.
    pub(crate) setup: Setup,
    /// What the inspector remembers.
    pub(crate) store: Arc<Store>,
    /// Becomes true when the program ends.
    pub(crate) stopped: watch::Receiver<bool>,
}

impl Gateway {
    /// Sends a request through the pipeline, shows it in the terminal, and has it written down: its number
    /// comes later.
    pub(crate) async fn deliver(&self, request: Received, bytes: usize, replay_of: Option<i64>) -> (Answer, oneshot::Receiver<i64>) {
        let (received_at, started) = (Timestamp::now().millis(), Instant::now());
        let (delivery, events) = match bytes {
            0..=MAX_BODY => copying(self.ingest.receive(&request, started)).await,
            _ => (too_large(&request), Vec::new()),
        };
        let took = started.elapsed();
        let sender = functions::of_path(&self.senders, &request.path);
        let about = sender.as_ref().map(|(sender, channel)| (sender.signer.about().name, channel.clone()));
        let [arrived, answered] = arrows::lines(bytes, took, &delivery, sender);
        output::line(format_args!("{arrived}\n{answered}"));
        let answer = delivery.answer.clone();
        let record = Record { request, bytes, received_at, took, sender: about, delivery, events, replay_of };
        (answer, self.store.record(record))
    }

    /// Makes the queue fail from now on, or work again; says so in the terminal.
    pub(crate) fn fail(&self, fault: Fault) {
        self.ingest.queue().fault.send_replace(fault);
        let style = if fault == Fault::Off { GOOD } else { BAD };
        output::line(format_args!("{style}from now on {}{style:#}", fault.effect()));
    }

    /// Tells of every such change.
    pub(crate) fn faults(&self) -> watch::Receiver<Fault> {
        self.ingest.queue().fault.subscribe()
    }
}

/// The inspector has its own paths. Every other method and path goes to the pipeline: what is unknown to it, it refuses as
/// the functions do.
pub(super) fn router(gateway: Arc<Gateway>) -> Router {
    inspector::routes().method_not_allowed_fallback(receive).fallback(receive).with_state(gateway)
}

async fn receive(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Whoever breaks off in the middle reads no answer.
    let Ok((body, bytes)) = read(body).await else { return StatusCode::BAD_REQUEST.into_response() };
    response(gateway.deliver(received(&parts, body), bytes, None).await.0)
}

fn too_large(request: &Received) -> Delivery {
    Delivery {
        answer: Rejection::TooLarge.answer(&request.request_id),
        rejection: Some(Rejection::TooLarge),
        accepted: Accepted::default(),
    }
}

/// A body and its length. One that is too large is read to its end and dropped: a sender that is
/// interrupted would not read the answer.
async fn read(body: Body) -> Result<(Vec<u8>, usize), axum::Error> {
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

/// Headers as API Gateway hands them over: one value a name, several joined by a comma. Bytes that are
/// no UTF-8 become U+FFFD, which proves nothing.
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
    // Only what the pipeline says: no media type of its own for an empty body.
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
    fn headers_are_as_api_gateway_hands_them_over() {
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
        let (kept, bytes) = read(Body::from(vec![7; MAX_BODY])).await.expect("a body");
        assert_eq!((kept.len(), bytes), (MAX_BODY, MAX_BODY));
        let (kept, bytes) = read(Body::from(vec![7; MAX_BODY + 1])).await.expect("a body");
        assert_eq!((kept.len(), bytes), (0, MAX_BODY + 1));
    }
}
