//! An in-memory sink for tests. Each call takes a fixed time and ends as scripted by the test.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::sleep;

use super::sink::{Failure, Outcome, Sink};
use super::{MAX_BYTES, Message};
use crate::event::Kind;

/// The duration of a call.
pub(super) const CALL: Duration = Duration::from_millis(20);

/// How a call ends.
#[derive(Debug, Clone, Default)]
pub(super) enum Answer {
    /// Every message is acknowledged.
    #[default]
    Takes,
    /// The call never ends.
    Hangs,
    /// The whole call fails with this failure.
    Fails(Failure),
    /// The messages at these indexes fail with this failure. The others are acknowledged.
    FailsAt(Vec<usize>, Failure),
}

/// The in-memory sink.
#[derive(Default)]
pub(super) struct FakeSink {
    is_ordered: bool,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    script: VecDeque<Answer>,
    then: Answer,
    calls: Vec<Vec<String>>,
    stored: Vec<String>,
    in_progress: Vec<usize>,
    most_calls: usize,
    most_bytes: usize,
}

impl FakeSink {
    pub(super) fn ordered() -> Self {
        Self { is_ordered: true, ..Self::default() }
    }

    pub(super) fn unordered() -> Self {
        Self::default()
    }

    /// Sets how the next calls end, in order, and how all later calls end.
    pub(super) fn script(self, steps: impl IntoIterator<Item = Answer>, then: Answer) -> Self {
        {
            let mut log = self.log.lock().expect("a log");
            log.script = steps.into_iter().collect();
            log.then = then;
        }
        self
    }

    /// Returns the bodies of each call, in the order in which the calls started.
    pub(super) fn calls(&self) -> Vec<Vec<String>> {
        self.log.lock().expect("a log").calls.clone()
    }

    /// Returns the acknowledged bodies, in the order of acknowledgment.
    pub(super) fn stored(&self) -> Vec<String> {
        self.log.lock().expect("a log").stored.clone()
    }

    /// Returns the maximum numbers of calls and of bytes in progress at the same time.
    pub(super) fn most_in_progress(&self) -> (usize, usize) {
        let log = self.log.lock().expect("a log");
        (log.most_calls, log.most_bytes)
    }

    fn begin(&self, batch: &[&Message]) -> Answer {
        let mut log = self.log.lock().expect("a log");
        log.calls.push(batch.iter().map(|message| message.body.clone()).collect());
        log.in_progress.push(batch.iter().map(|message| message.size()).sum());
        log.most_calls = log.most_calls.max(log.in_progress.len());
        log.most_bytes = log.most_bytes.max(log.in_progress.iter().sum());
        log.script.pop_front().unwrap_or_else(|| log.then.clone())
    }
}

impl Sink for FakeSink {
    const MAX_BATCH: usize = 10;
    const MAX_BATCH_BYTES: usize = MAX_BYTES;

    fn is_ordered(&self) -> bool {
        self.is_ordered
    }

    async fn send(&self, batch: &[&Message]) -> Result<Vec<Outcome>, Failure> {
        let answer = self.begin(batch);
        let call = InProgress { sink: self, bytes: batch.iter().map(|message| message.size()).sum() };
        sleep(CALL).await;
        let outcomes = match answer {
            Answer::Takes => vec![Ok(()); batch.len()],
            Answer::Hangs => std::future::pending().await,
            Answer::Fails(failure) => return Err(failure),
            Answer::FailsAt(positions, failure) => {
                let outcome = |position| if positions.contains(&position) { Err(failure.clone()) } else { Ok(()) };
                (0..batch.len()).map(outcome).collect()
            }
        };
        drop(call);
        let taken = batch.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
        self.log.lock().expect("a log").stored.extend(taken.map(|(message, _)| message.body.clone()));
        Ok(outcomes)
    }
}

/// A call that is in progress until this guard is dropped.
struct InProgress<'s> {
    sink: &'s FakeSink,
    bytes: usize,
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        let mut log = self.sink.log.lock().expect("a log");
        let index = log.in_progress.iter().position(|bytes| *bytes == self.bytes).expect("a call in progress");
        log.in_progress.swap_remove(index);
    }
}

/// Returns a message of a group, identified by its body.
pub(super) fn message(group: &str, body: impl Into<String>) -> Message {
    let body = body.into();
    Message {
        id: format!("acme-{body}"),
        group: group.to_owned(),
        tenant: "tenant".to_owned(),
        body,
        provider: "acme",
        kind: Kind::Message,
        event_type: "com.acme.message".to_owned(),
        reason: None,
        trace: None,
        traceparent: None,
    }
}

/// Returns a retriable failure.
pub(super) fn transient_failure() -> Failure {
    Failure::new("InternalError", true)
}

/// Returns a permanent failure.
pub(super) fn permanent_failure() -> Failure {
    Failure::new("InvalidMessageContents", false)
}
