//! One attempt to deliver an event to the receiver, and its line in the terminal.

use std::time::Duration;

use shared::retry::{Backoff, at_least, chance};
use shared::timestamp::Timestamp;
use worker::delivery::Answer;
use worker::handle::Reason;

use crate::delivery::{Handler, Outcome};
use crate::history::INTERRUPTED;
use crate::queue::Summary;
use crate::queue::sqlite::Failure;
use crate::queue::sqs::Held;
use crate::terminal::output::{BAD, BOLD, GOOD, clock, one_line};
use crate::terminal::{Stop, rounded};

/// The deployed worker's time limit.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The deployed worker's schedule, ten times faster.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(90), 2, 0.2);

const MOVED: &str = "SQS moves it to the dead-letter queue";

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
    (if is_last(held, max_receives) { Outcome::Dead(error) } else { Outcome::Failed(error, pause) }, pause, answer)
}

/// Returns whether this was the last receipt of a message: SQS moves the message when it is received once more.
pub(super) fn is_last(held: &Held, max_receives: Option<u32>) -> bool {
    max_receives.is_some_and(|most| held.receives >= most)
}

/// Why a message that was returned without an attempt is dead.
pub(super) fn unattempted() -> Failure {
    let error = "it was returned to the queue without an attempt, for the last time";
    Failure { cause: Reason::Blocked.as_str(), error: error.to_owned(), status: None }
}

/// Why a message is dead if its last attempt was interrupted.
pub(super) fn interrupted() -> Failure {
    Failure { cause: "interrupted", error: INTERRUPTED.to_owned(), status: None }
}

/// Returns the line in the terminal. It contains no content, no URL and no secret.
pub(super) fn line(outcome: &Outcome, is_deleted: bool, is_last: bool, summary: &Summary, took: Duration) -> String {
    let ended = match outcome {
        Outcome::Delivered if is_deleted => {
            format!("{GOOD}delivered{GOOD:#} in {} ms, and deleted from the queue", took.as_millis())
        }
        Outcome::Delivered => format!("{GOOD}delivered{GOOD:#} in {} ms, but not deleted from the queue", took.as_millis()),
        Outcome::Failed(error, pause) => format!("{BAD}failed{BAD:#} ({error}), retry in {}", rounded(*pause)),
        Outcome::Dead(error) => format!("{BAD}failed{BAD:#} ({error}) in the last attempt; {MOVED}"),
        Outcome::Interrupted if is_last => format!("{BAD}interrupted{BAD:#} in the last attempt; {MOVED}"),
        Outcome::Interrupted => "interrupted, and returned to the queue".to_owned(),
    };
    about(summary, &ended)
}

/// Returns the line in the terminal for a message that was returned without an attempt, for the last time.
pub(super) fn line_unattempted(summary: &Summary) -> String {
    about(summary, &format!("{BAD}returned{BAD:#} without an attempt, for the last time; {MOVED}"))
}

fn about(summary: &Summary, ended: &str) -> String {
    let [provider, kind, id] = [&summary.provider, &summary.kind, &summary.id].map(|text| one_line(text, 200));
    format!("{} ==> {BOLD}{provider}{BOLD:#} {kind} {id} {ended}", clock(Timestamp::now().millis()))
}
