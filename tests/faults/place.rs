//! A function and its queues, each behind its own endpoint, which a test can break.

use serde_json::Value;
use testkit::{Answer, FaultySqs, Function, Queue, Sqs, demo_env};

use crate::role::Role;

/// A queue behind its own endpoint.
pub(crate) struct Side {
    pub(crate) sqs: FaultySqs,
    pub(crate) queue: Queue,
}

/// A running function, its main queue, its quarantine queue, and a fallback queue, which the function uses only
/// if configured.
pub(crate) struct Place {
    pub(crate) main: Side,
    pub(crate) quarantine: Side,
    pub(crate) fallback: Side,
    pub(crate) function: Function,
}

/// The configuration of a place.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Setup {
    /// `ACK_BUDGET_MS`; `None` leaves the provider's default.
    pub(crate) budget_ms: Option<u64>,
    /// Whether `FALLBACK_QUEUE_URL` is set.
    pub(crate) fallback: bool,
    /// Whether the queues are FIFO.
    pub(crate) fifo: bool,
}

impl Side {
    async fn new(name: &str, fifo: bool) -> Self {
        let upstream = Sqs::start();
        let queue = if fifo { upstream.create_fifo_queue(name).await } else { upstream.create_queue(name).await };
        Self { sqs: FaultySqs::start(&upstream.endpoint()).await, queue }
    }

    pub(crate) fn url(&self) -> String {
        self.sqs.queue_url(&self.queue)
    }
}

impl Place {
    pub(crate) async fn start(role: &Role, setup: Setup) -> Self {
        let main = Side::new("main", setup.fifo).await;
        let quarantine = Side::new("quarantine", false).await;
        let fallback = Side::new("fallback", setup.fifo).await;
        let function = Self::function(role, setup, [&main, &quarantine, &fallback]).await;
        Self { main, quarantine, fallback, function }
    }

    /// Starts another process with the same queues, to replace one that has ended.
    pub(crate) async fn restart(&mut self, role: &Role, setup: Setup) {
        self.function = Self::function(role, setup, [&self.main, &self.quarantine, &self.fallback]).await;
    }

    /// Returns the log line of a request.
    pub(crate) async fn log(&self, answer: &Answer) -> Value {
        let line = self.function.log_with(&answer.request_id).await;
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("a log line in JSON ({error}): {line}"))
    }

    async fn function(role: &Role, setup: Setup, [main, quarantine, fallback]: [&Side; 3]) -> Function {
        let mut env = demo_env();
        env.push(("QUEUE_URL".to_owned(), main.url()));
        env.push(("QUARANTINE_QUEUE_URL".to_owned(), quarantine.url()));
        env.extend(setup.fallback.then(|| ("FALLBACK_QUEUE_URL".to_owned(), fallback.url())));
        env.extend(setup.budget_ms.map(|budget| ("ACK_BUDGET_MS".to_owned(), budget.to_string())));
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Function::start(&role.binary(), &env).await
    }
}
