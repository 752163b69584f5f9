//! One record: whether its event is handled, and where it goes if it can never be.

use std::time::{Duration, SystemTime};

use shared::event::CloudEvent;
use shared::retry::{chance, delivery_pause};
use shared::trace::{Trace, is_traceparent};
use tokio::time::{Instant, timeout};

use crate::batch::parse;
use crate::dead_letters::Cause;
use crate::handle::{Error, Event, Reason, handle};
use crate::sqs_event::Record;
use crate::times::Times;
use crate::worker::Worker;

/// How long a receiver's `Retry-After` is heeded, and for how many attempts in any case: a receiver that asks for half a day
/// each time would keep an event from the receipts that make it a dead letter, until SQS deletes it.
const HEEDED: Duration = Duration::from_hours(75);
const HEEDED_ATTEMPTS: u32 = 10;

/// What became of a record.
pub(crate) struct Attempt<'b> {
    pub(crate) record: &'b Record,
    /// The event in it, if there is one.
    pub(crate) event: Option<CloudEvent>,
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
}

/// How an attempt ended.
pub(crate) enum Outcome {
    /// The event is handled.
    Handled,
    /// The dead-letter queue has the record.
    DeadLettered(Error),
    /// The record comes again, after that pause if its visibility can be changed.
    Failed(Error, Duration),
}

impl<'b> Attempt<'b> {
    /// Handles a record. `blocked` is the pause of an event before it in its group that failed: this one is not tried.
    pub(crate) async fn at(record: &'b Record, blocked: Option<Duration>, worker: &Worker, times: &Times) -> Self {
        let started = Instant::now();
        let event = parse(&record.body).map(|cloud_event| Event {
            traceparent: traceparent(record, &cloud_event),
            cloud_event,
            json: record.body.clone(),
            time_limit: times.time_limit(),
        });
        let outcome = match (&event, blocked) {
            (None, _) => {
                let error = Error::because(Reason::Invalid, "the record is no event");
                give_up(record, Cause::Invalid, error, worker, times).await
            }
            // As long as the one before it: never sooner, so that order does not depend on SQS alone, and no later, because
            // SQS holds back the whole group until the last of its messages in flight is visible.
            (Some(_), Some(pause)) => Outcome::Failed(Error::because(Reason::Blocked, "an event before it in its group failed"), pause),
            (Some(event), None) => match handled(event, worker).await {
                Ok(()) => Outcome::Handled,
                Err(error) => match error.refused_status() {
                    Some(status) => give_up(record, Cause::Refused(status), error, worker, times).await,
                    None => failed(record, error),
                },
            },
        };
        let event = event.map(|event| event.cloud_event);
        Self { record, event, outcome, duration: started.elapsed() }
    }

    /// Returns the pause after which the record comes again; none where it is done.
    pub(crate) fn pause(&self) -> Option<Duration> {
        match self.outcome {
            Outcome::Failed(_, pause) => Some(pause),
            Outcome::Handled | Outcome::DeadLettered(_) => None,
        }
    }

    /// Returns how long the events behind it in its group have to wait. What is not an event holds up nobody.
    pub(crate) fn blocks(&self) -> Option<Duration> {
        self.pause().filter(|_| self.event.is_some())
    }
}

/// Returns the event's trace; where it has none, that of its message.
fn traceparent(record: &Record, event: &CloudEvent) -> Option<String> {
    let own = event.traceparent.clone().filter(|own| is_traceparent(own));
    own.or_else(|| Trace::parse(record.trace()?)?.traceparent())
}

async fn handled(event: &Event, worker: &Worker) -> Result<(), Error> {
    let handled = timeout(event.time_limit, handle(&worker.state, event)).await;
    handled.unwrap_or_else(|_| Err(Error::because(Reason::Timeout, "it took too long")))
}

/// Sends a record to the dead-letter queue. Where that fails, or there is none, the attempt has failed like any other.
async fn give_up(record: &Record, cause: Cause, error: Error, worker: &Worker, times: &Times) -> Outcome {
    let Some(dead_letters) = &worker.dead_letters else { return failed(record, error) };
    match dead_letters.send(record, cause, times.forwarded).await {
        Ok(()) => Outcome::DeadLettered(error),
        Err(failure) => {
            let text = format!("{error}, and the dead-letter queue did not take it ({})", failure.code);
            failed(record, Error::because(error.reason(), text))
        }
    }
}

fn failed(record: &Record, error: Error) -> Outcome {
    let is_heeded = record.receive_count() < HEEDED_ATTEMPTS || record.age(SystemTime::now()).is_none_or(|age| age < HEEDED);
    let asked = error.retry_after().filter(|_| is_heeded);
    let pause = delivery_pause(record.receive_count(), asked, chance());
    Outcome::Failed(error, pause)
}
