//! One delivery to the handler, and what is shown of it.

use std::time::Duration;

use shared::retry::{Backoff, at_least, chance};
use shared::timestamp::Timestamp;
use tokio::time::timeout;
use worker::handle::{Error, Event, Reason, State, handle};

use crate::queue::Summary;
use crate::queue::sqs::Held;
use crate::terminal::Stop;
use crate::terminal::output::{BAD, BOLD, GOOD, clock, one_line};

/// As long as a deployed worker waits.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The deployed worker's schedule, ten times faster.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(90), 2, 0.2);

/// How a delivery ended.
pub(super) enum Outcome {
    /// The handler answered 2xx.
    Delivered,
    /// The delivery failed; the event is retried after this time.
    Failed(Error, Duration),
    /// The program ends before the delivery.
    Interrupted,
}

/// Delivers an event, once.
pub(super) async fn attempt(state: &State, held: &Held, mut stop: Stop) -> Outcome {
    let failed = |error: Error| {
        let pause = at_least(BACKOFF.pause_at(held.receives.max(1), chance()), error.retry_after());
        Outcome::Failed(error, pause)
    };
    let Some(event) = Event::parse(&held.message.body, TIME_LIMIT) else {
        return failed(Error::because(Reason::Invalid, "the message is not an event"));
    };
    let handled = tokio::select! {
        handled = timeout(TIME_LIMIT, handle(state, &event)) => handled,
        () = stop.told() => return Outcome::Interrupted,
    };
    match handled.unwrap_or_else(|_| Err(Error::because(Reason::Timeout, "it took too long"))) {
        Ok(()) => Outcome::Delivered,
        Err(error) => failed(error),
    }
}

impl Outcome {
    /// The line in the terminal: no content, no URL, no secret.
    pub(super) fn line(&self, summary: &Summary, took: Duration) -> String {
        let ended = match self {
            Self::Delivered => format!("{GOOD}delivered{GOOD:#} in {} ms, and deleted from the queue", took.as_millis()),
            Self::Failed(error, pause) => format!("{BAD}failed{BAD:#} ({error}), again in {} s", pause.as_secs().max(1)),
            Self::Interrupted => "interrupted, and given back".to_owned(),
        };
        let [provider, kind, id] = [&summary.provider, &summary.kind, &summary.id].map(|text| one_line(text, 200));
        format!("{} ==> {BOLD}{provider}{BOLD:#} {kind} {id} {ended}", clock(Timestamp::now().millis()))
    }
}
