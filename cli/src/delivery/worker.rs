//! The worker on the embedded queue: what SQS, the event source mapping and Lambda do around
//! [`worker::handle::handle`].
//!
//! It sleeps until a message is sent, a wait ends or a delivery is over. What it does not finish, because
//! the process ends, comes again: at once where there was time to say so, else when its visibility ends.

use std::sync::Arc;
use std::time::Duration;

use shared::retry::chance;
use shared::timestamp::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use worker::delivery::{Answer, observed};
use worker::handle::{Error, Event, Reason, State, handle};

use super::outcome::{self, Outcome};
use super::private::Private;
use super::retry;
use crate::history::{Attempt, Store};
use crate::queue::sqlite::{InFlight, SqliteQueue};
use crate::terminal::output;

/// How long what has begun may go on after Ctrl-C.
pub(crate) const GRACE: Duration = Duration::from_secs(5);

/// How many deliveries may be under way: as many as the largest batch that a Lambda worker gets.
const CONCURRENT: usize = 10;

/// The longest sleep. Another process may put a message into the file, and clocks are set.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// How long things take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    /// The wait after the first failure.
    pub(crate) first_retry: Duration,
    /// After what time a message comes again whose delivery nobody ended.
    pub(crate) visibility: Duration,
}

impl Timing {
    /// How long a delivery may take: it is over, and that is written, before its message comes again.
    fn time_limit(self) -> Duration {
        self.visibility * 2 / 3
    }
}

/// What all deliveries share.
pub(crate) struct Worker {
    /// Where messages come from.
    pub(crate) queue: SqliteQueue,
    /// What handles them.
    pub(crate) state: State,
    /// What the inspector must not show of an answer.
    pub(crate) private: Private,
    /// How long things take.
    pub(crate) timing: Timing,
    /// Where the inspector reads of each.
    pub(crate) store: Arc<Store>,
}

impl Worker {
    /// Delivers until told to stop; then what is under way has [`GRACE`] to end.
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

    /// Starts up to so many deliveries; says when to look again.
    async fn start(self: &Arc<Self>, limit: usize, stopped: &watch::Receiver<bool>, under_way: &mut JoinSet<()>) -> Duration {
        match self.queue.receive(limit, self.timing.visibility).await {
            Ok(batch) => {
                for message in batch.messages {
                    under_way.spawn(Arc::clone(self).deliver(message, stopped.clone()));
                }
                batch.next.map_or(LONGEST_SLEEP, |next| next.min(LONGEST_SLEEP))
            }
            Err(error) => {
                output::error(&error.context("the worker tries again in a few seconds"));
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
        let answer = answer.map(|answer| self.private.mask(answer));
        let attempt = Attempt::new(message.receipt.number, message.event_id.clone(), took, outcome.name(), &settlement, answer);
        // What the terminal says is what the file says.
        let settled = self.queue.settle(message.receipt, settlement).await;
        self.store.attempt(attempt);
        output::line(format_args!("{} {line}", output::clock(Timestamp::now().millis())));
        if let Err(error) = settled {
            output::error(&error.context(format!("{} will be delivered once more", message.event_id)));
        }
    }

    /// How a delivery ended, and what the receiver answered.
    async fn outcome(&self, message: &InFlight) -> (Outcome, Option<Answer>) {
        let count = message.receipt.count;
        if count > retry::MAX_RECEIVES {
            return (Outcome::Dead(Error::because(Reason::Interrupted, "each delivery was interrupted")), None);
        }
        let time_limit = self.timing.time_limit();
        let Some(event) = Event::parse(&message.body, time_limit) else {
            return (Outcome::Dead(Error::because(Reason::Invalid, "the message is not an event")), None);
        };
        let (handled, answer) = observed(timeout(time_limit, handle(&self.state, &event))).await;
        let Err(error) = handled.unwrap_or_else(|_| Err(Error::because(Reason::Timeout, "it took too long"))) else {
            return (Outcome::Delivered, answer);
        };
        let is_final = error.refused_status().is_some() || error.reason() == Reason::Invalid;
        let wait = retry::after(count, self.timing.first_retry, error.retry_after(), chance()).filter(|_| !is_final);
        (wait.map_or_else(|| Outcome::Dead(error.clone()), |wait| Outcome::Failed(error.clone(), wait)), answer)
    }
}
