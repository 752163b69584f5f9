//! The receiver's response, for the local inspector. The Lambda function does not use this, so it keeps nothing of a response.

use std::cell::RefCell;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use lambda_http::http::response::Parts;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

/// The maximum number of bytes of a body that are kept.
pub const KEPT_BODY: usize = 4_096;

const LONGEST_DRAIN: Duration = Duration::from_millis(200);
const LONGEST_DRAINED_BODY: usize = 65_536;

/// A receiver's response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The names and values of the headers. Bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The first [`KEPT_BODY`] bytes of the body, or fewer if the rest arrived too late.
    pub body: Vec<u8>,
}

tokio::task_local! {
    static ANSWER: RefCell<Option<Answer>>;
}

/// Runs a delivery, and returns its output and the receiver's last response. That is `None` if the receiver did not respond,
/// or if the handler does not deliver.
pub async fn observed<F: Future>(delivery: F) -> (F::Output, Option<Answer>) {
    let both = async { (delivery.await, ANSWER.with(RefCell::take)) };
    ANSWER.scope(RefCell::default(), both).await
}

/// Reads a response body to its end, because only a drained connection can be reused. The outcome depends only on the head,
/// so a long or slow body is abandoned, which costs only its connection.
pub(super) async fn drain(head: &Parts, mut body: Incoming, end: Instant) {
    let is_observed = ANSWER.try_with(|answer| *answer.borrow_mut() = Some(of(head))).is_ok();
    let short = async {
        let mut length = 0;
        while let Some(Ok(frame)) = body.frame().await {
            let data = frame.data_ref().map_or(&[][..], Bytes::as_ref);
            if is_observed {
                keep(data);
            }
            length += data.len();
            if length > LONGEST_DRAINED_BODY {
                break;
            }
        }
    };
    let _ = timeout_at(end.min(Instant::now() + LONGEST_DRAIN), short).await;
    // The client returns the connection to its pool in another task, and the next delivery looks for it immediately.
    yield_now().await;
}

fn of(head: &Parts) -> Answer {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    Answer { status: head.status.as_u16(), headers, body: Vec::new() }
}

fn keep(data: &[u8]) {
    ANSWER.with(|answer| {
        if let Some(Answer { body, .. }) = &mut *answer.borrow_mut() {
            body.extend_from_slice(&data[..data.len().min(KEPT_BODY - body.len())]);
        }
    });
}
