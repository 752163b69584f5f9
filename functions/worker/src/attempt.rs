//! One attempt to handle a record, and its outcome.

use std::time::{Duration, SystemTime};

use shared::retry::{chance, delivery_pause};
use shared::trace::Trace;
use tokio::time::{Instant, timeout};

use crate::dead_letters::Cause;
use crate::handle::{Error, Event, Reason, handle};
use crate::sqs_event::Record;
use crate::times::Times;
use crate::worker::Worker;

/// `Retry-After` is honored for records up to this age, and in any case before attempt [`HONORED_BEFORE_ATTEMPT`]. Without
/// this limit, a receiver that requests half a day each time would keep the receive count so low that SQS would delete the
/// event at the end of its retention instead of moving it to the dead-letter queue.
const HONORED_UP_TO: Duration = Duration::from_hours(75);
const HONORED_BEFORE_ATTEMPT: u32 = 10;

/// The minimum time for an attempt. With less, the receiver might handle the event but respond too late.
const SHORTEST_HANDLING: Duration = Duration::from_millis(250);

/// A record, and how the attempt to handle it ended.
pub(crate) struct Attempt<'b> {
    pub(crate) record: &'b Record,
    /// The event in the record, or `None` if the record is not a valid event.
    pub(crate) event: Option<Event>,
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
}

/// How an attempt ended.
pub(crate) enum Outcome {
    /// The event is handled.
    Handled,
    /// The dead-letter queue has acknowledged the record.
    DeadLettered(Error),
    /// The record must be retried after this pause.
    Failed(Error, Duration),
}

impl<'b> Attempt<'b> {
    /// Handles a record. If an earlier event of its group failed, `blocked` is that event's pause, and no attempt is made.
    pub(crate) async fn at(record: &'b Record, blocked: Option<Duration>, worker: &Worker, times: &Times) -> Self {
        let started = Instant::now();
        let event = Event::parse(&record.body, times.time_limit()).map(|event| traced(event, record));
        let outcome = match (&event, blocked) {
            (None, _) => {
                let error = Error::because(Reason::Invalid, "the record is not an event");
                give_up(record, Cause::Invalid, error, worker, times).await
            }
            // Exactly the pause of the failed event. With a shorter one, only SQS would keep the order. A longer one would
            // delay the whole group, because SQS returns no message of a group while one is in flight.
            (Some(_), Some(pause)) => Outcome::Failed(Error::because(Reason::Blocked, "an earlier event of its group failed"), pause),
            (Some(event), None) => match handled(event, worker).await {
                Ok(()) => Outcome::Handled,
                Err(error) => match error.refused_status() {
                    Some(status) => give_up(record, Cause::Refused(status), error, worker, times).await,
                    None => failed(record, error),
                },
            },
        };
        Self { record, event, outcome, duration: started.elapsed() }
    }

    /// Returns the pause before the record's next attempt, or `None` if it is done.
    pub(crate) fn pause(&self) -> Option<Duration> {
        match self.outcome {
            Outcome::Failed(_, pause) => Some(pause),
            Outcome::Handled | Outcome::DeadLettered(_) => None,
        }
    }

    /// Returns the pause for the events that follow in the group, or `None` if they are not blocked. A record that is not an
    /// event does not block them.
    pub(crate) fn blocks(&self) -> Option<Duration> {
        self.pause().filter(|_| self.event.is_some())
    }
}

/// Returns the event, with the trace of its message if it has none.
fn traced(mut event: Event, record: &Record) -> Event {
    event.traceparent = event.traceparent.or_else(|| Trace::parse(record.trace()?)?.traceparent());
    event
}

async fn handled(event: &Event, worker: &Worker) -> Result<(), Error> {
    if event.time_limit < SHORTEST_HANDLING {
        return Err(Error::because(Reason::Timeout, "too little of the function's time was left for an attempt"));
    }
    let handled = timeout(event.time_limit, handle(&worker.state, event)).await;
    handled.unwrap_or_else(|_| Err(Error::because(Reason::Timeout, "timed out")))
}

/// Sends a record to the dead-letter queue. If that fails, or there is no such queue, the record is retried.
async fn give_up(record: &Record, cause: Cause, error: Error, worker: &Worker, times: &Times) -> Outcome {
    let Some(dead_letters) = &worker.dead_letters else { return failed(record, error) };
    match dead_letters.send(record, cause, times.forwarded).await {
        Ok(()) => Outcome::DeadLettered(error),
        Err(failure) => {
            let text = format!("{error}, and the dead-letter queue did not accept it ({})", failure.code);
            failed(record, error.with_text(text))
        }
    }
}

fn failed(record: &Record, error: Error) -> Outcome {
    let attempt = record.receive_count();
    let is_honored = attempt < HONORED_BEFORE_ATTEMPT || record.age(SystemTime::now()).is_none_or(|age| age < HONORED_UP_TO);
    let retry_after = error.retry_after().filter(|_| is_honored);
    let pause = delivery_pause(attempt, retry_after, chance());
    Outcome::Failed(error, pause)
}
