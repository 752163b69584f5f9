//! The AWS Lambda Runtime API on loopback: one function polls it, and tests push events through it.
//!
//! Follows the documentation of the Runtime API, version 2018-06-01. As in Lambda, a polling function has
//! one event in flight at a time. The size limit of a response is not enforced.

mod server;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use self::server::{Job, Pending, Shared, serve};

/// How long a test waits for startup, and for a response after the deadline.
const PATIENCE: Duration = Duration::from_secs(10);

/// The emulator. It serves until it is dropped.
#[derive(Debug)]
pub struct RuntimeApi {
    address: String,
    events: mpsc::UnboundedSender<Job>,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// The outcome of one event.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The request id that the function received.
    pub request_id: String,
    /// The `X-Amzn-Trace-Id` that the function received.
    pub trace_id: String,
    /// The body posted to `/response` (`Ok`) or `/error` (`Err`); a string if it is not JSON.
    pub outcome: Result<Value, Value>,
    /// The time from handing over the event to receiving the response.
    pub duration: Duration,
}

impl RuntimeApi {
    /// How long a function can take for one event, unless a test sets another deadline.
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

    /// Returns the value for `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// Omits `Lambda-Runtime-Trace-Id` from all further invocations and leaves [`Invocation::trace_id`] empty.
    pub fn turn_tracing_off(&self) {
        self.shared.is_traced.store(false, Ordering::SeqCst);
    }

    /// Hands one event to the function and waits for the response. The function is given a deadline of 15 s.
    ///
    /// # Panics
    /// If no response arrives within 10 s after the deadline.
    pub async fn invoke(&self, event: Vec<u8>) -> Invocation {
        self.invoke_within(event, Self::DEADLINE).await
    }

    /// Like [`RuntimeApi::invoke`], with another deadline (`Lambda-Runtime-Deadline-Ms`, counted from handing
    /// over the event).
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
            .unwrap_or_else(|_| panic!("the function did not respond within {bound:?}"))
            .expect("the emulator runs");
        Invocation { request_id, trace_id, outcome, duration }
    }

    /// Waits until a function polls for its first event, that is, until startup has succeeded.
    ///
    /// # Panics
    /// If it has not polled after 10 s.
    pub async fn ready(&self) {
        let mut polled = self.shared.polled.subscribe();
        tokio::time::timeout(PATIENCE, polled.wait_for(|polled| *polled))
            .await
            .expect("the function polls for its first event within 10 s")
            .expect("the emulator runs");
    }

    /// Waits until a function posts to `/init/error`, and returns the body.
    ///
    /// # Panics
    /// If it has not posted after 10 s.
    pub async fn init_error(&self) -> Value {
        let mut error = self.shared.init_error.subscribe();
        let error = tokio::time::timeout(PATIENCE, error.wait_for(Option::is_some))
            .await
            .expect("the function posts to /init/error within 10 s")
            .expect("the emulator runs");
        error.clone().unwrap_or_default()
    }

    /// Returns whether a function has polled for an event.
    pub fn is_polled(&self) -> bool {
        *self.shared.polled.borrow()
    }

    /// Returns the body posted to `/init/error`, if any.
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
