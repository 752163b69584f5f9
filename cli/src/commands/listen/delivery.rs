//! One attempt to deliver an event to the receiver, and its line in the terminal.

use std::time::Duration;

use shared::retry::{Backoff, at_least, chance};
use shared::timestamp::Timestamp;
use worker::delivery::Answer;

use crate::delivery::{Handler, Outcome};
use crate::queue::Summary;
use crate::queue::sqs::Held;
use crate::terminal::output::{BAD, BOLD, GOOD, clock, one_line};
use crate::terminal::{Stop, rounded};

/// The deployed worker's time limit.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The deployed worker's schedule, ten times faster.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(90), 2, 0.2);

/// Delivers an event once. Returns the outcome, the pause before SQS may return the message again, and the receiver's response.
pub(super) async fn attempt(
    handler: &Handler,
    held: &Held,
    max_receives: Option<u32>,
    mut stop: Stop,
) -> (Outcome, Duration, Option<Answer>) {
    let (handled, answer) = tokio::select! {
        ended = handler.deliver(&held.message.body) => ended,
        () = stop.told() => return (Outcome::Interrupted, Duration::ZERO, None),
    };
    let Err(error) = handled else { return (Outcome::Delivered, Duration::ZERO, answer) };
    let pause = at_least(BACKOFF.pause_at(held.receives.max(1), chance()), error.retry_after());
    // SQS moves the message at the next receive.
    let is_last = max_receives.is_some_and(|most| held.receives >= most);
    (if is_last { Outcome::Dead(error) } else { Outcome::Failed(error, pause) }, pause, answer)
}

/// Returns the line in the terminal. It contains no content, no URL and no secret.
pub(super) fn line(outcome: &Outcome, is_deleted: bool, summary: &Summary, took: Duration) -> String {
    let ended = match outcome {
        Outcome::Delivered if is_deleted => {
            format!("{GOOD}delivered{GOOD:#} in {} ms, and deleted from the queue", took.as_millis())
        }
        Outcome::Delivered => format!("{GOOD}delivered{GOOD:#} in {} ms, but not deleted from the queue", took.as_millis()),
        Outcome::Failed(error, pause) => format!("{BAD}failed{BAD:#} ({error}), retry in {}", rounded(*pause)),
        Outcome::Dead(error) => format!("{BAD}failed{BAD:#} ({error}) in the last attempt; SQS moves it to the dead-letter queue"),
        Outcome::Interrupted => "interrupted, and returned to the queue".to_owned(),
    };
    let [provider, kind, id] = [&summary.provider, &summary.kind, &summary.id].map(|text| one_line(text, 200));
    format!("{} ==> {BOLD}{provider}{BOLD:#} {kind} {id} {ended}", clock(Timestamp::now().millis()))
}
