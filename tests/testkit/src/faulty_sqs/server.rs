//! The endpoint's server: takes one step of the plan for each SQS request and executes it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::SqsRequest;
use crate::Fault;
use crate::fault::{JSON, corrupt_md5, reject};
use crate::wire::{Connection, Request, Response, call};

/// The state that the test and the connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) upstream: String,
    pub(super) plan: Mutex<Plan>,
    pub(super) requests: Mutex<Vec<SqsRequest>>,
    pub(super) connections: AtomicUsize,
}

/// The faults for the next requests, one step each, and the fault for all requests after them.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) steps: VecDeque<Fault>,
    pub(super) then: Fault,
}

/// The listener's task. It stops on request and closes all of its connections.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) stop: oneshot::Sender<()>,
    pub(super) task: JoinHandle<()>,
}

impl Server {
    /// Serves `listener` on the current runtime.
    pub(super) fn spawn(listener: TcpListener, shared: &Arc<Shared>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, Arc::clone(shared), stopped));
        Self { stop, task }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.expect("a connection").0,
            _ = &mut stopped => break,
        };
        let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
        let shared = Arc::clone(&shared);
        connections.spawn(async move { shared.attend(Connection::new(stream), number).await });
    }
    drop(listener);
    connections.shutdown().await;
}

impl Shared {
    /// Serves one connection until it ends.
    async fn attend(&self, mut connection: Connection, number: usize) {
        while let Ok(Some(request)) = connection.request().await {
            if request.method != "POST" {
                let response = Response::new(404, "text/plain", "");
                if connection.answer(&response).await.is_err() {
                    return;
                }
                continue;
            }
            let fault = self.note(&request, number);
            let response = match &fault {
                Fault::Hang => return connection.closed().await,
                Fault::Reset => return connection.reset(),
                Fault::Close => return,
                fault => match fault.response() {
                    Some(response) => response,
                    None => self.forward(request, fault).await,
                },
            };
            match fault {
                Fault::LoseAnswer => return,
                Fault::Delay(time) => tokio::time::sleep(time).await,
                _ => {}
            }
            let response = response.with("connection", "keep-alive");
            let answered = connection.answer(&response).await;
            if answered.is_err() || fault == Fault::CloseAfterAnswer {
                return;
            }
        }
    }

    /// Takes the next fault from the plan and records the request.
    fn note(&self, request: &Request, connection: usize) -> Fault {
        let fault = {
            let mut plan = self.plan.lock().unwrap();
            plan.steps.pop_front().unwrap_or_else(|| plan.then.clone())
        };
        let target = request.header("x-amz-target");
        self.requests.lock().unwrap().push(SqsRequest {
            action: target.strip_prefix("AmazonSQS.").unwrap_or(target).to_owned(),
            input: serde_json::from_slice(&request.body).unwrap_or_default(),
            connection,
            fault: fault.clone(),
            at: Instant::now(),
        });
        fault
    }

    /// Returns the upstream's response, changed as `fault` requires. A changed body invalidates the request's
    /// signature, which moto does not verify.
    async fn forward(&self, mut request: Request, fault: &Fault) -> Response {
        let mut failed = Vec::new();
        if let Fault::RejectEntries { positions, sender_fault } = fault
            && let Ok(mut batch) = serde_json::from_slice::<Value>(&request.body)
        {
            failed = reject(&mut batch, positions, *sender_fault);
            if !failed.is_empty() && batch["Entries"].as_array().is_some_and(Vec::is_empty) {
                let answer = json!({"Successful": [], "Failed": failed});
                return Response::new(200, JSON, answer.to_string());
            }
            request.body = batch.to_string().into_bytes();
        }
        let mut response = match call(&self.upstream, &request).await {
            Ok(response) => response,
            Err(error) => return Response::new(502, "text/plain", error.to_string()),
        };
        if let Ok(mut answer) = serde_json::from_slice::<Value>(&response.body) {
            if !failed.is_empty() {
                answer["Failed"] = failed.into();
            }
            if *fault == Fault::WrongMd5 {
                corrupt_md5(&mut answer);
            }
            response.body = answer.to_string().into_bytes();
        }
        response
    }
}
