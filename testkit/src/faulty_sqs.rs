//! An SQS endpoint that misbehaves on purpose, between a function and the real server.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::fault::{JSON, reject, spoil_md5};
use crate::until::until;
use crate::wire::{Connection, Request, Response, call};
use crate::{Fault, Queue};

/// How long [`FaultySqs::received`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// The endpoint. It serves until it is dropped.
#[derive(Debug)]
pub struct FaultySqs {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: Mutex<Option<Server>>,
}

/// One SQS request, as it came.
#[derive(Debug, Clone)]
pub struct SqsRequest {
    /// `SendMessage`, `SendMessageBatch` …
    pub action: String,
    /// The input.
    pub input: Value,
    /// Which connection it came by, counted from 1: requests with one number shared it.
    pub connection: usize,
    /// What was done to it.
    pub fault: Fault,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    plan: Mutex<Plan>,
    requests: Mutex<Vec<SqsRequest>>,
    other_requests: AtomicUsize,
    connections: AtomicUsize,
}

#[derive(Debug, Default)]
struct Plan {
    steps: VecDeque<Fault>,
    then: Fault,
}

#[derive(Debug)]
struct Server {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl FaultySqs {
    /// Listens on a free port of 127.0.0.1 and forwards to `upstream` (`http://host:port`, an [`Sqs`](crate::Sqs)'s endpoint).
    pub async fn start(upstream: &str) -> Self {
        let upstream = upstream.strip_prefix("http://").expect("an http:// URL");
        let shared = Arc::new(Shared {
            upstream: upstream.trim_end_matches('/').to_owned(),
            plan: Mutex::default(),
            requests: Mutex::default(),
            other_requests: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        Self { address: listener.local_addr().expect("its address"), server: Mutex::new(Some(Server::spawn(listener, &shared))), shared }
    }

    /// The value of `AWS_ENDPOINT_URL_SQS`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A queue's URL at this endpoint, the value of `QUEUE_URL`.
    pub fn queue_url(&self, queue: &Queue) -> String {
        queue.url_at(&self.endpoint())
    }

    /// From now on every SQS request meets this fault. Forgets the rest of a script.
    pub fn set(&self, fault: Fault) {
        let mut plan = self.shared.plan.lock().unwrap();
        plan.steps.clear();
        plan.then = fault;
    }

    /// The next SQS requests meet these faults, one each; those after them what was [`set`](Self::set)
    /// before, or [`Fault::Pass`].
    pub fn script(&self, steps: impl IntoIterator<Item = Fault>) {
        self.shared.plan.lock().unwrap().steps = steps.into_iter().collect();
    }

    /// The SQS requests so far.
    pub fn requests(&self) -> Vec<SqsRequest> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// How many requests came that were no SQS requests, such as a pre-warming GET. They are answered 404.
    pub fn other_requests(&self) -> usize {
        self.shared.other_requests.load(Ordering::SeqCst)
    }

    /// Waits until at least `count` SQS requests came, and gives them all.
    ///
    /// # Panics
    /// After 10 s.
    pub async fn received(&self, count: usize) -> Vec<SqsRequest> {
        until(
            || format!("{count} requests, {:#?} came", self.requests()),
            PATIENCE,
            || (self.requests().len() >= count).then(|| self.requests()),
        )
        .await
    }

    /// From now on connections are refused; the open ones are closed.
    pub async fn refuse(&self) {
        let server = self.server.lock().unwrap().take();
        if let Some(server) = server {
            let _ = server.stop.send(());
            let _ = server.task.await;
        }
    }

    /// Listens again after [`refuse`](Self::refuse), at the same address.
    pub async fn accept(&self) {
        self.refuse().await;
        let listener = TcpListener::bind(self.address).await.expect("the port is still free");
        *self.server.lock().unwrap() = Some(Server::spawn(listener, &self.shared));
    }
}

impl Drop for FaultySqs {
    fn drop(&mut self) {
        if let Ok(Some(server)) = self.server.get_mut() {
            server.task.abort();
        }
    }
}

impl Server {
    fn spawn(listener: TcpListener, shared: &Arc<Shared>) -> Self {
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
    /// Serves one connection to its end.
    async fn attend(&self, mut connection: Connection, number: usize) {
        while let Ok(Some(request)) = connection.request().await {
            if request.method != "POST" {
                self.other_requests.fetch_add(1, Ordering::SeqCst);
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

    /// Takes the next fault of the plan and writes the request down.
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
        });
        fault
    }

    /// The upstream's answer, changed as `fault` says. The signature does not fit a changed body: moto checks none.
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
                spoil_md5(&mut answer);
            }
            response.body = answer.to_string().into_bytes();
        }
        response
    }
}
