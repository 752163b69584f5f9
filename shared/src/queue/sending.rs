//! The calls that send the messages of a request to one sink.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{Notify, Semaphore};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use super::acknowledged::Acknowledged;
use super::plan::{Plan, Turn};
use super::sink::{Failure, Sink};
use super::{Message, NotQueued, QueueName};
use crate::retry::CALLS;

/// The maximum time limit of a call. The limit is a third of the remaining budget. SQS normally responds in about ten
/// milliseconds.
const LONGEST_CALL: Duration = Duration::from_secs(1);
/// The minimum time limit of a call.
const SHORTEST_CALL: Duration = Duration::from_millis(50);
/// The maximum number of concurrent calls to a sink that does not keep an order.
const MAX_CALLS: usize = 16;
/// The maximum total size of the messages in calls, in KiB. It bounds their memory: a call copies its messages into a
/// request, and the request into the buffers of the connection.
const MAX_KIB: usize = 3 * 1024;

/// One attempt to send the messages of a request to one sink.
pub(super) struct Sending<'r, S: Sink> {
    sink: &'r S,
    queue: QueueName,
    messages: &'r [Message],
    acknowledged: &'r Acknowledged,
    given_up: &'r Notify,
    has_given_up: AtomicBool,
    plan: Mutex<Plan<'r>>,
    kib: Semaphore,
    longest_call: Duration,
    end: Instant,
}

impl<'r, S: Sink> Sending<'r, S> {
    /// Prepares to send the messages that are not acknowledged yet. The caller stops the attempt at `end`. `given_up` is
    /// notified once, as soon as it is known that this sink will not acknowledge every message.
    pub(super) fn new(
        sink: &'r S,
        queue: QueueName,
        messages: &'r [Message],
        acknowledged: &'r Acknowledged,
        given_up: &'r Notify,
        end: Instant,
    ) -> Self {
        let longest_call = (end.saturating_duration_since(Instant::now()) / 3).clamp(SHORTEST_CALL, LONGEST_CALL);
        let plan = Mutex::new(Plan::new(messages, acknowledged, sink.is_ordered()));
        let (kib, has_given_up) = (Semaphore::new(MAX_KIB), AtomicBool::new(false));
        Self { sink, queue, messages, acknowledged, given_up, has_given_up, plan, kib, longest_call, end }
    }

    /// Sends until every message is acknowledged, by this or another sink.
    ///
    /// # Errors
    /// A call or a message failed permanently, or there is no time for another call.
    pub(super) async fn run(self) -> Result<(), NotQueued> {
        let last_failure = match self.make_calls().await {
            Ok(failure) => failure,
            Err(failure) => Some(failure),
        };
        if self.acknowledged.is_complete() {
            return Ok(());
        }
        self.give_up();
        Err(NotQueued { code: last_failure.map_or_else(|| "unacknowledged".to_owned(), |failure| failure.code) })
    }

    /// Makes calls, concurrently if the sink does not keep an order. Returns the last failure without a successful retry.
    ///
    /// # Errors
    /// A whole call failed permanently, so the others would fail too.
    async fn make_calls(&self) -> Result<Option<Failure>, Failure> {
        let max_callers = if self.sink.is_ordered() { 1 } else { MAX_CALLS };
        let mut callers = FuturesUnordered::from_iter([self.call_in_turn()]);
        let mut last_failure = None;
        while !callers.is_empty() {
            tokio::select! {
                biased;
                Some(outcome) = callers.next() => last_failure = outcome?.or(last_failure),
                // Yield to network I/O between two starts: on a slow CPU, the first response arrives before the last connection
                // is opened, which is then not needed.
                () = yield_now(), if callers.len() < max_callers && self.plan().is_any_due() => callers.push(self.call_in_turn()),
            }
        }
        Ok(last_failure)
    }

    /// Makes one call after another until no message is due, or there is no time for another retry. Returns the last failure
    /// without a successful retry.
    ///
    /// # Errors
    /// A whole call failed permanently.
    async fn call_in_turn(&self) -> Result<Option<Failure>, Failure> {
        let (mut failures, mut last_refusal) = (0, None);
        loop {
            let batch = self.plan().next_batch(S::MAX_BATCH, S::MAX_BATCH_BYTES);
            if batch.is_empty() {
                return Ok(last_refusal);
            }
            let Rest { again, refusal, failure } = self.call(batch).await?;
            last_refusal = refusal.or(last_refusal);
            let Some(failure) = failure else {
                failures = 0;
                continue;
            };
            failures += 1;
            let pause = CALLS.pause(failures);
            if Instant::now() + pause >= self.end {
                return Ok(Some(failure));
            }
            sleep(pause).await;
            self.plan().put_back(again);
        }
    }

    /// Makes one call and records what it acknowledged. Returns the rest.
    async fn call(&self, batch: Vec<Turn>) -> Result<Rest, Failure> {
        let messages: Vec<&Message> = batch.iter().filter_map(|turn| self.messages.get(turn.index())).collect();
        let kib = messages.iter().map(|message| message.size()).sum::<usize>().div_ceil(1024).min(MAX_KIB);
        // The semaphore is never closed.
        let _permit = self.kib.acquire_many(u32::try_from(kib).unwrap_or(u32::MAX)).await;
        // A call that exceeds the limit is dropped together with its connection.
        let outcomes = match timeout(self.longest_call, self.sink.send(&messages)).await {
            Ok(Ok(outcomes)) => outcomes,
            Ok(Err(failure)) if !failure.is_retriable => return Err(failure),
            Ok(Err(failure)) => vec![Err(failure); batch.len()],
            Err(_) => vec![Err(Failure::new("timeout", true)); batch.len()],
        };
        let mut rest = Rest::default();
        for (turn, outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => {
                    self.acknowledged.add(turn.index(), self.queue);
                    self.plan().advance(turn);
                }
                Err(failure) if failure.is_retriable => {
                    rest.again.push(turn);
                    rest.failure = Some(failure);
                }
                // The later messages of its group never become due for this sink.
                Err(failure) => {
                    self.give_up();
                    rest.refusal = Some(failure);
                }
            }
        }
        Ok(rest)
    }

    fn give_up(&self) {
        if !self.has_given_up.swap(true, Ordering::Relaxed) {
            self.given_up.notify_one();
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan<'r>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The messages of a call that were not acknowledged.
#[derive(Default)]
struct Rest {
    /// The messages to retry, and the reason.
    again: Vec<Turn>,
    failure: Option<Failure>,
    /// Why a message failed permanently.
    refusal: Option<Failure>,
}

#[cfg(test)]
mod tests;
