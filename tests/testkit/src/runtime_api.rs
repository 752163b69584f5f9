//! The AWS Lambda Runtime API on loopback: one function polls it, tests push events through it.
//!
//! After the documentation of the Runtime API, version 2018-06-01. One event is in flight at a time when one
//! function polls, as in Lambda. The size limit of a response is not enforced.

mod server;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::server::{Job, Pending, Shared, serve};

/// How long a test waits past the deadline, and for a start.
const PATIENCE: Duration = Duration::from_secs(10);

/// The emulator. It serves until it is dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    address: String,
    events: mpsc::UnboundedSender<Job>,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// What became of one event.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The request id that the function was given.
    pub request_id: String,
    /// The `X-Amzn-Trace-Id` that the function was given.
    pub trace_id: String,
    /// What the function posted: to `/response`, or to `/error`. Text where it is not JSON.
    pub outcome: Result<Value, Value>,
    /// From the handing over of the event to the arrival of the answer.
    pub duration: Duration,
}

impl RuntimeApi {
    /// How long a function may take for one event, unless a test says otherwise.
    pub const DEADLINE: Duration = Duration::from_secs(15);

    /// Listens on a free port of 127.0.0.1, on the current tokio runtime.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let address = listener.local_addr().expect("its address").to_string();
        let (events, jobs) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            jobs: tokio::sync::Mutex::new(jobs),
            pending: Mutex::default(),
            init_error: watch::Sender::new(None),
            polled: watch::Sender::new(false),
            is_traced: AtomicBool::new(true),
        });
        let server = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { address, events, shared, server }
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// From now on invocations have no `Lambda-Runtime-Trace-Id`, and an empty [`Invocation::trace_id`].
    pub fn turn_tracing_off(&self) {
        self.shared.is_traced.store(false, Ordering::SeqCst);
    }

    /// Hands one event to the function and waits for the answer. The function is told a deadline in 15 s.
    ///
    /// # Panics
    /// When no answer came some seconds after that deadline.
    pub async fn invoke(&self, event: Vec<u8>) -> Invocation {
        self.invoke_within(event, Self::DEADLINE).await
    }

    /// The same with another deadline (`Lambda-Runtime-Deadline-Ms`, counted from the moment of handing over).
    pub async fn invoke_within(&self, event: Vec<u8>, deadline: Duration) -> Invocation {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let request_id = format!("{process:08x}-0000-4000-8000-{count:012x}");
        let (seconds, sampled) = (since_epoch().as_secs(), count % 2);
        let mut trace_id = format!("Root=1-{seconds:08x}-{process:08x}{count:016x};Parent={count:016x};Sampled={sampled}");
        if !self.shared.is_traced.load(Ordering::SeqCst) {
            trace_id.clear();
        }
        let (answer, answered) = oneshot::channel();
        self.shared.pending.lock().unwrap().insert(request_id.clone(), Pending { handed_over: None, answer });
        self.events.send(Job { request_id: request_id.clone(), trace_id: trace_id.clone(), deadline, event }).expect("the emulator runs");
        let bound = deadline + PATIENCE;
        let (outcome, duration) = tokio::time::timeout(bound, answered)
            .await
            .unwrap_or_else(|_| panic!("the function answered nothing within {bound:?}"))
            .expect("the emulator runs");
        Invocation { request_id, trace_id, outcome, duration }
    }

    /// Waits until a function asks for its first event: until its start has ended well.
    ///
    /// # Panics
    /// After 10 s.
    pub async fn ready(&self) {
        let mut polled = self.shared.polled.subscribe();
        tokio::time::timeout(PATIENCE, polled.wait_for(|polled| *polled))
            .await
            .expect("the function asks for its first event within 10 s")
            .expect("the emulator runs");
    }

    /// Waits for what a function posts to `/init/error`.
    ///
    /// # Panics
    /// After 10 s.
    pub async fn init_error(&self) -> Value {
        let mut error = self.shared.init_error.subscribe();
        let error = tokio::time::timeout(PATIENCE, error.wait_for(Option::is_some))
            .await
            .expect("the function posts to /init/error within 10 s")
            .expect("the emulator runs");
        error.clone().unwrap_or_default()
    }

    /// Whether a function has asked for an event.
    pub fn is_polled(&self) -> bool {
        *self.shared.polled.borrow()
    }

    /// What was posted to `/init/error` so far.
    pub fn posted_init_error(&self) -> Option<Value> {
        self.shared.init_error.borrow().clone()
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970")
}
