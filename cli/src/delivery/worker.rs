//! The worker on the embedded queue. It replaces SQS, the event source mapping and Lambda around [`worker::handle::handle`].
//!
//! It sleeps until a message is sent, a pause ends or a delivery attempt ends. If the process stops during an attempt, the
//! message is redelivered: immediately after a restart if it could be returned to the queue, and otherwise when its visibility
//! timeout ends.

use std::sync::Arc;
use std::time::Duration;

use shared::retry::chance;
use shared::timestamp::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use worker::delivery::Answer;
use worker::handle::{Error, Reason};

use super::handler::Handler;
use super::outcome::{self, Outcome};
use super::retry;
use crate::history::{Attempt, Store};
use crate::queue::sqlite::{InFlight, SqliteQueue};
use crate::terminal::output;

/// How long running attempts and requests can continue after Ctrl-C.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// The maximum number of concurrent attempts: the largest batch that the deployed worker gets.
const CONCURRENT: usize = 10;

/// The longest sleep. It is limited because another process can store a message in the file, and the clock can change.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// The worker's durations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// The pause after the first failure.
    pub(crate) first_retry: Duration,
    /// The visibility timeout: how long a received message stays invisible if it is not settled.
    pub(crate) visibility: Duration,
}

impl Timing {
    /// Returns the time limit of an attempt. It leaves time to settle the message before it becomes visible again.
    pub(crate) fn time_limit(self) -> Duration {
        self.visibility * 2 / 3
    }
}

/// The state that all attempts share.
pub(crate) struct Worker {
    /// The queue to receive from.
    pub(crate) queue: SqliteQueue,
    /// Delivers the events.
    pub(crate) handler: Handler,
    /// The worker's durations.
    pub(crate) timing: Timing,
    /// The history, which the inspector shows.
    pub(crate) store: Arc<Store>,
}

impl Worker {
    /// Delivers messages until `stopped` is true. Running attempts then have [`GRACE`] to finish.
    pub(crate) async fn run(self, mut stopped: watch::Receiver<bool>) {
        let (shared, mut under_way) = (Arc::new(self), JoinSet::new());
        while !*stopped.borrow() {
            let free = CONCURRENT - under_way.len();
            let pause = if free == 0 { LONGEST_SLEEP } else { shared.start(free, &stopped, &mut under_way).await };
            tokio::select! {
                _ = stopped.changed() => {}
                Some(_) = under_way.join_next() => {}
                () = shared.queue.sent(), if under_way.len() < CONCURRENT => {}
                () = sleep(pause) => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Starts up to `limit` attempts. Returns how long to wait before the next receive.
    async fn start(self: &Arc<Self>, limit: usize, stopped: &watch::Receiver<bool>, under_way: &mut JoinSet<()>) -> Duration {
        match self.queue.receive(limit, self.timing.visibility).await {
            Ok(batch) => {
                if !batch.messages.is_empty() {
                    self.store.touch();
                }
                for message in batch.messages {
                    under_way.spawn(Arc::clone(self).deliver(message, stopped.clone()));
                }
                batch.next.map_or(LONGEST_SLEEP, |next| next.min(LONGEST_SLEEP))
            }
            Err(error) => {
                output::error(&error.context("the worker retries in a few seconds"));
                LONGEST_SLEEP
            }
        }
    }

    async fn deliver(self: Arc<Self>, message: InFlight, mut stopped: watch::Receiver<bool>) {
        let given_up = async {
            let _ = stopped.wait_for(|stopped| *stopped).await;
            sleep(GRACE).await;
        };
        let started = Instant::now();
        let (outcome, answer) = tokio::select! {
            ended = self.outcome(&message) => ended,
            () = given_up => (Outcome::Interrupted, None),
        };
        let took = started.elapsed();
        let line = outcome::line(&message, took, &outcome);
        let settlement = outcome.settlement();
        let attempt = Attempt::new(message.receipt.number, message.event_id.clone(), took, outcome.name(), &settlement, answer);
        // Settles first, so that the line appears only after the file has the outcome.
        let settled = self.queue.settle(message.receipt, settlement).await;
        self.store.attempt(attempt);
        output::line(format_args!("{} {line}", output::clock(Timestamp::now().millis())));
        if let Err(error) = settled {
            output::error(&error.context(format!("{} will be redelivered", message.event_id)));
        }
    }

    /// Makes one attempt. Returns its outcome and the receiver's response.
    async fn outcome(&self, message: &InFlight) -> (Outcome, Option<Answer>) {
        let count = message.receipt.count;
        if count > retry::MAX_RECEIVES {
            return (Outcome::Dead(Error::because(Reason::Interrupted, "every attempt was interrupted")), None);
        }
        let (handled, answer) = self.handler.deliver(&message.body).await;
        let Err(error) = handled else { return (Outcome::Delivered, answer) };
        let is_final = error.refused_status().is_some() || error.reason() == Reason::Invalid;
        let wait = retry::after(count, self.timing.first_retry, error.retry_after(), chance()).filter(|_| !is_final);
        (wait.map_or_else(|| Outcome::Dead(error.clone()), |wait| Outcome::Failed(error.clone(), wait)), answer)
    }
}
