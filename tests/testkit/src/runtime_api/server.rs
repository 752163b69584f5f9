//! The emulator's server.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use super::since_epoch;
use crate::wire::{Connection, Request, Response};

/// Each invocation's `Lambda-Runtime-Invoked-Function-Arn`.
const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:test-function";

/// An event on its way to the function.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request_id: String,
    pub(super) trace_id: String,
    pub(super) deadline: Duration,
    pub(super) event: Vec<u8>,
}

/// A response on its way to the test that waits for it.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) handed_over: Option<Instant>,
    pub(super) answer: oneshot::Sender<(Result<Value, Value>, Duration)>,
}

/// The state that the test and the connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) jobs: tokio::sync::Mutex<mpsc::UnboundedReceiver<Job>>,
    pub(super) pending: Mutex<HashMap<String, Pending>>,
    pub(super) init_error: watch::Sender<Option<Value>>,
    pub(super) polled: watch::Sender<bool>,
    pub(super) is_traced: AtomicBool,
}

/// Serves until it is aborted.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let mut connection = Connection::new(stream);
            while let Ok(Some(request)) = connection.request().await {
                let Some(response) = shared.answer(&request, &mut connection).await else {
                    return;
                };
                if connection.answer(&response).await.is_err() {
                    return;
                }
            }
        });
    }
}

impl Shared {
    /// Returns the response; `None` if the client disconnected while it waited for an event.
    async fn answer(&self, request: &Request, connection: &mut Connection) -> Option<Response> {
        let path = request.target.strip_prefix("/2018-06-01/runtime/");
        let path: Vec<&str> = path.unwrap_or_default().split('/').collect();
        match (request.method.as_str(), path.as_slice()) {
            ("GET", ["invocation", "next"]) => tokio::select! {
                biased;
                () = connection.closed() => None,
                job = self.next() => Some(job),
            },
            ("POST", ["invocation", id, "response"]) => Some(self.settle(id, Ok(json(request)))),
            ("POST", ["invocation", id, "error"]) => Some(self.settle(id, Err(json(request)))),
            ("POST", ["init", "error"]) => {
                self.init_error.send_replace(Some(json(request)));
                Some(accepted())
            }
            _ => Some(Response::new(404, "text/plain", "no such Runtime API call")),
        }
    }

    async fn next(&self) -> Response {
        self.polled.send_replace(true);
        let Some(job) = self.jobs.lock().await.recv().await else {
            return std::future::pending().await;
        };
        if let Some(pending) = self.pending.lock().unwrap().get_mut(&job.request_id) {
            pending.handed_over = Some(Instant::now());
        }
        let deadline = (since_epoch() + job.deadline).as_millis().to_string();
        let response = Response::new(200, "application/json", job.event)
            .with("lambda-runtime-aws-request-id", job.request_id)
            .with("lambda-runtime-deadline-ms", deadline)
            .with("lambda-runtime-invoked-function-arn", FUNCTION_ARN);
        if job.trace_id.is_empty() { response } else { response.with("lambda-runtime-trace-id", job.trace_id) }
    }

    fn settle(&self, request_id: &str, outcome: Result<Value, Value>) -> Response {
        let Some(pending) = self.pending.lock().unwrap().remove(request_id) else {
            let error = r#"{"errorType":"InvalidRequestID","errorMessage":"no such invocation"}"#;
            return Response::new(400, "application/json", error);
        };
        let duration = pending.handed_over.map(|start| start.elapsed());
        let _ = pending.answer.send((outcome, duration.unwrap_or_default()));
        accepted()
    }
}

fn accepted() -> Response {
    Response::new(202, "application/json", r#"{"status":"OK"}"#)
}

fn json(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&request.body).into_owned()))
}
