//! A sink in memory, for tests: each call takes a while, and ends as the test has scripted it.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::sleep;

use super::sink::{Failure, Outcome, Sink};
use super::{MAX_BYTES, Message};
use crate::event::Kind;

/// How long a call takes.
pub(super) const CALL: Duration = Duration::from_millis(20);

/// How a call ends.
#[derive(Debug, Clone, Default)]
pub(super) enum Answer {
    /// Every message is acknowledged.
    #[default]
    Takes,
    /// Never.
    Hangs,
    /// As a whole, with this failure.
    Fails(Failure),
    /// The messages at these positions fail so, the others are acknowledged.
    FailsAt(Vec<usize>, Failure),
}

/// The sink.
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
    under_way: Vec<usize>,
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

    /// The next calls end so, one after the other, and those behind them by `then`.
    pub(super) fn script(self, steps: impl IntoIterator<Item = Answer>, then: Answer) -> Self {
        {
            let mut log = self.log.lock().expect("a log");
            log.script = steps.into_iter().collect();
            log.then = then;
        }
        self
    }

    /// The bodies of each call, in the order in which the calls began.
    pub(super) fn calls(&self) -> Vec<Vec<String>> {
        self.log.lock().expect("a log").calls.clone()
    }

    /// The bodies that were acknowledged, in that order.
    pub(super) fn stored(&self) -> Vec<String> {
        self.log.lock().expect("a log").stored.clone()
    }

    /// The most calls, and the most bytes, that were under way at a time.
    pub(super) fn most_under_way(&self) -> (usize, usize) {
        let log = self.log.lock().expect("a log");
        (log.most_calls, log.most_bytes)
    }

    fn begin(&self, batch: &[&Message]) -> Answer {
        let mut log = self.log.lock().expect("a log");
        log.calls.push(batch.iter().map(|message| message.body.clone()).collect());
        log.under_way.push(batch.iter().map(|message| message.size()).sum());
        log.most_calls = log.most_calls.max(log.under_way.len());
        log.most_bytes = log.most_bytes.max(log.under_way.iter().sum());
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
        let call = UnderWay { sink: self, bytes: batch.iter().map(|message| message.size()).sum() };
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

/// A call that is under way until this is dropped.
struct UnderWay<'s> {
    sink: &'s FakeSink,
    bytes: usize,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut log = self.sink.log.lock().expect("a log");
        let place = log.under_way.iter().position(|bytes| *bytes == self.bytes).expect("a call under way");
        log.under_way.swap_remove(place);
    }
}

/// A message of a group; its body tells it from others.
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

/// A failure that may pass.
pub(super) fn passing() -> Failure {
    Failure::new("InternalError", true)
}

/// A refusal for good.
pub(super) fn refusal() -> Failure {
    Failure::new("InvalidMessageContents", false)
}
